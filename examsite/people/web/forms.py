"""What people type into the pages of this app."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from ..models import Category, Establishment, FeedbackKind, Role, Source, Stage, Unit, UnitKind, User
from ..tree import in_tree_order

HOW_TO_CHOOSE = "至少10个字符，混用大写字母、小写字母、数字、符号中的三种；或20个字符以上的一句话。"


class SignInForm(forms.Form):
    identifier = forms.CharField(
        label="用户名或手机号",
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label="密码",
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label="动态口令",
        max_length=16,
        help_text="打开手机上的身份验证应用，输入最新的6位数字；手机不在身边，可输入一个备用码。",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "none"}),
    )


class NewPasswordForm(forms.Form):
    """A new password, typed twice. What a good one is, is the domain's business."""

    password = forms.CharField(
        label="新密码",
        max_length=256,
        strip=False,
        help_text=HOW_TO_CHOOSE,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输一次",
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", "两次输入的密码不一样。")
        return data


class ChangePasswordForm(NewPasswordForm):
    current = forms.CharField(
        label="现在的密码",
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("current", "password", "again")


class LinkForm(NewPasswordForm):
    token = forms.CharField(
        label="登录码",
        max_length=64,
        help_text="点开考务人员发来的链接时会自动填好；也可以把链接里#号后面的部分粘贴到这里。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    field_order = ("token", "password", "again")


class ConfirmForm(forms.Form):
    password = forms.CharField(
        label="密码",
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


# --- Units and people --------------------------------------------------------------------------------------


class DayInput(forms.DateInput):
    """The browser's calendar."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")


class UnitField(forms.ModelChoiceField):
    """A unit of the asker's own, in the order of the tree and indented by depth."""

    def __init__(self, *, label: str, required: bool = True, help_text: str = "") -> None:
        super().__init__(
            queryset=Unit.objects.none(),
            label=label,
            required=required,
            help_text=help_text,
            empty_label="请选择",
        )

    def offer(self, units: QuerySet[Unit]) -> None:
        """Set which units may be chosen."""
        self.queryset = units
        rows = [(unit.pk, "　" * depth + unit.name) for unit, depth in in_tree_order(units)]
        self.choices = [("", self.empty_label), *rows]


class NewUnitsForm(forms.Form):
    """One unit a line, as a column of a sheet is pasted."""

    names = forms.CharField(
        label="名称",
        max_length=10_000,
        help_text="一行一个，可以从表格里整列粘贴。名称后面空一格可写代码（4位数字，用在准考证号里）。",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    kind = forms.ChoiceField(label="类型", choices=UnitKind)
    valid_from = forms.DateField(label="设立日期", required=False, widget=DayInput())


class UnitForm(forms.Form):
    """Another name, code or place in the list."""

    name = forms.CharField(label="名称", max_length=64)
    code = forms.CharField(label="代码", max_length=8, required=False, help_text="4位数字，用在准考证号里。")
    order = forms.IntegerField(label="排列顺序", min_value=0, max_value=9999, initial=0, required=False)


class UnitMoveForm(forms.Form):
    parent = UnitField(label="移到")
    reason = forms.CharField(label="依据", max_length=200, help_text="例如：××镇区划调整的文件名称。")


class EndForm(forms.Form):
    """A last day and why."""

    on = forms.DateField(label="自哪天起不再计入", widget=DayInput())
    reason = forms.CharField(label="事由", max_length=200)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="事由", max_length=200)


class PersonForm(forms.Form):
    """What is known of a person; as little as will do."""

    name = forms.CharField(label="姓名", max_length=64)
    name_note = forms.CharField(
        label="同名区分", max_length=32, required=False, help_text="同村同名时填写，如父名或手机尾号。"
    )
    phone = forms.CharField(
        label="手机号", max_length=32, required=False, help_text="选填，加密保存，只用于登录和通知。"
    )
    birth_year = forms.IntegerField(
        label="出生年份", required=False, help_text="选填，只用于按年龄段统计。不登记身份证号。"
    )
    username = forms.CharField(
        label="用户名", max_length=64, required=False, help_text="需要用密码登录的人才填，小写字母或数字。"
    )


class ChangePersonForm(PersonForm):
    """As above; the number is not shown, so leaving it empty leaves it as it is."""

    phone = forms.CharField(
        label="新手机号", max_length=32, required=False, help_text="留空表示不改；要删除请勾选下面一项。"
    )
    forget_phone = forms.BooleanField(label="删除已登记的手机号", required=False)
    reason = forms.CharField(label="修改原因", max_length=200, required=False)


class MembershipForm(forms.Form):
    """Where a person belongs from a day on."""

    unit = UnitField(label="单位")
    category = forms.ModelChoiceField(label="人员类别", queryset=Category.objects.all(), empty_label="请选择")
    establishment = forms.ChoiceField(
        label="编制类型", choices=Establishment, initial=Establishment.NONE, required=False
    )
    position = forms.CharField(label="职务", max_length=64, required=False)
    since = forms.DateField(label="自哪天起", widget=DayInput())

    def clean_establishment(self) -> str:
        return self.cleaned_data["establishment"] or Establishment.NONE


class NewPersonForm(MembershipForm, PersonForm):
    """A new person and where he belongs."""

    field_order = (
        "name", "unit", "category", "establishment", "position", "since",
        "name_note", "phone", "birth_year", "username",
    )  # fmt: skip


class MoveForm(MembershipForm):
    """The same on another day: unit, category, 编制 or position change, the person stays."""

    reason = forms.CharField(label="事由", max_length=200, required=False)


class MergeForm(forms.Form):
    """The double is found by its page's address or its number; both are shown again before it is done."""

    double = forms.ModelChoiceField(label="重复的账号", queryset=User.objects.none(), empty_label="请选择")
    reason = forms.CharField(label="依据", max_length=200)


class StageForm(forms.Form):
    """The next stage of a 法律明白人; what is left empty stays as it is."""

    stage = forms.ChoiceField(label="转为", choices=[])
    since = forms.DateField(label="自哪天起", widget=DayInput())
    unit = UnitField(label="村（社区）", required=False)
    source = forms.ChoiceField(label="选任来源", choices=[("", "不变"), *Source.choices], required=False)
    certificate = forms.CharField(label="证书编号", max_length=64, required=False)
    certified_to = forms.DateField(
        label="证书有效期至（不含当天）", required=False, widget=DayInput(), help_text="长期有效的留空。"
    )
    reason = forms.CharField(label="事由", max_length=200, required=False, help_text="退出时必填。")


class StagesForm(forms.Form):
    """The same step for many."""

    stage = forms.ChoiceField(label="转为", choices=Stage)
    since = forms.DateField(label="自哪天起", widget=DayInput())
    certified_to = forms.DateField(label="证书有效期至（不含当天）", required=False, widget=DayInput())
    reason = forms.CharField(label="事由", max_length=200, required=False)


class FirstStageForm(forms.Form):
    """Where many begin."""

    stage = forms.ChoiceField(label="登记为", choices=[one for one in Stage.choices if one[0] != Stage.LEFT])
    since = forms.DateField(label="自哪天起", widget=DayInput())
    source = forms.ChoiceField(
        label="选任来源",
        choices=[("", "请选择"), *Source.choices],
        help_text="来源不同的分几次勾选、登记。",
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label="角色", choices=Role)
    unit = UnitField(label="范围", help_text="角色在所选单位及其全部下级有效。")
    reason = forms.CharField(label="理由", max_length=200, required=False)


class PeopleFilter(forms.Form):
    """Above the list of people."""

    q = forms.CharField(label="姓名、用户名或完整手机号", max_length=64, required=False)
    unit = UnitField(label="单位", required=False)
    category = forms.ModelChoiceField(
        label="类别", queryset=Category.objects.all(), required=False, empty_label="全部"
    )
    state = forms.ChoiceField(
        label="在册",
        choices=[("present", "现在在册"), ("past", "已离开"), ("all", "全部")],
        required=False,
    )


class AuditFilter(forms.Form):
    """Above the log."""

    q = forms.CharField(label="对象或事由", max_length=64, required=False)
    actor = forms.CharField(label="操作人", max_length=64, required=False)
    action = forms.CharField(label="动作代码", max_length=64, required=False)
    first = forms.DateField(label="自", required=False, widget=DayInput())
    last = forms.DateField(label="至", required=False, widget=DayInput())


class DecisionForm(forms.Form):
    reason = forms.CharField(label="意见", max_length=200, required=False, help_text="不同意时必须写明理由。")


# --- What people say to the office -------------------------------------------------------------------------


class CorrectionForm(forms.Form):
    text = forms.CharField(
        label="哪里不对，应该是什么",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="例如：我的村应为东风村，不是东丰村。",
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(label="处理情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))


class FeedbackForm(forms.Form):
    kind = forms.ChoiceField(label="类型", choices=FeedbackKind, widget=forms.RadioSelect)
    text = forms.CharField(label="内容", max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))
    contact = forms.CharField(
        label="联系方式", max_length=64, required=False, help_text="选填，加密保存，只用于答复您。"
    )


class FeedbackCodeForm(forms.Form):
    code = forms.CharField(label="查询码", max_length=16)


class ExportForm(forms.Form):
    unit = UnitField(label="范围", help_text="含全部下级。")
    category = forms.ModelChoiceField(
        label="人员类别", queryset=Category.objects.all(), required=False, empty_label="全部"
    )
    with_phones = forms.BooleanField(label="含手机号", required=False)
    purpose = forms.CharField(label="用途", max_length=200, help_text="写进审批、日志和导出的表里。")


class UploadForm(forms.Form):
    unit = UnitField(label="范围", help_text="名单里的单位都在它下面；不在名单里的人会列出来供核对。")
    file = forms.FileField(label="名单文件", help_text="xlsx、xls、csv，20 MB以内。表头里要有“姓名”。")
    since = forms.DateField(label="新任职自哪天起", widget=DayInput())
