"""QTI 2.1 and 2.2: a content package (zip) or a single item.

Items come in the order of the test, then of the manifest. A text that several items share (an included
stimulus, or the rubric of a section) becomes the material of a case. Items that the manifest promises and the
package does not hold are found and broken.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from examsite.lib.files.sniff import Probe

from ..kinds.base import Question
from . import qti21_out
from .base import Emitted, Format, Parsed, Problem, Unreadable
from .incoming import Incoming
from .packages import Package, package_kind
from .qti21_item import read_items
from .richtext import from_html, to_plain
from .xml_reader import attribute, children, descendants, encoding_of, inner_html, name_of, read_xml

_NOT_MATERIAL = frozenset({"instructions", "scoring", "navigation"})
_SHORT = 60  # characters; a shorter rubric that does not say what it is tells how to answer


class Qti21(Format):
    code = "qti21"
    label = "QTI 2.1"
    extension = "zip"
    kinds_out = qti21_out.KINDS

    def claims(self, probe: Probe) -> int:
        return 95 if package_kind(probe) == "qti21" else 0

    def parse(self, data: bytes, *, name: str = "", mapping: Mapping[str, str] | None = None) -> Parsed:
        if data.startswith(b"PK"):
            reader, encoding = _Reader(Package(data)), "utf-8"
            for group in _groups(reader.package):
                reader.read_group(group)
            if not reader.count:
                damaged = next(iter(reader.package.damaged.values()), None)
                raise damaged or Unreadable("no_items", "压缩包里没有QTI 2试题；请从原系统重新导出后再导入")
        else:
            root, encoding = read_xml(data), encoding_of(data)
            if name_of(root) == "assessmentTest":
                raise Unreadable("test_only", "这个文件只有试卷结构，没有试题；请导入整个zip包")
            if name_of(root) != "assessmentItem":
                raise Unreadable("not_qti21", "这不是QTI 2.1或2.2试题；请从原系统按QTI 2.1导出后再导入")
            reader = _Reader(None)
            reader.read_item(name, root)
        return Parsed(tuple(reader.questions), tuple(reader.problems), self.code, encoding)

    def emit(self, questions: Sequence[Question], *, title: str = "") -> Emitted:
        return qti21_out.write(questions, self.label, title)


@dataclass(slots=True)
class _Group:
    """Item files with what they share: the HTML of a section's rubric, or the name of an included file."""

    files: list[str] = field(default_factory=list)
    rubric: str = ""
    says_shared: bool = False
    stimulus: str = ""


def _groups(package: Package) -> Iterator[_Group]:
    """All items of the package in order, those that share a text together."""
    groups: dict[str, _Group] = {}
    stimuli = _shared_stimuli(package)
    seen: set[str] = set()
    ordered = [*_in_tests(package), *((file, "", _Group()) for file in _other_items(package))]
    for n, (file, key, section) in enumerate(ordered):
        if file in seen:
            continue
        seen.add(file)
        stimulus = stimuli.get(file, "")
        if stimulus:
            key, section = f"stimulus {stimulus}", _Group(stimulus=stimulus)
        elif not section.rubric:
            key = f"alone {n}"
        own = _Group([], section.rubric, section.says_shared, section.stimulus)
        groups.setdefault(key, own).files.append(file)
    yield from groups.values()


def _in_tests(package: Package) -> Iterator[tuple[str, str, _Group]]:
    for file, root in package.roots_named("assessmentTest"):
        yield from _in_section(package, file, root, file, _Group())


def _in_section(
    package: Package, file: str, element: Element, key: str, section: _Group
) -> Iterator[tuple[str, str, _Group]]:
    """File, key of the section and what the section says, for each item below."""
    for n, one in enumerate(element):
        name = name_of(one)
        target = package.resolve(posixpath.dirname(file), attribute(one, "href"))
        if name == "assessmentItemRef":
            yield target, key, section
        elif name == "assessmentSectionRef" and target in package.roots and target != file:
            root = package.roots[target]
            if name_of(root) == "assessmentSection":
                yield from _in_section(package, target, root, f"{key}/{n}", _rubric(root) or section)
        elif name in ("testPart", "assessmentSection"):
            yield from _in_section(package, file, one, f"{key}/{n}", _rubric(one) or section)


def _rubric(section: Element) -> _Group | None:
    """The text of a section that its candidates see, unless it says that it only instructs."""
    blocks = [
        one
        for one in children(section, "rubricBlock")
        if "candidate" in attribute(one, "view").split()
        and attribute(one, "use").lower() not in _NOT_MATERIAL
    ]
    if not blocks:
        return None
    shared = any(attribute(one, "use").lower() == "sharedstimulus" for one in blocks)
    return _Group(rubric="".join(f"<div>{inner_html(one)}</div>" for one in blocks), says_shared=shared)


def _other_items(package: Package) -> list[str]:
    return [*package.listed_items(), *(file for file, _ in package.roots_named("assessmentItem"))]


def _shared_stimuli(package: Package) -> dict[str, str]:
    """For each item that includes a file which other items include too: the name of that file."""
    users: dict[str, list[str]] = {}
    for file, root in package.roots_named("assessmentItem"):
        for one in descendants(root, "include", "object"):
            href = attribute(one, "href") or attribute(one, "data")
            target = package.resolve(posixpath.dirname(file), href)
            if target in package.roots and file not in users.setdefault(target, []):
                users[target].append(file)
    return {file: target for target, files in users.items() if len(files) > 1 for file in files}


class _Reader:
    """Collects questions and problems; `package` is None for a single item."""

    def __init__(self, package: Package | None) -> None:
        self._package = package
        self.questions: list[Question] = []
        self.problems: list[Problem] = []
        self.count = 0

    @property
    def package(self) -> Package:
        assert self._package is not None
        return self._package

    def read_group(self, group: _Group) -> None:
        markup = group.rubric
        if group.stimulus:
            markup = inner_html(self.package.roots[group.stimulus])
        shared = from_html(markup)
        if (
            group.rubric
            and not group.says_shared
            and not shared.media
            and len(to_plain(shared.text)) < _SHORT
        ):
            where = f"第{self.count + 1}题之前"
            message = "这一部分的说明文字没有导入"
            self.problems.append(
                Problem(where, "description", message, to_plain(shared.text), severity="note")
            )
            markup, shared = "", from_html("")
        first, start = self.count + 1, len(self.questions)
        for file in group.files:
            root = self.package.roots.get(file)
            if root is None:
                self._missing(file)
            elif name_of(root) == "assessmentItem":
                self.read_item(file, root, shared.media if not shared.text else (), group.stimulus)
        parts = self.questions[start:]
        if not shared.text or not parts:
            return
        case = Incoming(f"第{first}题的材料", to_plain(shared.text))
        nested = [part for part in parts if part.kind == "case_group"]
        if nested:
            case.doubtful("nested_case", "材料下的题自己又有材料，已把两段材料分开", "请核对材料与小题")
        if group.rubric and not group.says_shared:
            case.doubtful("rubric_as_material", "这一部分的说明文字按材料导入", "如果只是答题说明，请拆开")
        inner = tuple(part for part in parts if part.kind != "case_group")
        if inner:
            self.questions[start:] = [case.question("case_group", case.html(markup), parts=inner), *nested]
            self.problems += case.problems

    def read_item(self, file: str, root: Element, media: Sequence[str] = (), stimulus: str = "") -> None:
        """`media`: what stands in a shared text without words; `stimulus`: the file that is not repeated."""
        self.count += 1
        item = Incoming(f"第{self.count}题", _raw(root))
        for medium in media:
            item.lose(medium)
        found = read_items(item, root, lambda one: self._included(file, one, stimulus))
        self.questions += found
        self.problems += item.problems

    def _included(self, file: str, element: Element, stimulus: str) -> str | None:
        """The HTML of a file of the package that stands in an item; references outside are left alone."""
        if self._package is None:
            return "<object></object>" if name_of(element) == "include" else None
        href = attribute(element, "href") or attribute(element, "data")
        target = self.package.resolve(posixpath.dirname(file), href)
        if target == stimulus:
            return ""
        root = self.package.roots.get(target)
        if root is not None and name_of(root) not in ("assessmentItem", "assessmentTest", "manifest"):
            return f"<div>{inner_html(root)}</div>"
        return "<object></object>" if name_of(element) == "include" else None

    def _missing(self, file: str) -> None:
        self.count += 1
        item = Incoming(f"第{self.count}题", file)
        if file in self.package.damaged:
            item.broken("damaged_item", f"试题文件“{file}”已损坏，读不出来", "请从原系统重新导出")
        else:
            item.broken("missing_item", f"清单里有试题文件“{file}”，压缩包里没有", "请从原系统重新导出")
        self.questions.append(Question("short_answer", "", where=item.where))
        self.problems += item.problems


def _raw(root: Element) -> str:
    texts = (text.strip() for body in children(root, "itemBody") for text in body.itertext())
    return "\n".join(text for text in texts if text)
