"""My own data: what is held, why, how long; take it along, have it corrected."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from examsite.lib import clock
from examsite.web import ask, back_url, page

from ..domain.accounts import sign_out_everywhere
from ..domain.personal import personal_data, record_export
from ..domain.second_factor import has_second_factor
from ..domain.voice import answer_correction, ask_correction, open_first, put_away
from ..rules import corrections_answered_by
from .forms import AnswerForm, CorrectionForm


@page
def me(request: HttpRequest) -> HttpResponse:
    """Everything the site holds about me."""
    context = {
        "sections": personal_data(request.user),
        "has_factor": has_second_factor(request.user),
        "has_password": request.user.has_usable_password(),
    }
    return render(request, "people/me.html", context)


@page
@require_POST
def my_export(request: HttpRequest) -> HttpResponse:
    """The same as a file, for me to keep."""
    record_export(user=request.user, at=clock.now(), actor=request.user)
    data = {
        source.title: {"用途": source.why, "保存期限": source.kept, "内容": rows}
        for source, rows in personal_data(request.user)
    }
    text = json.dumps(data, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@page
@require_POST
def my_sign_out(request: HttpRequest) -> HttpResponse:
    """End my sign-ins everywhere, this one included."""
    sign_out_everywhere(user=request.user, at=clock.now(), actor=request.user, reason="本人操作")
    return redirect("people:sign_in")


@page
@require_POST
def my_messages_seen(request: HttpRequest) -> HttpResponse:
    """Put my messages away."""
    put_away(user=request.user, at=clock.now())
    return redirect(back_url(request))


@page
def correction_new(request: HttpRequest) -> HttpResponse:
    """Something in my data is wrong."""

    def do(data: dict[str, Any]) -> str:
        ask_correction(user=request.user, text=data["text"], at=clock.now())
        return reverse("people:me")

    return ask(
        request,
        CorrectionForm(request.POST or None),
        do,
        heading="申请更正我的信息",
        submit_label="提交申请",
        cancel_url=reverse("people:me"),
        done="申请已交给本单位考务，答复会显示在“我的信息”里。",
        crumbs=[("我的信息", reverse("people:me"))],
    )


# --- For the officer ---------------------------------------------------------------------------------------


def _requests(request: HttpRequest) -> Any:
    return corrections_answered_by(request.user).select_related("user", "unit", "answered_by")


@page
def corrections(request: HttpRequest) -> HttpResponse:
    """Requests of my units' people; the open ones first."""
    rows = open_first(_requests(request))[:200]
    return render(request, "people/corrections.html", {"rows": rows})


@page
def correction(request: HttpRequest, correction: UUID) -> HttpResponse:
    """Answer one."""
    found = get_object_or_404(_requests(request), pk=correction)

    def do(data: dict[str, Any]) -> str:
        answer_correction(request=found, answer=data["answer"], at=clock.now(), actor=request.user)
        return reverse("people:corrections")

    return ask(
        request,
        AnswerForm(request.POST or None, initial={"answer": found.answer}),
        do,
        heading=f"{found.user} 的更正申请",
        lead=found.text,
        notice=f"已于{found.answered_at:%Y-%m-%d}答复：{found.answer}" if found.answered_at else "",
        submit_label="答复",
        cancel_url=reverse("people:corrections"),
        done="已答复。",
        crumbs=[("更正申请", reverse("people:corrections"))],
    )
