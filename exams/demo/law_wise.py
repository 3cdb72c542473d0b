"""What follows from the exam of November: certificates, and 法律明白人 in office in every village."""

from __future__ import annotations

from datetime import date

from examsite.people.domain.stages import change_stage
from examsite.people.models import Source, Stage

from ..domain.certificates import issue_certificates
from ..models import Exam
from .history import local
from .town import Town

_SOURCES = {
    "村委会主任": Source.CADRE,
    "妇联执委": Source.WOMEN,
    "人民调解员": Source.MEDIATOR,
    "网格员": Source.GRID,
    "村民小组长": Source.GROUP,
    "党小组长": Source.PARTY,
    "辅警": Source.POLICE,
    "教师（退休）": Source.ELDER,
}
YEARS = 5


def appoint_the_passed(town: Town, exam: Exam) -> None:
    """A certificate for everybody who passed by a released result, and office from December on."""
    officer = town.staff["officer"]
    given = issue_certificates(
        exam=exam,
        title="法律明白人",
        valid_years=YEARS,
        day=date(2022, 11, 30),
        at=local(11, 30, 9),
        actor=officer,
    )
    for one in given:
        user = one.entry.user
        post = user.memberships.get(valid_to__isnull=True)
        change_stage(
            user=user,
            stage=Stage.QUALIFIED,
            since=one.issued_on,
            at=local(11, 30, 10),
            actor=officer,
            unit=post.unit,
            source=_SOURCES[post.position],
            certificate=one.number,
            certified_to=one.valid_until,
        )
        change_stage(
            user=user, stage=Stage.SERVING, since=date(2022, 12, 20), at=local(12, 20, 9), actor=officer
        )
