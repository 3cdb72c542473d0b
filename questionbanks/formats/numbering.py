"""The numbers of Word lists, which stand nowhere in the text: counted again from numbering.xml."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element  # the type only: parsing is defusedxml's

from .word_xml import attribute, child, local

_CHINESE = "零一二三四五六七八九"


def _value(element: Element | None, name: str = "val", default: str = "") -> str:
    return attribute(element, name, default)


class _Level:
    """One level of a list: how its number looks and where it starts."""

    def __init__(self, element: Element) -> None:
        self.start = int(_value(child(element, "start"), default="1") or 1)
        self.format = _value(child(element, "numFmt"), default="decimal") or _value(child(element, "nfc"))
        self.text = _value(child(element, "lvlText"))
        self.style = _value(child(element, "pStyle"))


class Numbering:
    """Labels of list paragraphs in the order of the document: call `label` for every paragraph, once."""

    def __init__(self, *parts: Element) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}  # abstract list → levels
        self._abstract: dict[str, str] = {}  # list → abstract list
        self._starts: dict[tuple[str, int], int] = {}  # overridden starts
        self._styles: dict[str, tuple[str, int]] = {}  # paragraph style → list, level
        self._based_on: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()
        for part in parts:
            for element in part.iter():
                self._take(element)
        for abstract, levels in self._levels.items():
            number = next((one for one, own in self._abstract.items() if own == abstract), "")
            for level, one in levels.items():
                if one.style and number:
                    self._styles.setdefault(one.style, (number, level))

    def _take(self, element: Element) -> None:
        name = local(element)
        if name in {"abstractNum", "listDef"}:
            key = _value(element, "abstractNumId") or _value(element, "listDefId")
            self._levels[key] = {
                int(_value(one, "ilvl", "0")): _Level(one) for one in element if local(one) == "lvl"
            }
        elif name in {"num", "list"} and (_value(element, "numId") or _value(element, "ilfo")):
            key = _value(element, "numId") or _value(element, "ilfo")
            target = child(element, "abstractNumId")
            self._abstract[key] = _value(target if target is not None else child(element, "ilst"))
            for one in element:
                if local(one) == "lvlOverride" and (start := child(one, "startOverride")) is not None:
                    self._starts[key, int(_value(one, "ilvl", "0"))] = int(_value(start, default="1"))
        elif name == "style":
            key = _value(element, "styleId")
            properties = child(element, "pPr", "numPr")
            if properties is not None and (number := _value(child(properties, "numId"))):
                self._styles[key] = (number, int(_value(child(properties, "ilvl"), default="0")))
            if base := _value(child(element, "basedOn")):
                self._based_on[key] = base

    def label(self, paragraph: Element) -> tuple[str, str]:
        """The number that Word shows before a paragraph, and the key of its list level."""
        number, level = self._place(paragraph)
        abstract = self._abstract.get(number, "")
        levels = self._levels.get(abstract, {})
        if not number or number == "0" or level not in levels:
            return "", ""
        one = levels[level]
        counts = self._counts.setdefault(abstract, {})
        if number not in self._begun:
            self._begun.add(number)
            for (key, at), start in self._starts.items():
                if key == number:
                    counts[at] = start - 1
        counts[level] = counts.get(level, one.start - 1) + 1
        for deeper in [at for at in counts if at > level]:
            del counts[deeper]
        if one.format in {"bullet", "none"} or not one.text:
            return "", f"{abstract}:{level}"
        label = one.text
        for at in range(9):
            if f"%{at + 1}" in label:
                own = levels.get(at, one)
                shown = counts.get(at, own.start)
                label = label.replace(f"%{at + 1}", _written(shown, own.format))
        return f"{label} " if label[-1:].isalnum() else label, f"{abstract}:{level}"

    def _place(self, paragraph: Element) -> tuple[str, int]:
        properties = child(paragraph, "pPr")
        own = child(properties, "numPr")
        if own is None:
            own = child(properties, "listPr")  # Word 2003 XML
        if own is not None:
            number = _value(child(own, "numId")) or _value(child(own, "ilfo"))
            level = int(_value(child(own, "ilvl"), default="0") or 0)
            if number:
                return number, level
        style = _value(child(properties, "pStyle"))
        for one in self._ancestors(style):
            if one in self._styles:
                return self._styles[one]
        return "", 0

    def _ancestors(self, style: str) -> Iterator[str]:
        for _ in range(20):
            if not style:
                return
            yield style
            style = self._based_on.get(style, "")


def _written(value: int, style: str) -> str:
    """A number as a list level writes it."""
    if style in {"upperLetter", "3"}:
        return chr(65 + (value - 1) % 26)
    if style in {"lowerLetter", "4"}:
        return chr(97 + (value - 1) % 26)
    if style in {
        "chineseCounting",
        "chineseCountingThousand",
        "ideographDigital",
        "japaneseCounting",
        "taiwaneseCounting",
        "37",
        "39",
    }:
        return _in_chinese(value)
    if style in {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"} and 1 <= value <= 20:
        return chr(0x2460 + value - 1)
    if style in {"upperRoman", "lowerRoman"}:
        roman = _roman(value)
        return roman if style == "upperRoman" else roman.lower()
    return str(value)


def _in_chinese(value: int) -> str:
    if value <= 0 or value >= 100:
        return str(value)
    tens, ones = divmod(value, 10)
    return ("" if tens < 1 else "十" if tens == 1 else f"{_CHINESE[tens]}十") + (
        _CHINESE[ones] if ones else ""
    )


def _roman(value: int) -> str:
    found = ""
    for amount, sign in (
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ):
        count, value = divmod(value, amount)
        found += sign * count
    return found
