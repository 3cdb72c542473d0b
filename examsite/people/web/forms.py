"""What people type into the pages of this app."""

from __future__ import annotations

from typing import Any

from django import forms

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
