"""Pages of going in and out: password, second factor, one-time link, new password, confirmation."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from examsite.lib import clock
from examsite.lib.errors import DomainError
from examsite.web import page

from .. import sessions
from ..domain import second_factor
from ..domain.accounts import set_password
from ..domain.signing_in import prove_password, sign_in_with_password, use_link
from ..models import User
from ..sealed import seal, unseal
from .forms import ChangePasswordForm, CodeForm, ConfirmForm, LinkForm, NewPasswordForm, SignInForm

STEPS = {
    "code": "people:sign_in_code",
    "enrol": "people:sign_in_enrol",
    "password": "people:sign_in_password",
    "begin": "people:sign_in",
}


def safe_next(request: HttpRequest, url: str) -> str:
    """The address to go on to, if it is one of ours."""
    ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if ours and url.startswith("/") else ""


def _go_on(request: HttpRequest, step: str | None, next_url: str) -> HttpResponse:
    return redirect(STEPS[step] if step else next_url or "home")


def _gate(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, f"people/{template}.html", context, status=status)


@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """User name or telephone number, and password."""
    wanted = safe_next(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated and request.method == "GET":
        return redirect(wanted or "home")
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            user = sign_in_with_password(**form.cleaned_data, address=sessions.address_of(request), at=at)
        except DomainError as error:
            form.add_error(None, error.message)
            status = error.status
        else:
            step = sessions.begin(request, user, way="password", at=at, next_url=wanted)
            return _go_on(request, step, wanted)
    idled = request.session.pop("idled", False)
    oidc = settings.OIDC_NAME if settings.OIDC_ISSUER else ""
    return _gate(request, "sign_in", status, form=form, next=wanted, idled=idled, oidc=oidc)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    sessions.leave(request, at=clock.now())
    messages.success(request, "已退出。在别人的手机或电脑上，请同时关闭浏览器。")
    return redirect("people:sign_in")


def _half_or_none(request: HttpRequest) -> tuple[User | None, str]:
    at = clock.now()
    half, user = sessions.half_of(request, at), sessions.half_user(request, at)
    return user, half.next if half else ""


def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second factor of somebody whose password was right."""
    user, wanted = _half_or_none(request)
    if user is None:
        return redirect("people:sign_in")
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            second_factor.check_second_factor(user=user, code=form.cleaned_data["code"], at=at)
        except DomainError as error:
            form.add_error("code", error.message)
            status = error.status
        else:
            return _go_on(request, sessions.proceed(request, at=at, coded=True), wanted)
    return _gate(request, "sign_in_code", status, form=form)


def sign_in_enrol(request: HttpRequest) -> HttpResponse:
    """Staff without a second factor set it up before they are in."""
    user, _ = _half_or_none(request)
    if user is None or second_factor.has_second_factor(user):
        return redirect("people:sign_in")
    return _enrol(request, user, "people/sign_in_enrol.html", in_gate=True)


def _enrol(request: HttpRequest, user: User, template: str, *, in_gate: bool) -> HttpResponse:
    """Show the QR code, take the first code, show the recovery codes."""
    if "new_secret" not in request.session:
        request.session["new_secret"] = seal(second_factor.new_secret())
    secret = unseal(request.session["new_secret"])
    form = CodeForm(request.POST or None)
    form.fields["code"].help_text = "扫码后，输入应用里显示的6位数字。"
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            code = form.cleaned_data["code"]
            codes = second_factor.turn_on(user=user, secret=secret, code=code, at=at)
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            del request.session["new_secret"]
            wanted = _half_or_none(request)[1]
            step = sessions.proceed(request, at=at, coded=True) if in_gate else None
            go_on = reverse(STEPS[step]) if step else wanted or reverse("home")
            return render(request, "people/recovery_codes.html", {"codes": codes, "go_on": go_on})
    address = second_factor.app_address(user=user, secret=secret)
    context = {"form": form, "secret": secret, "qr": segno.make(address).svg_data_uri(scale=5, border=4)}
    return render(request, template, context, status=400 if form.errors else 200)


@sensitive_post_parameters("password", "again")
def sign_in_password(request: HttpRequest) -> HttpResponse:
    """A password that is too old is replaced before its owner is in."""
    user, wanted = _half_or_none(request)
    at = clock.now()
    half = sessions.half_of(request, at)
    if user is None or half is None or sessions.next_step(user, half) != "password":
        return redirect("people:sign_in")
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if user.check_password(form.cleaned_data["password"]):
            form.add_error("password", "新密码不能与现在的密码相同。")
        else:
            try:
                set_password(user=user, password=form.cleaned_data["password"], at=at, actor=user)
            except DomainError as error:
                form.add_error("password", error.message)
            else:
                return _go_on(request, sessions.proceed(request, at=at), wanted)
    return _gate(request, "sign_in_password", 400 if form.errors else 200, form=form)


@sensitive_post_parameters("password", "again", "token")
def sign_in_link(request: HttpRequest) -> HttpResponse:
    """The one-time link: its token comes after the # and so in no log; here the password is chosen."""
    form = LinkForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        data = form.cleaned_data
        try:
            user = use_link(token=data["token"], password=data["password"], at=at)
        except DomainError as error:
            form.add_error("password" if error.code == "weak_password" else "token", error.message)
            status = error.status
        else:
            return _go_on(request, sessions.begin(request, user, way="link", at=at), "")
    return _gate(request, "sign_in_link", status, form=form)


@page
@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponse:
    """My password: the present one, and a new one twice. Other sign-ins end, this one stays."""
    user = User.objects.get(pk=request.user.pk)
    form = ChangePasswordForm(request.POST or None)
    if not user.has_usable_password():
        return render(request, "people/no_password.html")
    if request.method == "POST" and form.is_valid():
        at, data = clock.now(), form.cleaned_data
        try:
            prove_password(user=user, password=data["current"], address=sessions.address_of(request), at=at)
        except DomainError as error:
            form.add_error("current", "现在的密码不对。" if error.code == "refused" else error.message)
        else:
            try:
                set_password(user=user, password=data["password"], at=at, actor=user)
            except DomainError as error:
                form.add_error("password", error.message)
            else:
                sessions.enter(request, user, way="password", at=at)
                messages.success(request, "密码已修改，其他设备上的登录已失效。")
                return redirect("people:me")
    return render(request, "people/change_password.html", {"form": form}, status=400 if form.errors else 200)


@page
@sensitive_post_parameters("password")
def confirm(request: HttpRequest) -> HttpResponse:
    """Before a grave step: the password again (or, without one, the second factor)."""
    user = User.objects.get(pk=request.user.pk)
    wanted = safe_next(request, request.POST.get("next") or request.GET.get("next", ""))
    by_code = not user.has_usable_password() and second_factor.has_second_factor(user)
    form = (CodeForm if by_code else ConfirmForm)(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            _prove(request, user, form.cleaned_data, at)
        except DomainError as error:
            form.add_error(None, error.message)
            status = error.status
        else:
            sessions.make_sure(request, at)
            return redirect(wanted or "home")
    return render(request, "people/confirm.html", {"form": form, "next": wanted}, status=status)


def _prove(request: HttpRequest, user: User, data: dict[str, str], at: Any) -> None:
    if "code" in data:
        second_factor.check_second_factor(user=user, code=data["code"], at=at)
        return
    prove_password(user=user, password=data["password"], address=sessions.address_of(request), at=at)


# --- My second factor --------------------------------------------------------------------------------------


@page
def my_second_factor(request: HttpRequest) -> HttpResponse:
    """Turn the second factor on; where it is on: new recovery codes, or another telephone."""
    user = User.objects.get(pk=request.user.pk)
    if second_factor.has_second_factor(user):
        left = user.recovery_codes.filter(used_at__isnull=True).count()
        return render(request, "people/second_factor.html", {"left": left, "form": CodeForm()})
    return _enrol(request, user, "people/second_factor_enrol.html", in_gate=False)


@page
@require_POST
def renew_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, for a code of the app."""
    user, at = User.objects.get(pk=request.user.pk), clock.now()
    second_factor.check_second_factor(user=user, code=request.POST.get("code", ""), at=at)
    codes = second_factor.renew_recovery_codes(user=user, at=at)
    return render(
        request, "people/recovery_codes.html", {"codes": codes, "go_on": reverse("people:second_factor")}
    )


@page
@require_POST
def remove_second_factor(request: HttpRequest) -> HttpResponse:
    """Off, for a code: the next page offers to set up the new telephone."""
    user, at = User.objects.get(pk=request.user.pk), clock.now()
    second_factor.check_second_factor(user=user, code=request.POST.get("code", ""), at=at)
    second_factor.remove_second_factor(user=user, at=at, actor=user, reason="本人更换手机")
    messages.success(request, "动态口令已停用，请用新手机重新扫码。")
    return redirect("people:second_factor")
