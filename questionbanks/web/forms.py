"""What people type into the pages of banks, imports and statutes; items have question_form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django import forms

from examsite.people.models import Unit
from examsite.people.tree import in_tree_order

from ..domain.queries import ORDERS, Wanted
from ..formats.registry import FORMATS
from ..kinds.registry import KINDS
from ..models import Bank, LawType


class BankForm(forms.Form):
    """Name and description of a bank; the unit only for a new one."""

    name = forms.CharField(label="题库名称", max_length=100, help_text="如：2026年法律明白人题库")
    description = forms.CharField(
        label="说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class NewBankForm(BankForm):
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label="所属单位", empty_label=None, help_text="本单位和下级单位的考试都能用"
    )
    field_order = ("unit", "name", "description")

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self.fields["unit"].choices = [
            (unit.pk, "　" * depth + unit.name) for unit, depth in in_tree_order(units)
        ]


def wanted_from(query: Mapping[str, str]) -> Wanted:
    """What a filter address asks for; values that cannot be are taken as "any"."""
    values = {one.name: str(query.get(one.name, ""))[:200].replace("\x00", "") for one in fields(Wanted)}
    if values["order"] not in ORDERS:
        values["order"] = "number"
    if values["difficulty"] not in ("", "1", "2", "3"):
        values["difficulty"] = ""
    if values["kind"] not in KINDS:
        values["kind"] = ""
    for name in ("topic", "law", "run"):
        if values[name] != "none" and not _is_uuid(values[name]):
            values[name] = ""
    if values["law"] == "none" or values["run"] == "none":
        values["law"] = values["run"] = ""
    if values["stale"] not in ("", "0", "1"):
        values["stale"] = ""
    return Wanted(**values)


def _is_uuid(text: str) -> bool:
    try:
        forms.UUIDField().clean(text)
    except forms.ValidationError:
        return False
    return True


class UploadForm(forms.Form):
    file = forms.FileField(label="选择文件", widget=forms.ClearableFileInput(attrs={"class": "input-file"}))
    format = forms.ChoiceField(
        label="格式",
        choices=[("auto", "自动识别（推荐）"), *((one.code, one.label) for one in FORMATS)],
        initial="auto",
        help_text="按内容识别，和文件名后缀无关；认错了再选",
    )


class TopicForm(forms.Form):
    name = forms.CharField(label="名称", max_length=100)
    parent = forms.ChoiceField(label="上级知识点", required=False)

    def __init__(self, *args: Any, parents: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = [("", "（没有上级）"), *parents]


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class EditionForm(forms.Form):
    """A new edition of a statute: when it was adopted and when it came into force."""

    adopted_on = forms.DateField(
        label="通过日期",
        widget=forms.DateInput(attrs={"type": "date", "class": "input input-short"}, format="%Y-%m-%d"),
    )
    in_force_on = forms.DateField(
        label="施行日期",
        help_text="从这一天起，上一版失效，引用上一版的试题标为可能过时",
        widget=forms.DateInput(attrs={"type": "date", "class": "input input-short"}, format="%Y-%m-%d"),
    )
    article_count = forms.IntegerField(
        label="条数",
        required=False,
        min_value=1,
        max_value=5000,
        widget=forms.NumberInput(attrs={"class": "input input-num"}),
    )


class LawForm(EditionForm):
    """A statute that the catalogue does not have, with its first edition."""

    title = forms.CharField(label="全称", max_length=100)
    short = forms.CharField(label="简称", max_length=100, help_text="试题里引用的名字，如：民法典")
    aliases = forms.CharField(label="别名", max_length=200, required=False, help_text="几个用“；”隔开")
    type = forms.ChoiceField(label="类型", choices=LawType.choices, initial=LawType.STATUTE)
    field_order = ("title", "short", "aliases", "type", "adopted_on", "in_force_on", "article_count")


class RepealForm(forms.Form):
    repealed_on = forms.DateField(
        label="废止日期",
        widget=forms.DateInput(attrs={"type": "date", "class": "input input-short"}, format="%Y-%m-%d"),
    )
    repealed_by = forms.CharField(label="废止依据", max_length=100, required=False, help_text="如：民法典")


class StatuteFileForm(forms.Form):
    file = forms.FileField(label="条文文件", widget=forms.ClearableFileInput(attrs={"class": "input-file"}))


def topic_choices(bank: Bank, paths: Mapping[Any, str], without: str = "") -> list[tuple[str, str]]:
    """Topics as choices, those at and below the path `without` left out."""
    kept = {
        key: path
        for key, path in paths.items()
        if not without or not (path == without or path.startswith(f"{without}/"))
    }
    return [(str(key), path) for key, path in sorted(kept.items(), key=lambda pair: pair[1].split("/"))]
