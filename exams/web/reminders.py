"""The page of an exam's reminders: who is missing by village, what was sent, sending."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from examsite.web import act_on, download, page

from ..domain.reminders import LIMIT, absent, is_quiet, may_list, propose_list, send_reminder
from ..domain.stamps import moment
from ..models import Exam, ReminderChannel
from .exams import managed_exam


class ReminderForm(forms.Form):
    channel = forms.ChoiceField(label="方式", choices=ReminderChannel, widget=forms.RadioSelect)
    text = forms.CharField(
        label="内容",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明考试名称、截止时间和找谁帮忙。不要点名。",
    )
    address = forms.EmailField(label="联络员邮箱", required=False, help_text="只有用电子邮件时才填。")


@page
def reminders(request: HttpRequest, exam: UUID) -> HttpResponse:
    """Look, then remind; the list of the missing prints by village."""
    found, at = managed_exam(request, exam), moment()
    form = ReminderForm(request.POST or None, initial={"channel": ReminderChannel.SITE})
    answer, status = act_on(request, form, lambda data: _send(request, found, data, at))
    if answer is not None:
        return answer
    people = list(absent(found))
    villages = [(unit, list(rows)) for unit, rows in groupby(people, key=lambda one: str(one.unit))]
    context = {
        "exam": found,
        "form": form,
        "villages": villages,
        "missing": len(people),
        "sent": found.reminders.select_related("sent_by"),
        "left": LIMIT - found.reminders.count(),
        "quiet": is_quiet(at),
        "may_list": may_list(found, at),
        "channels": dict(ReminderChannel.choices),
    }
    return render(request, "exams/office/reminders.html", context, status=status)


def _send(request: HttpRequest, exam: Exam, data: dict[str, Any], at: Any) -> HttpResponse:
    if data["channel"] == ReminderChannel.FILE and not may_list(exam, at):
        approval = propose_list(exam=exam, at=at, actor=request.user)
        messages.success(request, "名单含姓名和手机号，已提交另一位考务审批；同意后回到本页再发。")
        return redirect("people:approval", approval.pk)
    sent = send_reminder(exam=exam, at=at, actor=request.user, **data)
    if sent.file is not None:
        return download(sent.file, "reminder.csv", "text/csv; charset=utf-8")
    messages.success(request, f"已提醒{sent.reminder.recipients}人。")
    return redirect("exams:reminders", exam.pk)
