"""What certificates do to the stages of 法律明白人: nobody types a number twice, or strikes one out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from examsite.people.domain.stages import CATEGORY, change_stage, end_certificate, renew_certificate
from examsite.people.models import LawWiseStage, Stage, User

from ..models import Certificate, RosterEntry


def give_to_stages(made: Iterable[Certificate], *, day: date, at: datetime, actor: User) -> None:
    """Carry new certificates into the stages of those who were examined as 法律明白人.

    培养对象 become 合格; who is 合格 or 在岗 stays so with the new number and end. Whose stage begins only
    after `day`, who has left or was never on the way is not touched.
    """
    by_entry = {one.entry_id: one for one in made}
    holders = RosterEntry.objects.filter(pk__in=by_entry, category=CATEGORY).values_list(
        "pk", Coalesce("user__merged_into", "user_id")
    )
    by_user = {user: by_entry[entry] for entry, user in holders}
    rows = LawWiseStage.objects.filter(
        user__in=by_user, valid_to__isnull=True, valid_from__lte=day
    ).select_related("user")
    for row in rows.exclude(stage=Stage.LEFT):
        one = by_user[row.user_id]
        terms = {"certificate": one.number, "certified_to": one.valid_until}
        if row.stage == Stage.TRAINEE:
            change_stage(user=row.user, stage=Stage.QUALIFIED, since=day, at=at, actor=actor, **terms)
        else:
            renew_certificate(user=row.user, since=day, at=at, actor=actor, **terms)


def take_from_stages(certificate: Certificate, *, reason: str, at: datetime, actor: User) -> None:
    """End what a withdrawn certificate did, from this day on: the stage that carries its number loses it.

    Where the person has another certificate in force for an exam of 法律明白人, that one takes its place.
    """
    day, why = localdate(at), f"证书（{certificate.number}）收回：{reason}"
    rows = LawWiseStage.objects.filter(certificate=certificate.number, valid_to__isnull=True)
    for row in rows.select_related("user"):
        since = max(day, row.valid_from)
        other = _in_force(row.user, since)
        if other is None:
            end_certificate(user=row.user, on=day, at=at, actor=actor, reason=why)
            continue
        renew_certificate(
            user=row.user,
            certificate=other.number,
            certified_to=other.valid_until,
            since=since,
            at=at,
            actor=actor,
            reason=why,
        )


def _in_force(user: User, day: date) -> Certificate | None:
    """The person's certificate that is valid longest from `day` on."""
    rows = Certificate.objects.filter(
        Q(entry__user=user) | Q(entry__user__merged_into=user),
        Q(valid_until__isnull=True) | Q(valid_until__gt=day),
        entry__category=CATEGORY,
        issued_on__lte=day,
        withdrawn_at__isnull=True,
    )
    return rows.order_by(F("valid_until").desc(nulls_first=True), "-issued_on").first()
