"""One figure is frozen by two people: exactly what was proposed, or nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from exams.analytics.snapshots.differences import look_again
from exams.analytics.snapshots.figure_proposals import propose_figure
from exams.analytics.snapshots.freezing import is_intact, kept_figure
from exams.models import Attempt, Exam, Snapshot
from examsite.lib.errors import DomainError
from examsite.people.domain.approvals import LIFETIME, decide
from examsite.people.models import Approval, AuditRecord, User
from tests.exam_world import make_user
from tests.exams.analytics.test_snapshots import add_one, fail_one, officer, seed, void_one
from tests.figures_world import LATER, ExamWorld, make_town

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAYS = timedelta(days=2)  # inside the life of a proposal
CHANGED = "提出以后数字或其依据有变化，不能按原来的内容冻结。请退回，由提出人核对后重新提出。"


@pytest.fixture
def world() -> ExamWorld:
    return seed()


def proposed(world: ExamWorld, *, at: datetime = LATER, by: str = "林晓", **changes: object) -> Approval:
    person = User.objects.filter(name=by).first() or officer(world, by)
    arguments = {"unit": world.town.town, "measure": "pass_rate", "as_of": None} | changes
    return propose_figure(exam=world.exam, at=at, actor=person, **arguments)


def agree(world: ExamWorld, approval: Approval, at: datetime = LATER + HOUR) -> Approval:
    person = User.objects.filter(name="周敏").first() or officer(world, "周敏")
    return decide(approval=approval, approve=True, at=at, actor=person)


def test_the_second_person_freezes_what_was_proposed(world):
    approval = proposed(world)
    assert Snapshot.objects.count() == 0
    agree(world, approval)
    snapshot = Snapshot.objects.get()
    assert (snapshot.frozen_by.name, snapshot.approver.name) == ("林晓", "周敏")
    assert (snapshot.as_of, snapshot.frozen_at) == (LATER, LATER + HOUR)
    assert (kept_figure(snapshot).text(), is_intact(snapshot)) == ("100%", True)
    assert look_again(snapshot, at=LATER + DAYS).outdated_at is None
    assert Approval.objects.get().used_at == LATER + HOUR
    assert AuditRecord.objects.filter(action="snapshot.freeze").count() == 1


def test_he_is_shown_it_in_words(world):
    approval = proposed(world)
    words = {key: value for key, value in approval.content.items() if not key.isascii()}
    assert set(words) == {"考试", "单位", "指标", "数值", "口径", "数据截至", "依据", "数字指纹"}
    assert (words["指标"], words["数值"]) == ("合格率", "100%（104 ÷ 104）")
    assert words["依据"] == "104 名应考人，111 份作答"
    assert approval.unit == world.exam.unit


@pytest.mark.parametrize("by", ["林晓", "外人"])
def test_nobody_freezes_his_own_and_no_stranger_another_s(world, by):
    approval = proposed(world)
    person = User.objects.filter(name=by).first() or make_user(by)
    with pytest.raises(DomainError) as refused:
        decide(approval=approval, approve=True, at=LATER + HOUR, actor=person)
    assert refused.value.code == ("needs_second" if by == "林晓" else "forbidden")
    assert Snapshot.objects.count() == 0


def mark_anew(world: ExamWorld, at: datetime) -> None:
    """Other points for one attempt, with which he passes as before: no count of the rate moves."""
    attempt = Attempt.objects.filter(points=80).first()
    world.event(attempt, "remark", "marked", "submitted", at)
    Attempt.objects.filter(pk=attempt.pk).update(points=Decimal(81))
    world.event(attempt, "finish_marking", "submitted", "marked", at)


def lower_the_line(world: ExamWorld, at: datetime) -> None:
    Exam.objects.filter(pk=world.exam.pk).update(pass_line=Decimal(50))


def change(world: ExamWorld, how: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The changes of the snapshots' tests, an hour after the proposal."""
    monkeypatch.setattr("tests.exams.analytics.test_snapshots.AFTER", LATER + HOUR)
    how(world)


@pytest.mark.parametrize("how", [fail_one, void_one, add_one])
def test_changed_figures_are_refused_and_proposed_anew(world, how, monkeypatch):
    first = proposed(world)
    change(world, how, monkeypatch)
    with pytest.raises(DomainError) as refused:
        agree(world, first, LATER + DAYS)
    assert (refused.value.code, refused.value.message) == ("changed", CHANGED)
    assert Snapshot.objects.count() == 0
    assert Approval.objects.get().decided_at is None
    second = proposed(world, at=LATER + DAYS)
    first.refresh_from_db()
    assert (second.pk != first.pk, first.expires_at) == (True, LATER + DAYS)
    agree(world, second, LATER + DAYS + HOUR)
    assert Snapshot.objects.get().as_of == LATER + DAYS


@pytest.mark.parametrize("how", [mark_anew, lower_the_line])
def test_what_it_rests_on_is_part_of_it(world, how):
    approval = proposed(world)
    how(world, LATER + HOUR)
    with pytest.raises(DomainError) as refused:
        agree(world, approval, LATER + DAYS)
    assert refused.value.code == "changed"


def test_other_villages_do_not_matter(world):
    approval = proposed(world, unit=world.town.villages["石桥村"])
    attempt = Attempt.objects.filter(entry__unit__name="柳行村").first()
    Attempt.objects.filter(pk=attempt.pk).update(voided_at=LATER + HOUR)
    world.event(attempt, "void", "marked", "marked", LATER + HOUR)
    agree(world, approval, LATER + DAYS)
    assert kept_figure(Snapshot.objects.get()).whole == 7


def test_of_a_moment_of_before_the_moment_counts(world, monkeypatch):
    approval = proposed(world, measure="turnout_rate", as_of=LATER - HOUR)
    change(world, add_one, monkeypatch)
    agree(world, approval, LATER + DAYS)
    snapshot = Snapshot.objects.get()
    assert (snapshot.as_of, kept_figure(snapshot).whole) == (LATER - HOUR, 104)
    # It is said at once that it is another one by now.
    looked = look_again(snapshot, at=LATER + DAYS)
    assert (looked.outdated_at, looked.outdated_reason) == (LATER + DAYS, "名册冻结后新增1人")


def test_a_moment_of_before_holds_while_nothing_happens(world):
    agree(world, proposed(world, as_of=LATER - HOUR))
    assert look_again(Snapshot.objects.get(), at=LATER + DAYS).outdated_at is None


def test_the_same_waits_once(world):
    first = proposed(world)
    assert proposed(world, at=LATER + HOUR, by="周敏").pk == first.pk
    others = {
        proposed(world, measure="turnout_rate").pk,
        proposed(world, unit=world.town.villages["石桥村"]).pk,
        proposed(world, as_of=LATER).pk,
    }
    assert len(others | {first.pk}) == 4
    assert Approval.objects.filter(expires_at=LATER + LIFETIME).count() == 4


def test_what_has_expired_is_over(world):
    approval = proposed(world)
    with pytest.raises(DomainError) as refused:
        agree(world, approval, LATER + LIFETIME)
    assert refused.value.code == "expired"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"measure": "no_such"}, "measure"),
        ({"measure": "year_attempts"}, "measure"),
        ({"as_of": LATER + HOUR}, "as_of"),
    ],
)
def test_what_cannot_be_frozen_is_not_proposed(world, changes, code):
    with pytest.raises(DomainError) as refused:
        proposed(world, **changes)
    assert refused.value.code == code
    assert Approval.objects.count() == 0


def test_a_unit_without_anybody_is_not_proposed(world):
    with pytest.raises(DomainError) as refused:
        proposed(world, unit=make_town("白水镇").town)
    assert refused.value.code == "unit"


@pytest.mark.parametrize(("measure", "code"), [("pass_rate", "roster"), ("first_mean", "roster")])
def test_no_rate_without_a_frozen_roster(measure, code):
    world = ExamWorld(make_town(), roster_frozen_at=None)
    world.people(9, 80)
    with pytest.raises(DomainError) as refused:
        proposed(world, measure=measure)
    assert refused.value.code == code
    assert proposed(world, measure="passed").content["数值"] == "9"
