"""What the office types about exams, rosters and sittings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from examsite.people.models import Category, Establishment, Unit, User
from examsite.people.tree import in_tree_order

from ..domain.exams import ExamSpec
from ..domain.sittings import SittingSpec
from ..models import Blueprint, Exam, FinalRule, MakeupCap, Mode, ReleaseRule, Sitting

MOMENT = "%Y-%m-%dT%H:%M"
SHORT = {"class": "input input-short"}
NUMBER = {"class": "input input-num", "inputmode": "decimal"}


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, for a form; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def moment_input() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input input-middle"}, format=MOMENT)


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "class": "input input-short"}, format="%Y-%m-%d")


class UnitChoice(forms.ModelChoiceField):
    """Units in the order of the tree, indented by depth; without `empty` the topmost is chosen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Unit.objects.none(), **options)

    def offer(self, units: QuerySet[Unit], *, empty: str | None = None) -> None:
        self.queryset = units
        rows = [(unit.pk, "　" * depth + unit.name) for unit, depth in in_tree_order(units)]
        self.choices = ([("", empty)] if empty is not None else []) + rows


class UnitChoices(forms.ModelMultipleChoiceField):
    """Several units, as check boxes in the order of the tree."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Unit.objects.none(), widget=forms.CheckboxSelectMultiple, **options)

    def offer(self, units: QuerySet[Unit]) -> None:
        self.queryset = units
        self.choices = [(unit.pk, "　" * depth + unit.name) for unit, depth in in_tree_order(units)]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class ExamForm(forms.Form):
    """The rules of an exam. Choices that the person may not see are never offered."""

    unit = UnitChoice(label="组织单位")
    title = forms.CharField(label="考试名称", max_length=100, help_text="如：2026年“法律明白人”学法考试")
    stat_year = forms.IntegerField(label="统计年度", widget=forms.NumberInput(attrs=SHORT))
    category = forms.ModelChoiceField(label="考试对象", queryset=Category.objects.all(), empty_label="请选择")
    label = forms.CharField(
        label="年报中的考试名称", max_length=100, required=False,
        help_text="写进年度报告的叫法，如：“法律明白人”学法考试；不填就用考试名称",
    )  # fmt: skip
    audience_label = forms.CharField(
        label="年报中的对象名称", max_length=50, help_text="如：骨干群众、在编机关干部"
    )
    blueprint = forms.ModelChoiceField(
        label="组卷规则", queryset=Blueprint.objects.none(), required=False, empty_label="以后再选"
    )
    pass_line = forms.DecimalField(
        label="合格线（满分的百分之几）", initial=Decimal(60), widget=forms.NumberInput(attrs=NUMBER)
    )
    excellent_line = forms.DecimalField(
        label="优秀线（满分的百分之几）", initial=Decimal(90), widget=forms.NumberInput(attrs=NUMBER)
    )
    tries = forms.IntegerField(label="正考可考次数", initial=1, widget=forms.NumberInput(attrs=NUMBER))
    final_rule = forms.ChoiceField(
        label="最终成绩", choices=FinalRule.choices, help_text="首考成绩总是另外保留，不受影响"
    )
    makeup_cap = forms.ChoiceField(label="补考成绩", choices=MakeupCap.choices)
    makeup_excellent = forms.BooleanField(label="补考成绩也计入优秀", required=False)
    rounding = forms.TypedChoiceField(
        label="成绩取舍",
        choices=[
            ("", "按原始分与合格线比较"), ("0", "四舍五入到整数"), ("1", "到 1 位小数"), ("2", "到 2 位小数")
        ],
        coerce=int,
        empty_value=None,
        required=False,
    )  # fmt: skip
    release_rule = forms.ChoiceField(
        label="成绩公布", choices=ReleaseRule.choices, initial=ReleaseRule.BY_HAND
    )
    release_at = forms.DateTimeField(label="成绩公布时间", required=False, widget=moment_input())
    key_release_rule = forms.ChoiceField(
        label="答案与解析公布", choices=ReleaseRule.choices, initial=ReleaseRule.BY_HAND,
        help_text="补考结束前公布解析，等于把题告诉还没考的人",
    )  # fmt: skip
    key_release_at = forms.DateTimeField(label="解析公布时间", required=False, widget=moment_input())
    open_book = forms.BooleanField(label="开卷（可以翻书）", required=False)
    shuffle_items = forms.BooleanField(
        label="每人题序不同", required=False, initial=True,
        help_text="同一大题里，各人的题目先后和题号不同，材料题的小题不拆开；纸质卷人人相同。有卷定卷以后不能再改",
    )  # fmt: skip

    def spec(self) -> ExamSpec:
        """What was typed, for the domain."""
        return ExamSpec(**{name: self.cleaned_data[name] for name in ExamSpec.__dataclass_fields__})


def exam_initial(exam: Exam) -> dict[str, Any]:
    """The form's values of an exam that exists."""
    found = {name: getattr(exam, name) for name in ExamSpec.__dataclass_fields__}
    return found | {"unit": exam.unit_id, "rounding": "" if exam.rounding is None else str(exam.rounding)}


class SittingForm(forms.Form):
    """A window in which the exam is sat; lengths in minutes."""

    title = forms.CharField(label="场次名称", max_length=100, help_text="如：11月正考、东风村专场")
    mode = forms.ChoiceField(label="作答方式", choices=Mode.choices, help_text="个别人的方式在名册里单独登记")
    opens_at = forms.DateTimeField(label="开始时间", widget=moment_input())
    closes_at = forms.DateTimeField(label="结束时间", widget=moment_input())
    duration = forms.IntegerField(
        label="作答时长（分钟）", min_value=1, max_value=480, widget=forms.NumberInput(attrs=NUMBER)
    )
    grace = forms.IntegerField(
        label="网络宽限（分钟）", min_value=0, max_value=15, initial=3,
        widget=forms.NumberInput(attrs=NUMBER), help_text="到时后这么久内送达的答案仍然收下",
    )  # fmt: skip
    late_entry = forms.IntegerField(
        label="迟到限制（分钟）", min_value=0, required=False, widget=forms.NumberInput(attrs=NUMBER),
        help_text="开始多久以后不能再进；不填则窗口结束前都可进",
    )  # fmt: skip
    confirm_devices = forms.BooleanField(label="换设备要监考确认", required=False)

    def spec(self) -> SittingSpec:
        data = self.cleaned_data
        late = data["late_entry"]
        return SittingSpec(
            title=data["title"].strip(),
            opens_at=data["opens_at"],
            closes_at=data["closes_at"],
            duration_s=data["duration"] * 60,
            mode=data["mode"],
            grace_s=data["grace"] * 60,
            late_entry_s=None if late is None else late * 60,
            confirm_devices=data["confirm_devices"],
        )


def sitting_initial(sitting: Sitting) -> dict[str, Any]:
    """The form's values of a sitting that exists."""
    late = sitting.late_entry_s
    return {
        "title": sitting.title,
        "mode": sitting.mode,
        "opens_at": sitting.opens_at,
        "closes_at": sitting.closes_at,
        "duration": sitting.duration_s // 60,
        "grace": sitting.grace_s // 60,
        "late_entry": None if late is None else late // 60,
        "confirm_devices": sitting.confirm_devices,
    }


def new_sitting_initial(exam: Exam, opens_at: Any) -> dict[str, Any]:
    """A sensible start: the blueprint's duration, a window as long as the time and an hour."""
    duration = exam.blueprint.duration_s if exam.blueprint else 3600
    return {
        "title": "正考",
        "opens_at": opens_at,
        "closes_at": opens_at + timedelta(seconds=duration) + timedelta(hours=1),
        "duration": duration // 60,
        "grace": 3,
    }


class DrawForm(forms.Form):
    """As of which day, from which units, of which 编制类型 the roster is drawn."""

    as_of = forms.DateField(label="以哪一天的在册情况为准", widget=day_input())
    units = UnitChoices(label="单位", required=False, help_text="不选则为组织单位以下全部")
    establishments = forms.MultipleChoiceField(
        label="编制类型",
        choices=Establishment.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选则不限；“在编干部”选行政编、事业编",
    )


class FreezeForm(forms.Form):
    attested_by = forms.CharField(
        label="名册核实人", max_length=100, help_text="职务和姓名，如：组织委员 李敏"
    )


class TermsForm(forms.Form):
    """How one person sits."""

    mode = forms.ChoiceField(label="作答方式", choices=Mode.choices)
    allowance = forms.TypedChoiceField(
        label="作答时间",
        choices=[("1", "同别人一样"), ("1.25", "多四分之一"), ("1.5", "多一半"), ("2", "多一倍")],
        coerce=Decimal,
    )


class ChangeForm(forms.Form):
    """免考, 缓考, 移出, 恢复: which, why, with what paper."""

    reason_code = forms.ChoiceField(label="事由")
    reason = forms.CharField(
        label="说明", max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "input"}), help_text="不要写病情等敏感情况",
    )  # fmt: skip
    attachment = forms.FileField(label="附件", required=False, help_text="PDF、JPG 或 PNG，5 MB 以内")


class RoomForm(forms.Form):
    name = forms.CharField(label="考场名称", max_length=64, help_text="如：第一考场、东风村委会")
    place = forms.CharField(label="地点", max_length=100, required=False)
    invigilators = forms.ModelMultipleChoiceField(
        label="监考", queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )


class BuildForm(forms.Form):
    """How many forms, and from which seed."""

    main = forms.IntegerField(
        label="正式卷", min_value=1, max_value=50, initial=2, widget=forms.NumberInput(attrs=NUMBER),
        help_text="一般两套（A、B）",
    )  # fmt: skip
    reserves = forms.IntegerField(
        label="备用卷", min_value=0, max_value=10, initial=1, widget=forms.NumberInput(attrs=NUMBER)
    )
    cap = forms.IntegerField(
        label="同一题最多用在几套卷里", min_value=1, max_value=50, initial=1,
        widget=forms.NumberInput(attrs=NUMBER), help_text="1 表示各卷互不重题",
    )  # fmt: skip
    seed = forms.IntegerField(
        label="随机种子", required=False, min_value=0, max_value=2**31 - 1,
        widget=forms.NumberInput(attrs=SHORT), help_text="同一种子得到同样的卷；不填则随机",
    )  # fmt: skip
