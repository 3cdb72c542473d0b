"""QTI 1.2, alone or in a package: Canvas, Common Cartridge, R-exams, text2qti, ILIAS and others.

What an item is follows from the source's own word for it where there is one (Canvas, Common Cartridge), else
from its response fields; what is right follows from evaluating the response processing (qti12_scoring).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from examsite.lib.files.sniff import Probe

from ..kinds.base import Question
from .base import Format, Parsed, Problem, Unreadable
from .incoming import Incoming
from .packages import Package, package_kind
from .qti12_item import metadata, read_item
from .qti12_texts import material_html, read_presentation
from .richtext import from_html
from .xml_reader import attribute, child, children, descendants, encoding_of, name_of, read_xml


class Qti12(Format):
    code = "qti12"
    label = "QTI 1.2"
    extension = "zip"

    def claims(self, probe: Probe) -> int:
        return 95 if package_kind(probe) == "qti12" else 0

    def parse(self, data: bytes, *, name: str = "", mapping: Mapping[str, str] | None = None) -> Parsed:
        if data.startswith(b"PK"):
            roots, encoding = _without_copies(Package(data)), "utf-8"
        else:
            roots, encoding = [read_xml(data)], encoding_of(data)
            if name_of(roots[0]) != "questestinterop":
                raise Unreadable("not_qti12", "这不是QTI 1.2题库；请从原系统按QTI 1.2导出后再导入")
        questions: list[Question] = []
        problems: list[Problem] = []
        count = 0
        known = {attribute(item, "ident") for root in roots for item in descendants(root, "item")}
        for root in roots:
            for markup, elements in _groups(root, known):
                found, reported = _read_group(markup, elements, count)
                count += len(elements)
                questions += found
                problems += reported
        return Parsed(tuple(questions), tuple(problems), self.code, encoding)


def _without_copies(package: Package) -> list[Element]:
    """The question files; Canvas puts a quiz into a cartridge twice, the second time with everything."""
    found: dict[str, Element] = {}
    for file, root in package.roots_named("questestinterop"):
        holder = next(descendants(root, "assessment", "objectbank"), None)
        key = (attribute(holder, "ident") if holder is not None else "") or file
        if key not in found or "non_cc_assessments" in file:
            found[key] = root
    if not found:
        damaged = next(iter(package.damaged.values()), None)
        raise damaged or Unreadable("no_items", "压缩包里没有QTI 1.2试题；请从原系统重新导出后再导入")
    return list(found.values())


def _groups(root: Element, known: set[str]) -> Iterator[tuple[str, list[Element]]]:
    """Items in order with the text that they share, as HTML; an item by itself has "".

    A reference to an item of a bank is a group of its own, unless the bank is in the package (`known`).

    A shared text is the presentation material of a section, or in Canvas an item that others name as theirs.
    """
    items = list(descendants(root, "item"))
    parents = {metadata(item).get("parent_stimulus_item_ident", "") for item in items} - {""}
    shared = {attribute(item, "ident"): item for item in items if attribute(item, "ident") in parents}
    groups: dict[str, tuple[str, list[Element]]] = {}
    for n, (item, key, markup) in enumerate(_in_sections(root, "", "")):
        if name_of(item) == "bankentry_item" and attribute(item, "item_ref") in known:
            continue
        parent = metadata(item).get("parent_stimulus_item_ident", "")
        if parent in shared:
            key, markup = f"item {parent}", read_presentation(shared[parent]).markup
        if attribute(item, "ident") not in shared:
            groups.setdefault(key or f"alone {n}", (markup, []))[1].append(item)
    yield from groups.values()


def _in_sections(element: Element, key: str, markup: str) -> Iterator[tuple[Element, str, str]]:
    for n, one in enumerate(element):
        name = name_of(one)
        if name in ("item", "bankentry_item"):
            yield one, key, markup
        elif name in ("assessment", "section", "objectbank"):
            material = child(one, "presentation_material")
            inner = material_html(material) if material is not None else ""
            yield from _in_sections(one, f"{key}/{n}" if inner else key, inner or markup)


def _read_group(markup: str, elements: list[Element], count: int) -> tuple[list[Question], list[Problem]]:
    """The items of one shared text; `count` items stand before them in the file."""
    shared = from_html(markup)
    questions: list[Question] = []
    problems: list[Problem] = []
    for n, element in enumerate(elements, count + 1):
        item = Incoming(f"第{n}题", _raw(element))
        if name_of(element) == "bankentry_item":
            item.broken("missing_item", "这道题在另一个题库里，文件里没有", "请在原系统把那个题库一起导出")
            questions.append(item.question("short_answer", ""))
            problems += item.problems
            continue
        if not shared.text:
            for medium in shared.media:
                item.lose(medium)
        question = read_item(item, element)
        if question is not None:
            questions.append(question)
        problems += item.problems
    if not shared.text or not questions:
        return questions, problems
    case = Incoming(f"第{count + 1}题的材料", shared.text)
    group = case.question("case_group", case.html(markup), parts=tuple(questions))
    return [group], [*case.problems, *problems]


def _raw(element: Element) -> str:
    presentation = children(element, "presentation")
    texts = (text.strip() for one in presentation for text in one.itertext())
    return "\n".join(text for text in texts if text)
