"""One <item> of QTI 1.2 → a Question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from ..kinds.base import Blanks, Question, replace
from .incoming import Incoming, choice_kind, feedback_lines, lettered, letters, model_answer, truth_of
from .normalise import points_of
from .qti12_scoring import TextKey, option_key, text_key
from .qti12_texts import Response, material_html, read_presentation
from .richtext import BLANK, without_last_blanks
from .xml_reader import attribute, children, descendants, name_of, text_at

_FOREIGN = {
    "matching_question": "matching",
    "multiple_dropdowns_question": "select",
    "calculated_question": "calculated",
    "file_upload_question": "upload",
    "ordering_question": "ordering",
    "categorization_question": "drag",
    "hot_spot_question": "hotspot",
}
_RENDERS = {"hotspot": "hotspot", "slider": "slider"}


def metadata(item: Element) -> dict[str, str]:
    """The fields of an item's metadata, by label in lower case."""
    fields = descendants(item, "qtimetadatafield")
    return {text_at(one, "fieldlabel").lower(): text_at(one, "fieldentry") for one in fields}


def read_item(item: Incoming, element: Element) -> Question | None:
    """The item; None for a text without a question, which is noted."""
    fields = metadata(element)
    item.names = (attribute(element, "title"),)
    declared = fields.get("question_type", "")
    profile = fields.get("cc_profile", "")
    presentation = read_presentation(element)
    if declared == "text_only_question" or not presentation.responses:
        if declared in _FOREIGN:
            return item.foreign(_FOREIGN[declared], item.html(presentation.markup))
        item.note("description", "这是说明文字，不是试题，没有导入", "如果是下面几题的材料，请补到题目里")
        return None
    points = points_of(fields.get("points_possible", "") or fields.get("cc_weighting", ""))
    if declared == "fill_in_multiple_blanks_question":
        question = _named_blanks(item, element, presentation.texts, presentation.responses)
    else:
        question = _by_kind(item, element, declared, profile, presentation.markup, presentation.responses)
    return replace(question, points=points)


def _by_kind(
    item: Incoming, element: Element, declared: str, profile: str, markup: str, responses: Sequence[Response]
) -> Question:
    first = responses[0]
    if declared in _FOREIGN:
        return item.foreign(_FOREIGN[declared], item.html(markup))
    if all(one.kind == "response_str" for one in responses):
        essay = declared == "essay_question" or profile.startswith("cc.essay")
        return _typed(item, element, markup, responses, essay=essay)
    if any(one.kind == "response_num" for one in responses) and all(
        one.kind in ("response_str", "response_num") for one in responses
    ):
        return _typed(item, element, markup, responses, essay=False)
    if len(responses) > 1:
        listed = [[text for _, text in one.labels] for one in responses]
        matching = all(
            one.kind == "response_lid" and texts == listed[0]
            for one, texts in zip(responses, listed, strict=True)
        )
        return item.foreign("matching" if matching else "cloze", item.html(markup))
    if first.kind == "response_lid" and first.render in ("choice", "") and first.cardinality != "ordered":
        several = first.cardinality == "multiple" or declared == "multiple_answers_question"
        question = _choice(item, element, markup, first, several=several)
        own_kind = declared == "multiple_choice_question" or profile.startswith("cc.multiple_choice")
        return question if own_kind else truth_of(question)
    name = _RENDERS.get(first.render, "hotspot" if first.kind == "response_xy" else "")
    if first.cardinality == "ordered":
        name = "ordering"
    return item.foreign(name or ("matching" if first.kind == "response_grp" else "other"), item.html(markup))


def _choice(item: Incoming, element: Element, markup: str, response: Response, *, several: bool) -> Question:
    idents = [ident for ident, _ in response.labels]
    texts = [item.html(text) for _, text in response.labels]
    found = option_key(children(element, "resprocessing"), response.ident, idents, several)
    if found.ambiguous and several:
        item.broken("ambiguous_key", "有几种选法都得满分，答案不唯一", "请在导入后指定答案")
    elif found.graded and several:
        item.note("partial_credit", "原题按选项给部分分；这里多选题的给分办法由试卷的大题规定")
    elif found.graded:
        item.doubtful("partial_credit", "有选项原来可得部分分，这里只认满分的选项", "请核对答案")
    labels = letters(len(texts))
    return item.question(
        choice_kind(several=several, keys=len(found.right)),
        item.html(markup),
        choices=lettered(texts),
        key=tuple(labels[n] for n in found.right) or None,
        rationale=_rationale(item, element, dict(zip(idents, texts, strict=True))),
    )


def _typed(
    item: Incoming, element: Element, markup: str, responses: Sequence[Response], *, essay: bool
) -> Question:
    """Typed answers: blanks where texts are scored; a text that nothing scores is read by people."""
    processing = children(element, "resprocessing")
    keys = [text_key(processing, one.ident) for one in responses]
    scored = any(key.accepted or key.ranged for key in keys)
    numeric = any(one.kind == "response_num" for one in responses)
    if len(responses) == 1 and (essay or not (scored or numeric)):
        stem = item.html(markup.removesuffix(BLANK)) if markup.endswith(BLANK) else item.html(markup)
        told, feedback = _solution(item, element), _rationale(item, element, {})
        key = model_answer(item, told, feedback)
        return item.question(
            "short_answer", without_last_blanks(stem), key=key, rationale=feedback if told else ""
        )
    stem = without_last_blanks(item.html(markup))
    rationale = _rationale(item, element, {})
    if any(key.ranged for key in keys):
        return item.foreign("numerical", stem, rationale=rationale)
    if numeric:
        item.note("number_as_text", "数值题按填空题导入，答案按文字比对", "如有别的写法也算对，请补进答案")
    accepted = tuple(_accepted(item, key) for key in keys)
    return item.question(
        "fill_blank", stem, key=Blanks(accepted) if all(accepted) else None, rationale=rationale
    )


def _accepted(item: Incoming, key: TextKey) -> tuple[str, ...]:
    if key.partial:
        item.doubtful("partial_credit", "有的答案原来只得部分分，这里没有算作正确答案", "请核对各个答案")
    return tuple(dict.fromkeys(text for one in key.accepted if (text := item.plain(one))))


def _named_blanks(item: Incoming, element: Element, markup: str, responses: Sequence[Response]) -> Question:
    """Canvas: "[name]" in the stem is a gap; the options of its field are the accepted texts."""
    modes = frozenset[str]().union(*(one.modes for one in responses))
    if modes & {"dropdown", "wordbank"}:
        return item.foreign("select", item.html(markup))
    if "textregex" in modes:
        return item.foreign("other", item.html(markup), "按正则表达式判分的填空")
    if modes & {"textcontainsanswer", "textcloseenough"}:
        item.doubtful("loose_match", "有的空原来不要求逐字相同，这里按文字比对", "请把可接受的答案逐个写出")
    named = {one.ident.removeprefix("response_"): one for one in responses}
    places = sorted((markup.find(f"[{name}]"), name) for name in named)
    stem = markup
    for name in named:
        stem = stem.replace(f"[{name}]", BLANK)
    if any(place < 0 for place, _ in places):
        item.doubtful("blank_place", "有的空在题干里找不到位置", "请核对空的顺序")
    accepted = tuple(
        tuple(dict.fromkeys(text for _, label in named[name].labels if (text := item.html(label))))
        for _, name in places
    )
    key = Blanks(accepted) if all(accepted) else None
    return item.question("fill_blank", item.html(stem), key=key, rationale=_rationale(item, element, {}))


def _solution(item: Incoming, element: Element) -> str:
    """What the source calls the solution, "" where it has none."""
    texts = [item.html(material_html(one)) for one in descendants(element, "solutionmaterial", "modelanswer")]
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _rationale(item: Incoming, element: Element, options: dict[str, str]) -> str:
    """The feedbacks of an item; those of single options are led by the option's text."""
    general: dict[str, None] = {}
    particular: list[tuple[str, str]] = []
    for feedback in descendants(element, "itemfeedback"):
        ident = attribute(feedback, "ident")
        text = item.feedback(material_html(feedback))
        option = options.get(re.sub(r"_fb$", "", ident))
        if option is not None:
            particular.append((option, text))
        elif text and name_of(feedback) == "itemfeedback":
            general[text] = None
    return feedback_lines("\n".join(general) if len(general) > 1 else next(iter(general), ""), particular)
