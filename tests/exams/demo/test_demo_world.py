"""The demo world: the report's paragraph from its rows, and every attempt with all that it rests on."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django import DjangoDbBlocker, Settings

from exams.demo.world import World, build_world
from exams.domain.practice import exercise_codes
from exams.domain.sheets import load_sheet
from exams.engine import sheet as sheets
from exams.models import Activity, ActivityKind, AnswerEvent, Attempt, Exam, Mark, Receipt, RosterEntry, Slot
from examsite.lib import clock
from examsite.people.domain.stages import coverage_on
from examsite.people.models import Membership, Unit, UnitKind
from questionbanks.models import Bank, Item, ItemCitation

SEED = (
    "2022年以来，我镇开展集中普法宣传12次，习近平法治思想专题讲座2次，送法入户100余次，普法受众近3万人。"
    "全年开展党委理论中心组学法4次，机关干部法治教育培训4次。"
    "11月，我镇骨干群众104人参与“法律明白人”学法考试，通过率100%。"
    "12月，我镇全体在编机关干部全员参与在线学法考试，通过率100%。\n"
)
Report = Callable[[str], tuple[str, str, int]]
VERIFIED = (
    "2022年，我镇开展集中普法宣传12次、习近平法治思想专题讲座2次、送法入户106次，普法受众29640人次；"
    "党委理论学习中心组学法4次，机关干部法治培训4次。"
    "11月组织“法律明白人”学法考试，应考104人，参考104人，参考率100%；"
    "合格104人，合格率100%（其中首次合格97人，补考合格7人）。"
    "12月组织机关干部在线学法考试，在编应考63人，参考63人，参考率100%，合格率100%。\n"
)


def built(name: str, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The world, in a transaction that is rolled back when its module or test is done."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world(world=name, at=clock.now())
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    yield from built("seed", django_db_blocker)


@pytest.mark.django_db
class TestSeed:
    """The year as the published report tells it."""

    def test_the_short_paragraph_is_printed_character_for_character(
        self, world: World, report: Report
    ) -> None:
        assert report("seed") == (SEED, "", 0)

    def test_the_paragraph_with_denominators_too(self, world: World, report: Report) -> None:
        assert report("verified") == (VERIFIED, "", 0)

    def test_the_number_of_activities_is_counted(self, world: World, report: Report) -> None:
        Activity.objects.filter(kind=ActivityKind.CAMPAIGN).order_by("date").first().delete()
        out, _, code = report("verified")
        assert ("集中普法宣传11次" in out, code) == (True, 0)

    def test_a_round_word_needs_the_count_behind_it(self, world: World, report: Report) -> None:
        visits = Activity.objects.filter(kind=ActivityKind.HOME_VISIT)
        Activity.objects.filter(pk__in=list(visits.values_list("pk", flat=True)[:7])).delete()
        out, _, code = report("seed")
        assert ("送法入户99次" in out, "100余次" in out, code) == (True, False, 0)

    def test_the_town_has_its_units_and_people(self, world: World) -> None:
        assert Unit.objects.filter(kind=UnitKind.VILLAGE).count() == 24
        assert Membership.objects.count() == 104 + 63

    def test_the_bank_is_large_enough_and_every_question_cites_its_article(self, world: World) -> None:
        assert Item.objects.filter(state="approved").count() >= 160
        assert ItemCitation.objects.values("version").distinct().count() == Item.objects.count()

    def test_no_open_exam_asks_an_article_that_is_no_longer_in_force(self, world: World) -> None:
        used = Slot.objects.filter(form__exam=world.present.exam).values("version")
        ended = ItemCitation.objects.filter(version__in=used, edition__ended_on__lte=clock.now().date())
        assert ended.count() == 0

    def test_twelve_wrote_on_paper_and_seven_came_again(self, world: World) -> None:
        november = Exam.objects.get(title__startswith="2022年“法律明白人”")
        assert november.attempts.filter(mode="paper").count() == 12
        assert november.attempts.filter(sitting__kind="makeup").count() == 7
        assert november.entries.count() == 104

    def test_every_village_has_enough_of_those_who_passed_in_office(self, world: World) -> None:
        covered = coverage_on(unit=world.town.town, on=date(2022, 12, 31))
        assert (covered.serving, covered.covered, covered.villages) == (104, 24, 24)

    def test_a_makeup_asks_at_least_seventy_percent_new_questions(self, world: World) -> None:
        for attempt in Attempt.objects.filter(sitting__kind="makeup", exam__stat_year=2022):
            first = Attempt.objects.get(entry=attempt.entry, sitting__kind="main")
            seen = set(first.form.slots.values_list("version__item", flat=True))
            asked = set(attempt.form.slots.values_list("version__item", flat=True))
            assert len(asked - seen) >= 0.7 * len(asked)

    def test_every_finished_attempt_has_events_a_true_receipt_and_a_mark_for_each_question(
        self, world: World
    ) -> None:
        finished = Attempt.objects.exclude(state="in_progress")
        assert finished.count() == 104 + 7 + 63 + 40
        for attempt in finished:
            receipt = Receipt.objects.get(attempt=attempt)
            assert receipt.events == AnswerEvent.objects.filter(attempt=attempt).count() > 0
            assert receipt.digest == sheets.digest(load_sheet(attempt.pk))
            marks = dict(Mark.objects.filter(attempt=attempt).values_list("slot", "points"))
            assert marks.keys() == set(Slot.objects.filter(form=attempt.form).values_list("pk", flat=True))
            assert attempt.points == sum(marks.values())

    def test_what_the_open_exam_does_not_ask_can_be_practised(self, world: World) -> None:
        bank = Bank.objects.get(practice_since__isnull=False)
        offered = set(exercise_codes(bank=bank, at=clock.now()))
        asked = Slot.objects.filter(form__exam=world.present.exam).values_list("version__item", flat=True)
        assert len(offered) >= 20
        assert offered & {str(item) for item in asked} == set()

    def test_somebody_can_try_the_open_exam(self, world: World) -> None:
        assert len(world.present.tickets) == 8
        assert world.present.sitting.closes_at > clock.now()

    def test_a_second_start_changes_nothing(self, world: World, settings: Settings) -> None:
        settings.DEBUG = True
        before = RosterEntry.objects.count(), AnswerEvent.objects.count()
        out = io.StringIO()
        call_command("demo", stdout=out)
        assert (RosterEntry.objects.count(), AnswerEvent.objects.count()) == before
        assert out.getvalue() == "数据库里已有数据，演示数据没有再建。\n"
