"""Key corrections as an API: preview, then two people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call
from examsite.lib.errors import Invalid
from questionbanks.kinds.base import Key
from questionbanks.kinds.registry import kind

from ..domain import corrections as domain
from ..domain.remarking import ExamEffect
from ..engine.keys import Method
from ..models import Slot
from ..rules import exams_manageable_by
from . import corrections_schema as schema


class ExamCorrections(Call):
    @call("corrections_list", tag="results", reply=schema.CorrectionOut(many=True))
    def get(self, request: Request, exam: UUID) -> Response:
        """The corrections made in an exam, the newest first."""
        found = self.find(exams_manageable_by(request.user), exam)
        return Response(schema.CorrectionOut(found.corrections.order_by("-at"), many=True).data)


class SlotCorrection(Call):
    """What both calls share: the question behind the slot, and what is to be done with its key."""

    def slot(self, slot: UUID) -> Slot:
        mine = exams_manageable_by(self.request.user)
        rows = Slot.objects.filter(form__exam__in=mine, form__published_at__isnull=False)
        return self.find(rows.select_related("version"), slot)

    def spec(self, found: Slot, data: dict[str, Any]) -> domain.CorrectionSpec:
        mine = exams_manageable_by(self.request.user)
        exams = self.find_all(mine.select_related("unit").order_by("pk"), data["exams"])
        draft = domain.CorrectionSpec(found.version, found.part, Method(data["method"]), (), tuple(exams))
        its_kind = kind(draft.question.kind)
        keys: list[Key] = []
        for one in data["keys"]:
            try:
                keys.append(its_kind.key_from_json(one))
            except (TypeError, KeyError, ValueError, AttributeError) as error:
                raise Invalid("key", "更正后的答案格式不对。") from error
        return replace(draft, keys=tuple(keys))


class CorrectionPreview(SlotCorrection):
    @call("correction_preview", tag="results", request=schema.CorrectionIn, reply=schema.PreviewOut)
    def post(self, request: Request, slot: UUID) -> Response:
        """Marks that change, people whose pass flips, by unit; exams, sittings and frozen figures touched."""
        spec = self.spec(self.slot(slot), self.read(schema.CorrectionIn))
        return Response(preview_out(domain.preview_correction(spec=spec, at=self.at)))


def preview_out(preview: domain.Preview) -> dict[str, Any]:
    return dict(
        schema.PreviewOut(
            {
                "counts": preview.counts(),
                "exams": [_effect_out(one) for one in preview.effects],
                "sittings": [one.pk for one in preview.sittings],
                "open_sittings": [one.pk for one in preview.open_sittings],
                "figures": preview.figures,
                "certificates": [one.number for one in preview.certificates],
                "elsewhere": preview.elsewhere,
            }
        ).data
    )


def _effect_out(effect: ExamEffect) -> dict[str, Any]:
    return {
        "exam": effect.exam.pk,
        "changes": len(effect.changes),
        "higher": effect.higher,
        "lower": effect.lower,
        "rejudged": effect.rejudged,
        "totals": effect.totals,
        "now_pass": effect.now_pass,
        "now_fail": effect.now_fail,
        "units": [
            {"unit": name, "now_pass": now_pass, "now_fail": now_fail}
            for name, now_pass, now_fail in effect.flips_by_unit()
        ],
    }


class Correct(SlotCorrection):
    @call("correction_make", tag="results", request=schema.CorrectIn, reply=schema.CorrectionOut)
    def post(self, request: Request, slot: UUID) -> Response:
        """Two people: the first call is 403 needs_second, the same call by another officer carries it out."""
        found, data = self.slot(slot), self.read(schema.CorrectIn)
        reason = data.pop("reason")
        made = domain.correct_key(spec=self.spec(found, data), reason=reason, at=self.at, actor=request.user)
        return Response(schema.CorrectionOut(made).data)
