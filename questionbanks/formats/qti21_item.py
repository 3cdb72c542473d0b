"""One assessmentItem of QTI 2.1 or 2.2 → questions. An item with several choices is a case with parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from xml.etree.ElementTree import Element

from ..kinds.base import Blanks, Question, replace
from .incoming import Incoming, choice_kind, feedback_lines, lettered, letters, model_answer, truth_of
from .normalise import points_of
from .qti21_keys import Declared, declared
from .richtext import BLANK, without_last_blanks
from .xml_reader import attribute, child, children, descendants, inner_html, name_of

TOOL = "questionbank"  # toolName of our own files: their label attribute says the kind
_FOREIGN = {
    "inlineChoiceInteraction": "select",
    "matchInteraction": "matching",
    "associateInteraction": "matching",
    "gapMatchInteraction": "drag",
    "graphicGapMatchInteraction": "drag",
    "orderInteraction": "ordering",
    "graphicOrderInteraction": "ordering",
    "hottextInteraction": "hottext",
    "hotspotInteraction": "hotspot",
    "selectPointInteraction": "hotspot",
    "positionObjectInteraction": "hotspot",
    "graphicAssociateInteraction": "hotspot",
    "sliderInteraction": "slider",
    "drawingInteraction": "drawing",
    "uploadInteraction": "upload",
    "mediaInteraction": "media",
}
_HIDDEN = frozenset(
    {"feedbackBlock", "feedbackInline", "templateBlock", "templateInline", "stylesheet", "infoControl"}
)
_READERS = frozenset({"scorer", "tutor", "author", "testConstructor"})

Include = Callable[
    [Element], str | None
]  # <include> or <object> → the HTML that stands there, None for nothing


def read_items(item: Incoming, root: Element, include: Include) -> list[Question]:
    """The questions of an item; none for a text without a question, which is noted."""
    item.names = (attribute(root, "title"),)
    body = child(root, "itemBody")
    interactions = list(_interactions(body)) if body is not None else []
    if body is None or not interactions:
        item.note("description", "这是说明文字，不是试题，没有导入", "如果是下面几题的材料，请补到题目里")
        return []
    points = _points(root)
    names = {name_of(one) for one in interactions}
    if children(root, "templateDeclaration"):
        questions = [item.foreign("calculated", item.html(_markup(body, interactions, include)))]
    elif names == {"textEntryInteraction"}:
        questions = [_blanks(item, root, body, interactions, include)]
    elif len(interactions) == 1:
        stem = _markup(body, interactions, include)
        questions = [_single(item, root, interactions[0], stem)]
    elif names <= {"choiceInteraction", "extendedTextInteraction"} and all(
        _prompt(one) for one in interactions
    ):
        return _parts(item, root, body, interactions, include)
    else:
        foreign = {_FOREIGN.get(name, "cloze") for name in names}
        name = foreign.pop() if len(foreign) == 1 else "cloze"
        questions = [item.foreign(name, item.html(_markup(body, interactions, include)))]
    return [replace(question, points=points) for question in questions]


def _interactions(body: Element) -> Iterator[Element]:
    for one in body.iter():
        if name_of(one).endswith("Interaction") and name_of(one) != "endAttemptInteraction":
            yield one


def _single(item: Incoming, root: Element, interaction: Element, stem: str) -> Question:
    name = name_of(interaction)
    if name == "choiceInteraction":
        return _choice(item, root, interaction, stem)
    if name == "extendedTextInteraction":
        return _essay(item, root, interaction, stem)
    return item.foreign(_FOREIGN.get(name, "other"), item.html(stem))


def _choice(item: Incoming, root: Element, interaction: Element, stem: str) -> Question:
    options = children(interaction, "simpleChoice")
    idents = [attribute(one, "identifier") for one in options]
    texts = [item.html(inner_html(one, _HIDDEN)) for one in options]
    says = declared(root, attribute(interaction, "responseIdentifier"))
    several = says.cardinality != "single" and attribute(interaction, "maxChoices") != "1"
    labels = dict(zip(idents, letters(len(idents)), strict=False))
    right = _right(item, says, several)
    kind = choice_kind(several=several, keys=len(right))
    own = attribute(root, "label") if attribute(root, "toolName") == TOOL else ""
    if own in ("multiple", "uncertain") and several:
        kind = own
    told = [
        (text, item.feedback(_inner(one, "feedbackInline"))) for text, one in zip(texts, options, strict=True)
    ]
    question = item.question(
        kind,
        item.html(stem),
        choices=lettered(texts),
        key=tuple(sorted(labels.get(value, value) for value in right)) or None,
        rationale=feedback_lines(_feedback(item, root), told),
        pinned=any(attribute(one, "fixed") == "true" for one in options),
    )
    return question if own == "single" else truth_of(question)


def _right(item: Incoming, says: Declared, several: bool) -> tuple[str, ...]:
    """The identifiers of the right options."""
    by_points = says.positive if several else says.best
    right = says.correct or by_points
    if says.correct and by_points and set(says.correct) != set(by_points):
        item.doubtful("key_differs", "原题的标准答案与得分设置不一致，这里取标准答案", "请核对答案")
    elif not several and len(says.positive) > len(says.best):
        item.doubtful("partial_credit", "有选项原来可得部分分，这里只认满分的选项", "请核对答案")
    elif several and len(says.positive) > 1:
        item.note("partial_credit", "原题按选项给部分分；这里多选题的给分办法由试卷的大题规定")
    return tuple(dict.fromkeys(right))


def _blanks(
    item: Incoming, root: Element, body: Element, interactions: list[Element], include: Include
) -> Question:
    stem = without_last_blanks(item.html(_markup(body, interactions, include)))
    all_says = [declared(root, attribute(one, "responseIdentifier")) for one in interactions]
    rationale = _feedback(item, root)
    if any(says.ranged for says in all_says):
        return item.foreign("numerical", stem, rationale=rationale)
    if any(says.base in ("integer", "float") for says in all_says):
        item.note("number_as_text", "数值题按填空题导入，答案按文字比对", "如有别的写法也算对，请补进答案")
    if any(len(says.positive) > len(says.best) for says in all_says):
        item.doubtful("partial_credit", "有的答案原来只得部分分，这里没有算作正确答案", "请核对各个答案")
    accepted = tuple(
        tuple(dict.fromkeys(text for value in (*says.correct, *says.best) if (text := item.plain(value))))
        for says in all_says
    )
    key = Blanks(accepted) if all(accepted) else None
    return item.question("fill_blank", stem, key=key, rationale=rationale)


def _essay(item: Incoming, root: Element, interaction: Element, stem: str) -> Question:
    rubrics = [
        item.html(inner_html(one))
        for one in descendants(root, "rubricBlock")
        if _READERS & set(attribute(one, "view").split())
        and "candidate" not in attribute(one, "view").split()
    ]
    says = declared(root, attribute(interaction, "responseIdentifier"))
    told = "\n".join(rubrics) if len(rubrics) != 1 else rubrics[0]
    told = told or "\n".join(item.plain(value) for value in says.correct)
    feedback = _feedback(item, root)
    key = model_answer(item, told, feedback)
    return item.question("short_answer", item.html(stem), key=key, rationale=feedback if told else "")


def _parts(
    item: Incoming, root: Element, body: Element, interactions: list[Element], include: Include
) -> list[Question]:
    """Several interactions that each have a prompt: parts of a case, or items of their own without a text."""
    parts = []
    for n, one in enumerate(interactions, 1):
        part = Incoming(f"{item.where}（{n}）", item.raw)
        parts.append(_single(part, root, one, inner_html(_prompt_element(one))))
        item.problems += part.problems
    material = item.html(_markup(body, interactions, include, prompts=False))
    if not material:
        return parts
    return [item.question("case_group", material, parts=tuple(replace(part, number="") for part in parts))]


def _markup(body: Element, interactions: list[Element], include: Include, prompts: bool = True) -> str:
    """The body as HTML: prompts stay, gaps for typed words, included files in their places."""
    marks: dict[Element, str] = {}
    for one in interactions:
        typed = name_of(one) == "textEntryInteraction"
        inner = inner_html(_prompt_element(one)) if prompts and _prompt(one) else ""
        marks[one] = BLANK if typed else f"<div>{inner}</div>" if inner else ""
        if not typed and name_of(one) in _FOREIGN:
            marks[one] = f"<div>{inner_html(one)}</div>"
    for one in descendants(body, "rubricBlock"):
        if "candidate" not in attribute(one, "view").split():
            marks[one] = ""
    for one in descendants(body, "include", "object"):
        found = include(one)
        if found is not None:
            marks[one] = found
    return inner_html(body, _HIDDEN, marks)


def _prompt_element(interaction: Element) -> Element:
    found = child(interaction, "prompt")
    return found if found is not None else Element("prompt")


def _prompt(interaction: Element) -> str:
    return "".join(_prompt_element(interaction).itertext()).strip()


def _inner(element: Element, name: str) -> str:
    return "".join(f"<div>{inner_html(one)}</div>" for one in descendants(element, name))


def _feedback(item: Incoming, root: Element) -> str:
    texts = [item.feedback(inner_html(one)) for one in descendants(root, "modalFeedback", "feedbackBlock")]
    texts = list(dict.fromkeys(text for text in texts if text))
    return feedback_lines(texts[0], [("", text) for text in texts[1:]]) if texts else ""


def _points(root: Element) -> Decimal | None:
    for one in children(root, "outcomeDeclaration"):
        name = attribute(one, "identifier")
        if name == "MAXSCORE":
            return points_of("".join(one.itertext()))
        if name == "SCORE" and attribute(one, "normalMaximum"):
            return points_of(attribute(one, "normalMaximum"))
    return None
