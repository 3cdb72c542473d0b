"""An import from upload to undo."""

from __future__ import annotations

import pytest
from django.db.models import ProtectedError

from examsite.lib.errors import Conflict, Invalid, NotFound
from examsite.people.models import AuditRecord, User
from questionbanks.domain.import_review import adopt_kind, change_row, decide_rows, proposals
from questionbanks.domain.import_rows import count_groups, question_of_row, sound_part
from questionbanks.domain.imports import (
    confirm_import,
    discard_import,
    earlier_runs,
    fill_import,
    import_at_once,
    open_import,
    read_import,
    remap_import,
    undo_import,
)
from questionbanks.domain.items import change_item, create_items
from questionbanks.formats.base import Parsed, Problem
from questionbanks.formats.check import complete
from questionbanks.kinds.base import Choice, ModelAnswer, Question, replace
from questionbanks.models import Bank, Edition, ImportFile, ImportRow, ImportRun, ImportState, Item, Topic
from tests.factories import AT

CSV = """题干,选项A,选项B,答案,知识点
村民会议由本村多少周岁以上的村民组成？,十六,十八,B,村民自治
村务公开至少多久一次？,一季度,一年,A,村民自治
下列各项中错在哪里？,甲说,乙说,AB,村民自治
没有答案的题？,甲,乙,,别的
""".encode()

AB = (Choice("A", "甲"), Choice("B", "乙"))
GOOD = Question("single", "人民调解收费吗？", AB, ("A",), where="第2行", number="1", topic="调解")
DOUBTED = Question("single", "宪法日是哪一天？", AB, ("B",), where="第3行", number="2")
BROKEN = Question("single", "这道题有两个答案？", AB, ("A", "B"), where="第4行", number="3")
KEYLESS = Question("single", "这道题没有答案？", AB, None, where="第5行", number="4")
CASE = Question(
    "case_group",
    "张三与李四因宅基地发生纠纷。",
    where="第6行·材料",
    parts=(
        Question("single", "应当由谁处理？", AB, ("A",), where="第6行"),
        Question("short_answer", "为什么？", key=None, where="第7行"),
    ),
)
DOUBT = Problem("第3行", "answer_at_end", "答案取自题干末尾", "宪法日是哪一天？B", "核对答案", "doubtful")
NOTE = Problem("第1行", "note_row", "填写说明，没有导入", severity="note")


def make_run(bank: Bank, *questions: Question, actor: User | None = None, data: bytes = b"x") -> ImportRun:
    chosen = questions or (GOOD, DOUBTED, BROKEN, KEYLESS, CASE)
    problems = tuple(one for one in (DOUBT, NOTE) if one.where in {q.where for q in chosen} or one is NOTE)
    run = open_import(bank=bank, data=data, name="题.csv", at=AT, actor=actor)
    return fill_import(run=run, parsed=complete(Parsed(chosen, problems, "csv", "utf-8")), at=AT)


# --- reading ---------------------------------------------------------------------------------------------


def test_a_file_is_read_for_review(bank: Bank, editor: User) -> None:
    run = read_import(run=open_import(bank=bank, data=CSV, name="题.csv", at=AT, actor=editor), at=AT)
    assert run.state == ImportState.REVIEW
    assert (run.format, run.found, run.importable) == ("csv", 4, 3)
    assert run.layout["!A 题干"] == "stem"
    assert Item.objects.count() == 0
    assert [row.where for row in run.rows.all()] == ["第2行", "第3行", "第4行", "第5行"]


def test_a_file_that_cannot_be_read_fails_with_a_sentence(bank: Bank) -> None:
    run = read_import(
        run=open_import(bank=bank, data=b"%PDF-1.7 ...", name="题.pdf", at=AT, actor=None), at=AT
    )
    assert run.state == ImportState.FAILED
    assert run.message.startswith("这是PDF文件，不能导入")
    assert run.rows.count() == 0


def test_too_large_a_file_is_refused_before_anything_is_kept(bank: Bank) -> None:
    with pytest.raises(Invalid) as refused:
        open_import(bank=bank, data=b"x" * (20 * 1024 * 1024 + 1), name="大.xlsx", at=AT, actor=None)
    assert refused.value.code == "too_large"
    assert ImportRun.objects.count() == 0


def test_corrected_columns_are_read_again(bank: Bank) -> None:
    wrong = CSV.decode().replace("知识点", "备注甲").encode()
    run = read_import(run=open_import(bank=bank, data=wrong, name="题.csv", at=AT, actor=None), at=AT)
    assert question_of_row(run.rows.first()).topic == ""
    column = next(key for key in run.layout if "备注甲" in key)
    run = remap_import(run=run, mapping={column: "topic"}, at=AT, actor=None)
    assert run.state == ImportState.READING
    run = read_import(run=run, at=AT)
    assert run.state == ImportState.REVIEW
    assert question_of_row(run.rows.first()).topic == "村民自治"
    assert run.rows.count() == 4


def test_a_column_that_is_not_there_cannot_be_corrected(bank: Bank) -> None:
    run = make_run(bank)
    with pytest.raises(Invalid) as refused:
        remap_import(run=run, mapping={"!Z": "stem"}, at=AT, actor=None)
    assert refused.value.code == "column"


def test_the_same_file_is_recognised(bank: Bank) -> None:
    first, second = make_run(bank, data=b"same"), make_run(bank, data=b"same")
    make_run(bank, data=b"other")
    assert earlier_runs(second) == [first]
    discard_import(run=first, at=AT, actor=None)
    assert earlier_runs(second) == []


# --- rows ------------------------------------------------------------------------------------------------


def test_rows_say_what_is_wrong(bank: Bank) -> None:
    run = make_run(bank)
    rows = {row.where: row for row in run.rows.all()}
    assert [(row.found, row.broken, row.doubtful) for row in rows.values()] == [
        (1, 0, False),
        (1, 0, True),
        (1, 1, False),
        (1, 1, False),
        (2, 1, False),
    ]
    assert [one["code"] for one in rows["第5行"].problems] == ["no_key"]
    assert [one["where"] for one in rows["第6行·材料"].problems] == ["第7行"]
    assert [one["code"] for one in run.problems] == ["note_row"]
    assert (run.found, run.importable) == (6, 3)


def test_the_groups_of_the_review(bank: Bank, laws: dict[str, Edition]) -> None:
    create_items(bank=bank, questions=[GOOD], at=AT, actor=None)
    stale = Question("true_false", "《合同法》第五条规定公平原则。", key=True, where="第9行")
    run = open_import(bank=bank, data=b"y", name="题.csv", at=AT, actor=None)
    parsed = complete(Parsed((GOOD, DOUBTED, BROKEN, KEYLESS, CASE, stale), (DOUBT,), "csv"))
    stale_problem = Problem("第9行", "stale_law", "《合同法》已于2021-01-01废止", severity="doubtful")
    parsed = replace(parsed, problems=(*parsed.problems, stale_problem))
    run = fill_import(run=run, parsed=parsed, at=AT)
    assert count_groups(run) == {
        "all": 6,
        "broken": 3,
        "doubtful": 1,
        "double": 1,
        "stale": 1,
        "pinned": 0,
        "fine": 0,
        "skipped": 1,
        "chosen": 3,
        "unseen": 2,
    }


def test_a_case_is_stored_without_its_broken_part(bank: Bank) -> None:
    row = make_run(bank, CASE).rows.get()
    assert [part.stem for part in sound_part(row).parts] == ["应当由谁处理？"]


def test_a_case_without_text_is_not_stored_at_all(bank: Bank) -> None:
    row = make_run(bank, replace(CASE, stem="")).rows.get()
    assert sound_part(row) is None
    assert row.broken == row.found


# --- decisions -------------------------------------------------------------------------------------------


def test_decisions_are_remembered(bank: Bank) -> None:
    run = make_run(bank)
    assert decide_rows(run=run, decision="skip", orders=[1, 2]) == 2
    assert decide_rows(run=run, decision="accept", orders=[2]) == 1
    assert decide_rows(run=run, decision="", orders=[1]) == 1
    assert list(run.rows.values_list("decision", flat=True)) == ["", "accept", "", "", ""]


def test_a_broken_item_cannot_be_accepted(bank: Bank) -> None:
    run = make_run(bank)
    with pytest.raises(Invalid) as refused:
        decide_rows(run=run, decision="accept", orders=[1, 4])
    assert refused.value.code == "broken"
    assert refused.value.message.startswith("第5行还有问题")
    assert run.rows.filter(decision="accept").count() == 0


def test_a_whole_group_is_decided(bank: Bank) -> None:
    run = make_run(bank)
    assert decide_rows(run=run, decision="accept", group="all") == 3
    assert decide_rows(run=run, decision="skip", group="broken") == 3


@pytest.mark.parametrize(("decision", "group"), [("maybe", "all"), ("skip", "everything")])
def test_unknown_decisions(bank: Bank, decision: str, group: str) -> None:
    with pytest.raises(Invalid):
        decide_rows(run=make_run(bank), decision=decision, group=group)


def test_a_broken_item_is_corrected(bank: Bank) -> None:
    run = make_run(bank)
    row = change_row(run=run, order=4, question=replace(KEYLESS, key=("B",)), at=AT)
    assert (row.broken, row.edited, row.decision, row.problems) == (0, True, "accept", [])
    assert row.where == "第5行"
    run.refresh_from_db()
    assert (run.found, run.importable) == (6, 4)


def test_a_correction_that_is_still_wrong_stays_out(bank: Bank) -> None:
    run = make_run(bank)
    row = change_row(run=run, order=1, question=replace(GOOD, key=()), at=AT)
    assert (row.broken, row.decision) == (1, "")
    assert [one["code"] for one in row.problems] == ["no_key"]
    run.refresh_from_db()
    assert (run.found, run.importable) == (6, 2)


def test_a_case_gets_its_missing_answer(bank: Bank) -> None:
    run = make_run(bank)
    parts = (CASE.parts[0], replace(CASE.parts[1], key=ModelAnswer("因为")))
    row = change_row(run=run, order=5, question=replace(CASE, parts=parts), at=AT)
    assert (row.found, row.broken) == (2, 0)
    assert [part.where for part in question_of_row(row).parts] == ["第6行", "第7行"]
    run.refresh_from_db()
    assert run.importable == 4


def test_a_correction_is_compared_anew(bank: Bank) -> None:
    run = make_run(bank, GOOD, replace(GOOD, where="第3行"))
    assert run.rows.get(order=2).double == "exact"
    other = replace(GOOD, stem="法治宣传教育由哪个部门主管并负责组织实施？")
    assert change_row(run=run, order=2, question=other, at=AT).double == ""
    assert change_row(run=run, order=2, question=GOOD, at=AT).double == ""  # it no longer knows the other
    create_items(bank=bank, questions=[GOOD], at=AT, actor=None)
    assert change_row(run=run, order=2, question=GOOD, at=AT).double == "exact"


def test_a_row_that_is_not_there(bank: Bank) -> None:
    with pytest.raises(NotFound):
        change_row(run=make_run(bank), order=99, question=GOOD, at=AT)


def test_two_answers_are_adopted_as_multiple(bank: Bank) -> None:
    run = make_run(bank)
    assert proposals(run.rows.get(order=3)) == {"multiple": "改为多选题", "uncertain": "改为不定项选择题"}
    assert proposals(run.rows.get(order=1)) == {}
    assert proposals(run.rows.get(order=4)) == {}
    row = adopt_kind(run=run, order=3, kind="multiple", at=AT)
    assert (row.kind, row.broken) == ("multiple", 0)
    with pytest.raises(Invalid):
        adopt_kind(run=run, order=4, kind="multiple", at=AT)


# --- storing ---------------------------------------------------------------------------------------------


def test_the_chosen_are_stored(bank: Bank, editor: User) -> None:
    run = make_run(bank, actor=editor)
    decide_rows(run=run, decision="skip", orders=[2])
    assert confirm_import(run=run, at=AT, actor=editor) == 2
    run.refresh_from_db()
    assert (run.state, run.stored, run.decided_at) == (ImportState.STORED, 2, AT)
    items = list(bank.items.order_by("number"))
    assert [(item.kind, item.author, item.import_run) for item in items] == [
        ("single", editor, run),
        ("case_group", editor, run),
    ]
    assert [row.item for row in run.rows.all()] == [items[0], None, None, None, items[1]]
    assert AuditRecord.objects.get(action="import.confirm").after == {"stored": 2, "items": 2, "found": 6}


def test_an_exact_double_is_left_out_unless_wanted(bank: Bank) -> None:
    create_items(bank=bank, questions=[GOOD], at=AT, actor=None)
    run = make_run(bank, GOOD, DOUBTED)
    assert confirm_import(run=run, at=AT, actor=None) == 1
    again = make_run(bank, GOOD, DOUBTED)
    decide_rows(run=again, decision="accept", orders=[1])
    assert confirm_import(run=again, at=AT, actor=None) == 1


def test_nothing_to_store(bank: Bank) -> None:
    run = make_run(bank, KEYLESS)
    with pytest.raises(Invalid) as refused:
        confirm_import(run=run, at=AT, actor=None)
    assert refused.value.code == "none_chosen"
    run.refresh_from_db()
    assert run.state == ImportState.REVIEW


@pytest.mark.parametrize("action", [confirm_import, discard_import])
def test_what_is_decided_stays_decided(bank: Bank, action: object) -> None:
    run = make_run(bank)
    confirm_import(run=run, at=AT, actor=None)
    with pytest.raises(Conflict) as refused:
        action(run=run, at=AT, actor=None)  # type: ignore[operator]
    assert refused.value.code == "decided"
    with pytest.raises(Conflict):
        decide_rows(run=run, decision="skip", orders=[1])


def test_an_import_is_given_up(bank: Bank) -> None:
    run = make_run(bank)
    discard_import(run=run, at=AT, actor=None)
    run.refresh_from_db()
    assert run.state == ImportState.DISCARDED
    assert ImportRow.objects.count() == 0
    assert ImportFile.objects.count() == 0


# --- undoing ---------------------------------------------------------------------------------------------


def test_a_batch_is_undone(bank: Bank, laws: dict[str, Edition]) -> None:
    kept = create_items(
        bank=bank, questions=[replace(GOOD, stem="原有的题，与导入无关。")], at=AT, actor=None
    )
    run = make_run(bank)
    confirm_import(run=run, at=AT, actor=None)
    assert bank.items.count() == 4
    assert undo_import(run=run, at=AT, actor=None) == 3
    assert list(bank.items.all()) == kept
    assert kept[0].versions.count() == 1
    run.refresh_from_db()
    assert run.state == ImportState.UNDONE
    assert [topic.name for topic in Topic.objects.all()] == ["调解"]
    assert run.rows.exclude(item=None).count() == 0


def test_topics_that_only_the_batch_had_go_with_it(bank: Bank) -> None:
    run = make_run(bank, replace(GOOD, topic="甲/乙"))
    confirm_import(run=run, at=AT, actor=None)
    undo_import(run=run, at=AT, actor=None)
    assert Topic.objects.count() == 0


def test_a_batch_with_a_changed_item_stays(bank: Bank) -> None:
    run = make_run(bank)
    confirm_import(run=run, at=AT, actor=None)
    item = bank.items.get(number=1)
    change_item(item=item, question=replace(GOOD, stem="改过的题？"), at=AT, actor=None)
    with pytest.raises(Conflict) as refused:
        undo_import(run=run, at=AT, actor=None)
    assert refused.value.code == "changed"
    assert refused.value.message.startswith("第1题入库后改过")
    assert bank.items.count() == 3


def test_a_used_item_cannot_be_deleted_behind_the_back(bank: Bank) -> None:
    run = make_run(bank)
    confirm_import(run=run, at=AT, actor=None)
    with pytest.raises(ProtectedError):
        bank.items.get(number=1).delete()


def test_only_a_stored_import_is_undone(bank: Bank) -> None:
    with pytest.raises(Conflict):
        undo_import(run=make_run(bank), at=AT, actor=None)


# --- at once ---------------------------------------------------------------------------------------------


def at_once(bank: Bank, **options: bool) -> ImportRun:
    parsed = complete(Parsed((GOOD, replace(GOOD, where="第3行"), KEYLESS), (), "csv"))
    return import_at_once(
        bank=bank, data=b"z", name="题.csv", parsed=parsed, doubles=[[], [], []], at=AT, actor=None, **options
    )


def test_a_file_is_stored_at_once(bank: Bank) -> None:
    assert at_once(bank).stored == 2


def test_the_same_file_is_not_stored_twice(bank: Bank) -> None:
    run = at_once(bank)
    with pytest.raises(Conflict) as refused:
        at_once(bank)
    assert refused.value.code == "same_file"
    assert at_once(bank, again=True).stored == 2
    undo_import(run=run, at=AT, actor=None)
    assert bank.items.count() == 2
