"""The form of an item, by kind: what an editor types, and the Question that comes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField, BoundWidget

from ..formats.richtext import from_html, from_plain, is_rich, to_html
from ..kinds.base import Blanks, Choice, Citation, Key, ModelAnswer, Question, RubricPoint, replace
from ..kinds.registry import KINDS, MAX_TEXT
from ..kinds.registry import kind as kind_of
from ..models import Difficulty

CHOICE_KINDS = ("single", "multiple", "uncertain")
SPARE = 2  # empty choices and citations shown beyond those that are there
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_RUBRIC = re.compile(r"^\s*[（(]\s*(\d{1,3}(?:\.\d{1,2})?)\s*分?\s*[)）]\s*(.+)$")
_OR = re.compile(r"\s*[|｜]\s*")
_SEVERAL = re.compile(r"\s*[;；,，、\n]+\s*")


def area(rows: int, **attrs: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "class": "textarea", **attrs})


def text_field(label: str, rows: int = 3, *, required: bool = False, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, widget=area(rows), required=required, max_length=MAX_TEXT, help_text=help_text
    )


def settled(text: str) -> str:
    """A typed text in the bank's form; marked-up texts are cleaned."""
    text = text.replace("\r\n", "\n").strip()
    return from_html(to_html(text)).text if is_rich(text) else from_plain(text)


class PartForm(forms.Form):
    """Stem, choices and key of one item or of one part of a case."""

    def __init__(
        self, *args: Any, kind: str, question: Question | None = None, more: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.question = question or Question(kind, "")
        self.letters = _LETTERS[: self._choice_count() + more]
        self._add_fields()

    @property
    def kind_label(self) -> str:
        return kind_of(self.kind).label

    def _choice_count(self) -> int:
        if self.kind not in CHOICE_KINDS:
            return 0
        typed = sum(self.add_prefix(f"choice_{letter}") in self.data for letter in _LETTERS)
        return min(max(4, len(self.question.choices) + (SPARE if self.question.choices else 0), typed), 26)

    def _add_fields(self) -> None:
        question, key = self.question, self.question.key
        stem_help = {
            "fill_blank": "空的地方写四个下划线：____",
            "case_group": "几道小题共用的材料",
        }.get(self.kind, "")
        label = "材料" if self.kind == "case_group" else "题干"
        self.fields["stem"] = text_field(label, 4, required=True, help_text=stem_help)
        self.fields["stem"].initial = question.stem
        if self.kind in CHOICE_KINDS:
            self._add_choices()
        elif self.kind == "true_false":
            self.fields["key"] = forms.ChoiceField(
                label="答案", choices=[("1", "正确"), ("0", "错误")], widget=forms.RadioSelect
            )
            self.fields["key"].initial = None if not isinstance(key, bool) else str(int(key))
        elif self.kind == "fill_blank":
            blanks = key if isinstance(key, Blanks) else Blanks(())
            self.fields["key"] = text_field(
                "答案", 3, required=True, help_text="一行一个空；同一个空有几种写法都算对的，用“|”隔开"
            )
            self.fields["key"].initial = "\n".join(" | ".join(texts) for texts in blanks.accepted)
            self.fields["any_order"] = forms.BooleanField(label="各空的顺序不限", required=False)
            self.fields["any_order"].initial = blanks.any_order
        elif self.kind == "short_answer":
            answer = key if isinstance(key, ModelAnswer) else ModelAnswer("")
            self.fields["key"] = text_field("参考答案", 5)
            self.fields["key"].initial = answer.text
            self.fields["rubric"] = text_field(
                "采分点", 4, help_text="一行一个，前面写分数，如：（2分）村民会议由村民委员会召集"
            )
            self.fields["rubric"].initial = "\n".join(
                f"（{one.points}分）{one.text}" if one.points is not None else one.text
                for one in answer.rubric
            )
        if self.kind != "case_group":
            self.fields["rationale"] = text_field("解析", 3)
            self.fields["rationale"].initial = question.rationale
            self.fields["points"] = forms.DecimalField(
                label="建议分值",
                required=False,
                min_value=Decimal("0.5"),
                max_value=Decimal(100),
                decimal_places=2,
                widget=forms.NumberInput(attrs={"class": "input input-num", "step": "any"}),
            )
            self.fields["points"].initial = question.points

    def _add_choices(self) -> None:
        question = self.question
        key = question.key if isinstance(question.key, tuple) else ()
        labels = [choice.label for choice in question.choices]
        for index, letter in enumerate(self.letters):
            field = text_field(f"选项{letter}", 1)
            field.initial = question.choices[index].text if index < len(question.choices) else ""
            self.fields[f"choice_{letter}"] = field
        options = [(letter, letter) for letter in self.letters]
        marked = [self.letters[labels.index(label)] for label in key if label in labels]
        if self.kind == "single":
            self.fields["key"] = forms.ChoiceField(
                label="正确答案", choices=options, widget=forms.RadioSelect
            )
            self.fields["key"].initial = marked[0] if marked else None
        else:
            self.fields["key"] = forms.MultipleChoiceField(
                label="正确答案", choices=options, widget=forms.CheckboxSelectMultiple
            )
            self.fields["key"].initial = marked
        self.fields["pinned"] = forms.BooleanField(
            label="选项顺序固定，不打乱（如有“以上都对”，或解析提到选项字母）", required=False
        )
        self.fields["pinned"].initial = question.pinned

    def choice_rows(self) -> Iterator[tuple[BoundField, BoundWidget]]:
        """Each choice's text, and the button that makes it the key."""
        return zip((self[f"choice_{letter}"] for letter in self.letters), self["key"].subwidgets, strict=True)

    def other_fields(self) -> Iterator[BoundField]:
        """What stands below the choices and the key."""
        for name in self.fields:
            if name not in ("stem", "key") and not name.startswith("choice_"):
                yield self[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.kind in CHOICE_KINDS and not self.errors:
            wanted = data["key"] if isinstance(data["key"], list) else [data["key"]]
            empty = [letter for letter in wanted if not data[f"choice_{letter}"].strip()]
            if empty:
                self.add_error("key", f"答案{'、'.join(empty)}没有选项内容。")
        return data

    def to_question(self) -> Question:
        """What was typed; choices left empty are dropped and the others lettered anew."""
        data = self.cleaned_data
        choices, key = self._choices_and_key()
        return Question(
            kind=self.kind,
            stem=settled(data["stem"]),
            choices=choices,
            key=key,
            rationale=settled(data.get("rationale", "")),
            pinned=bool(data.get("pinned")),
            points=data.get("points"),
            number=self.question.number,
            where=self.question.where,
        )

    def _choices_and_key(self) -> tuple[tuple[Choice, ...], Key]:
        data = self.cleaned_data
        if self.kind == "true_false":
            return (), data["key"] == "1"
        if self.kind == "fill_blank":
            lines = [line for line in data["key"].replace("\r", "").split("\n") if line.strip()]
            return (), Blanks(
                tuple(tuple(filter(None, _OR.split(line.strip()))) for line in lines), data["any_order"]
            )
        if self.kind == "short_answer":
            return (), ModelAnswer(settled(data["key"]), tuple(_rubric(data["rubric"])))
        if self.kind == "case_group":
            return (), None
        filled = [letter for letter in self.letters if data[f"choice_{letter}"].strip()]
        new = dict(zip(filled, _LETTERS, strict=False))
        chosen = data["key"] if isinstance(data["key"], list) else [data["key"]]
        choices = tuple(Choice(new[letter], settled(data[f"choice_{letter}"])) for letter in filled)
        return choices, tuple(sorted(new[letter] for letter in chosen))


def _rubric(text: str) -> Iterator[RubricPoint]:
    for line in filter(None, (line.strip() for line in text.replace("\r", "").split("\n"))):
        match = _RUBRIC.match(line)
        yield RubricPoint(match.group(2), Decimal(match.group(1))) if match else RubricPoint(line)


class LabelForm(forms.Form):
    """What an item is filed under: topic, difficulty, audience, tags, source."""

    topic = forms.CharField(
        label="知识点",
        max_length=200,
        required=False,
        help_text="上下级用“/”隔开，如：村民自治/村务公开",
        widget=forms.TextInput(attrs={"class": "input", "list": "topics", "autocomplete": "off"}),
    )
    difficulty = forms.TypedChoiceField(
        label="难度",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "未定"), *((str(one.value), one.label) for one in Difficulty)],
    )
    audience = forms.CharField(
        label="适用对象", max_length=200, required=False, help_text="几个用“；”隔开，如：法律明白人；机关干部"
    )
    tags = forms.CharField(
        label="标签",
        max_length=500,
        required=False,
        help_text="几个用“；”隔开；同一张卷不能同时出现的题，加同样的“互斥:某某”",
    )
    source = forms.CharField(label="出处", max_length=200, required=False)

    def __init__(self, *args: Any, question: Question, **kwargs: Any) -> None:
        initial = {
            "topic": question.topic,
            "difficulty": question.difficulty or "",
            "audience": "；".join(question.audience),
            "tags": "；".join(question.tags),
            "source": question.source,
        }
        super().__init__(*args, initial=initial, **kwargs)

    def label(self, question: Question) -> Question:
        """The question with these labels."""
        data = self.cleaned_data
        return replace(
            question,
            topic=data["topic"].strip(),
            difficulty=data["difficulty"],
            audience=_listed(data["audience"]),
            tags=_listed(data["tags"]),
            source=data["source"].strip(),
        )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (part.strip() for part in _SEVERAL.split(text)))))


class CitationForm(forms.Form):
    """One article that an item rests on."""

    law = forms.CharField(
        label="法律",
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "list": "laws", "autocomplete": "off"}),
    )
    edition = forms.RegexField(
        r"^\d{4}(-\d{2}-\d{2})?$",
        label="版本（通过日期）",
        required=False,
        help_text="如 2020-05-28；空着取现行版本",
        widget=forms.TextInput(attrs={"class": "input input-short"}),
    )
    article = forms.CharField(
        label="条",
        max_length=32,
        required=False,
        help_text="如 第十三条",
        widget=forms.TextInput(attrs={"class": "input input-short"}),
    )
    quote = forms.CharField(label="原文", max_length=2000, required=False, widget=area(2))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("law") and any(data.get(name) for name in ("edition", "article", "quote")):
            self.add_error("law", "请填写法律名称。")
        return data

    def citation(self) -> Citation | None:
        """What was typed; None for an empty row."""
        data = self.cleaned_data
        if not data["law"].strip():
            return None
        return Citation(*(data[name].strip() for name in ("law", "edition", "article", "quote")))


class QuestionForm:
    """An item as a whole: its words and key, the parts of a case, its labels, its statutes.

    `data` of a submission may have "more" (further choices) or "add_part" (a kind): then the form is only
    shown again, with what was typed. "drop_part" holds the numbers of parts to leave out.
    """

    def __init__(self, question: Question, data: Mapping[str, Any] | None = None) -> None:
        self.data = data
        self.question = question
        more = SPARE if data is not None and "more" in data else 0
        self.main = PartForm(data, kind=question.kind, question=question, more=more, prefix="q")
        self.labels = LabelForm(data, question=question, prefix="l")
        self.parts = [
            PartForm(data, more=more, prefix=f"p{n}", **options) for n, options in enumerate(self._parts())
        ]
        self.citations = [
            CitationForm(data, prefix=f"c{n}", initial=_as_initial(one))
            for n, one in enumerate(self._citations())
        ]
        if self.is_only_shown:
            for form in self.forms:
                form._errors = forms.utils.ErrorDict()  # nothing has been sent in yet: no reproaches

    def _parts(self) -> Iterable[dict[str, Any]]:
        """Kind and question of each part to show; `part_kinds` in the data says which were shown."""
        if self.question.kind != "case_group":
            return []
        if self.data is None:
            parts = self.question.parts or (Question("single", ""),)
            return [{"kind": part.kind, "question": part} for part in parts]
        kinds = [code for code in str(self.data.get("part_kinds", "")).split() if code in KINDS][:50]
        added = self.data.get("add_part")
        if added in KINDS and added != "case_group":
            kinds.append(added)
        old = self.question.parts
        return [
            {"kind": code, "question": old[n] if n < len(old) and old[n].kind == code else None}
            for n, code in enumerate(kinds)
        ]

    def _citations(self) -> list[Citation | None]:
        shown: list[Citation | None] = [*self.question.citations, None]
        if self.data is not None:
            count = sum(f"c{n}-law" in self.data for n in range(20))
            shown += [None] * (count - len(shown))
        return shown

    @property
    def part_kinds(self) -> str:
        return " ".join(part.kind for part in self.parts)

    @property
    def is_only_shown(self) -> bool:
        """Whether a button was pressed that changes the form, not the item."""
        return self.data is not None and bool({"more", "add_part"}.intersection(self.data))

    @property
    def forms(self) -> list[forms.Form]:
        return [self.main, *self.parts, self.labels, *self.citations]

    def is_valid(self) -> bool:
        return not self.is_only_shown and not [form for form in self.forms if not form.is_valid()]

    def errors(self) -> list[tuple[str, str]]:
        """(id of the field, sentence) of all that is wrong, for the summary."""
        found = []
        for form in self.forms:
            for name, messages in form.errors.items():
                field = form[name] if name in form.fields else None
                label = f"{field.label}：" if field else ""
                found += [(field.auto_id if field else "", f"{label}{message}") for message in messages]
        return found

    def to_question(self) -> Question:
        """The item that was typed; call after `is_valid`."""
        dropped = set(self.data.getlist("drop_part")) if hasattr(self.data, "getlist") else set()  # type: ignore[union-attr]
        question = self.labels.label(self.main.to_question())
        parts = tuple(part.to_question() for n, part in enumerate(self.parts) if str(n) not in dropped)
        citations = tuple(filter(None, (one.citation() for one in self.citations)))
        return replace(question, parts=parts, citations=citations)


def _as_initial(citation: Citation | None) -> dict[str, str]:
    if citation is None:
        return {}
    return {
        "law": citation.law,
        "edition": citation.edition,
        "article": citation.article,
        "quote": citation.quote,
    }
