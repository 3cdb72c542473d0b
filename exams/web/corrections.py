"""Correcting keys: choose the question, say how, see what it does, ask the second person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from examsite.lib import clock
from examsite.lib.errors import Conflict, Forbidden, Invalid
from examsite.people.models import Approval
from examsite.web import page
from questionbanks.kinds.base import Blanks, Key, Question
from questionbanks.kinds.registry import kind

from ..domain import corrections as domain
from ..domain.keys import load_keys, question_in_slot
from ..domain.remarking import describe_keys
from ..engine.keys import METHOD_LABELS, METHODS_OF_KIND, Method
from ..models import Exam, Slot
from ..rules import exams_manageable_by
from .exams import managed_exam

SHOWN = 30  # people named in the preview


@page
@require_safe
def corrections(request: HttpRequest, exam: UUID) -> HttpResponse:
    """The questions of an exam with their keys, and the corrections made."""
    found = managed_exam(request, exam)
    slots = Slot.objects.filter(form__exam=found, form__published_at__isnull=False)
    slots = slots.select_related("version", "section", "form").order_by("form__code", "order")
    rows: dict[tuple[UUID, int | None], dict[str, Any]] = {}
    for slot in slots:
        row = rows.setdefault((slot.version_id, slot.part), _question_row(slot))
        row["places"].append(f"{slot.form} 第{slot.order}题")
    search = request.GET.get("search", "").strip()[:50]
    context = {
        "exam": found,
        "tab": "results",
        "rows": [row for row in rows.values() if search in row["stem"]],
        "search": search,
        "made": found.corrections.select_related("proposer", "approver").order_by("-at"),
        "waiting": Approval.objects.filter(
            action=domain.ACTION, decided_at__isnull=True, expires_at__gt=clock.now(), unit=found.unit
        ).select_related("proposer"),
    }
    return render(request, "exams/corrections/list.html", context)


def _question_row(slot: Slot) -> dict[str, Any]:
    keys = load_keys(slot.form_id)
    key = keys.by_id[slot.pk].key
    asked = keys.questions[slot.code]
    words = describe_keys(asked.kind, key.keys)
    return {
        "slot": slot,
        "stem": asked.stem,
        "kind": kind(asked.kind).label,
        "key": "全体给满分" if key.full else "不计入总分" if key.out else words,
        "corrected": key.version > 1,
        "places": [],
    }


class CorrectionForm(forms.Form):
    """How a key is corrected. The fields for the key depend on the kind."""

    method = forms.ChoiceField(label="怎样更正", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="理由",
        max_length=300,
        help_text="写清依据，受影响的考生会看到",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    exams = forms.ModelMultipleChoiceField(
        label="更正哪些考试", queryset=Exam.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, *, question: Question, exams: Sequence[Exam], exam: Exam) -> None:
        super().__init__(data, initial={"exams": [exam.pk], "method": Method.KEY.value})
        self.question = question
        methods = METHODS_OF_KIND[question.kind]
        self.fields["method"].choices = [(one.value, METHOD_LABELS[one]) for one in methods]
        if Method.KEY not in methods:
            self.initial["method"] = methods[0].value
        self.fields["exams"].queryset = Exam.objects.filter(pk__in=[one.pk for one in exams])
        if question.choices:
            self.fields["letters"] = forms.MultipleChoiceField(
                label="更正后的（或也算对的）答案",
                choices=[(one.label, f"{one.label}　{one.text}") for one in question.choices],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        elif question.kind == "true_false":
            self.fields["truth"] = forms.ChoiceField(
                label="更正后的（或也算对的）答案",
                choices=[("", "—"), ("true", "正确"), ("false", "错误")],
                required=False,
            )
        elif isinstance(question.key, Blanks):
            for place, texts in enumerate(question.key.accepted):
                self.fields[f"blank{place}"] = forms.CharField(
                    label=f"第{place + 1}空",
                    required=False,
                    initial="；".join(texts),
                    help_text="几种写法用“；”隔开",
                )

    @property
    def key_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in ("method", "reason", "exams")]

    def keys(self) -> tuple[Key, ...]:
        """The keys that were filled in, for the methods that ask for one."""
        data = self.cleaned_data
        if Method(data["method"]) not in (Method.KEY, Method.ACCEPT):
            return ()
        if self.question.choices:
            letters = tuple(sorted(data["letters"]))
            return (letters,) if letters else ()
        if self.question.kind == "true_false":
            return (data["truth"] == "true",) if data["truth"] else ()
        if isinstance(self.question.key, Blanks):
            places = range(len(self.question.key.accepted))
            accepted = tuple(_texts(data[f"blank{place}"]) for place in places)
            return (Blanks(accepted, self.question.key.any_order),)
        return ()


def _texts(typed: str) -> tuple[str, ...]:
    return tuple(text.strip() for text in typed.replace(";", "；").split("；") if text.strip())


@page
def correction(request: HttpRequest, slot: UUID) -> HttpResponse:
    """One question: the form; `preview` shows what it would do; `propose` asks the second person."""
    rows = Slot.objects.filter(
        form__exam__in=exams_manageable_by(request.user), form__published_at__isnull=False
    )
    found = get_object_or_404(rows.select_related("version", "form__exam__unit", "section"), pk=slot)
    exam, asked = found.form.exam, question_in_slot(found)
    asking = domain.slots_asking(found.version, found.part).filter(
        form__exam__in=exams_manageable_by(request.user)
    )
    exams = list(Exam.objects.filter(pk__in=asking.values("form__exam")).select_related("unit"))
    form = CorrectionForm(request.POST or None, question=asked, exams=exams, exam=exam)
    preview, status = None, 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            spec = domain.CorrectionSpec(
                found.version,
                found.part,
                Method(form.cleaned_data["method"]),
                form.keys(),
                tuple(form.cleaned_data["exams"].select_related("unit").order_by("pk")),
            )
            try:
                if "propose" in request.POST:
                    return _propose(request, exam, spec, form.cleaned_data["reason"])
                preview, status = domain.preview_correction(spec=spec, at=clock.now()), 200
            except (Invalid, Conflict) as error:
                form.add_error(None, error.message)
                status = error.status
    key = load_keys(found.form_id).by_id[found.pk].key
    context = {
        "exam": exam,
        "tab": "results",
        "slot": found,
        "question": asked,
        "kind": kind(asked.kind).label,
        "key": describe_keys(asked.kind, key.keys),
        "form": form,
        "preview": preview,
        "counts": preview.counts() if preview else {},
        "effects": [_effect(one) for one in preview.effects] if preview else [],
    }
    return render(request, "exams/corrections/correction.html", context, status=status)


def _effect(effect: Any) -> dict[str, Any]:
    return {
        "effect": effect,
        "units": effect.flips_by_unit(),
        "people": effect.flips[:SHOWN],
        "more": max(0, len(effect.flips) - SHOWN),
    }


def _propose(request: HttpRequest, exam: Exam, spec: domain.CorrectionSpec, reason: str) -> HttpResponse:
    """Propose, or carry out what somebody else proposed."""
    try:
        domain.correct_key(spec=spec, reason=reason, at=clock.now(), actor=request.user)
    except Forbidden as error:
        if error.code != "needs_second":
            raise
        messages.success(request, "已提出更正：请另一位考务在“审批”里核对数字并同意，同意后立即生效。")
    else:
        messages.success(request, "答案已更正，成绩已重算，受影响的考生已收到通知。")
    return redirect("exams:corrections", exam=exam.pk)
