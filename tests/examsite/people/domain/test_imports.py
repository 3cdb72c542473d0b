from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from examsite.lib.errors import Conflict, Forbidden, Invalid
from examsite.people.domain.import_preview import Preview, preview
from examsite.people.domain.imports import (
    apply_import,
    choose_options,
    drop_import,
    undo_import,
    upload_list,
)
from examsite.people.domain.memberships import members_as_of, move_member
from examsite.people.domain.roles import grant_role
from examsite.people.models import (
    AuditRecord,
    ImportState,
    Membership,
    PeopleImport,
    Role,
    Unit,
    UnitKind,
    User,
)
from examsite.people.sealed import read_phone
from tests.factories import AT, make_member, make_staff, make_unit

pytestmark = pytest.mark.django_db
SINCE = date(2026, 3, 1)
HEADER = ["姓名", "管区", "村", "类别", "职务", "手机号"]


def book(*rows: list[object]) -> bytes:
    made = Workbook()
    made.active.title = "名单"
    for row in rows:
        made.active.append(row)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.fixture
def officer(tree) -> User:
    return make_staff(tree.town, Role.OFFICER)


def upload(tree, officer: User, *rows: list[object], since: date = SINCE) -> PeopleImport:
    data = book(HEADER, *rows)
    return upload_list(unit=tree.town, data=data, name="名单.xlsx", since=since, at=AT, actor=officer)


def confirm(run: PeopleImport, officer: User) -> PeopleImport:
    return apply_import(run=run, digest=preview(run).digest, at=AT, actor=officer)


def people() -> set[tuple[str, str, str, str]]:
    rows = members_as_of(date=SINCE + timedelta(days=400)).exclude(user__grants__isnull=False)
    return {(row.user.name, row.unit.name, row.category_id, row.position) for row in rows}


def person(name: str, village: str = "东风村", position: str = "", phone: str = "") -> list[object]:
    return [name, "城关管区", village, "法律明白人", position, phone]


def test_a_first_list_is_shown_then_stored_as_a_whole(tree, officer: User) -> None:
    run = upload(tree, officer, person("张三", position="网格员", phone="13800001234"), person("李四"))
    assert preview(run).summary() == {
        "rows": 2, "new": 2, "moved": 0, "added": 0, "changed": 0, "unchanged": 0, "held": 0, "leavers": 0,
    }  # fmt: skip
    assert people() == set()
    confirm(run, officer)
    assert people() == {("张三", "东风村", "law-wise", "网格员"), ("李四", "东风村", "law-wise", "")}
    user = User.objects.get(name="张三")
    assert (read_phone(user), user.has_usable_password(), user.username) == ("13800001234", False, None)
    assert AuditRecord.objects.get(action="people.import").after["new"] == 2


def test_the_file_is_sealed_while_it_waits_and_wiped_afterwards(tree, officer: User) -> None:
    run = upload(tree, officer, person("张三", phone="13800001234"))
    assert b"PK" not in bytes(run.file_sealed)[:4]
    confirm(run, officer)
    assert PeopleImport.objects.get().file_sealed is None
    other = upload(tree, officer, person("李四"))
    drop_import(run=other, at=AT, actor=officer)
    assert PeopleImport.objects.get(pk=other.pk).file_sealed is None
    other.refresh_from_db()
    with pytest.raises(Conflict, match="已放弃"):
        apply_import(run=other, digest="", at=AT, actor=officer)


def test_the_same_list_again_changes_nothing(tree, officer: User) -> None:
    rows = (person("张三", phone="13800001234"), person("李四"))
    confirm(upload(tree, officer, *rows), officer)
    before = people()
    again = upload(tree, officer, *rows)
    assert preview(again).summary()["unchanged"] == 2
    confirm(again, officer)
    assert people() == before
    assert (User.objects.filter(grants__isnull=True).count(), Membership.objects.count()) == (2, 2)


def test_next_year_shows_who_came_moved_and_left(tree, officer: User) -> None:
    make_unit("西园村", UnitKind.VILLAGE, tree.area)
    first = (
        person("张三", phone="13800001234"),
        person("李四", phone="13800001235"),
        person("王五", position="网格员"),
    )
    confirm(upload(tree, officer, *first, since=date(2025, 3, 1)), officer)
    run = upload(
        tree,
        officer,
        person("张三", "西园村", phone="13800001234"),
        person("王五", position="主任"),
        person("赵六"),
    )
    shown = preview(run)
    assert {key: shown.summary()[key] for key in ("new", "moved", "changed", "leavers")} == {
        "new": 1, "moved": 1, "changed": 1, "leavers": 1,
    }  # fmt: skip
    assert [one.person.name for one in shown.plan.leavers] == ["李四"]
    confirm(run, officer)
    assert people() == {
        ("张三", "西园村", "law-wise", ""),
        ("李四", "东风村", "law-wise", ""),
        ("王五", "东风村", "law-wise", "主任"),
        ("赵六", "东风村", "law-wise", ""),
    }
    assert User.objects.filter(name="张三").count() == 1
    history = Membership.objects.filter(user__name="张三").order_by("valid_from")
    assert [(row.unit.name, row.valid_from, row.valid_to) for row in history] == [
        ("东风村", date(2025, 3, 1), SINCE),
        ("西园村", SINCE, None),
    ]


def test_who_left_is_closed_only_when_chosen(tree, officer: User) -> None:
    confirm(upload(tree, officer, person("张三"), person("李四"), since=date(2025, 3, 1)), officer)
    run = upload(tree, officer, person("张三"))
    leaver = preview(run).plan.leavers[0]
    choose_options(run=run, options={"leavers": [str(leaver.row.id)]}, since=SINCE, actor=officer)
    confirm(run, officer)
    assert people() == {("张三", "东风村", "law-wise", "")}
    assert PeopleImport.objects.get(pk=run.pk).summary["closed"] == 1
    assert Membership.objects.get(user__name="李四").valid_to == SINCE


def test_what_is_wrong_stays_out_and_the_rest_goes_in(tree, officer: User) -> None:
    run = upload(
        tree,
        officer,
        person("张三"),
        person("李四", phone="1.38E+10"),
        person("王五", "天涯村"),
        person("", phone="13800001234"),
        ["赵六", "城关管区", "东风村", "宇航员", "", ""],
    )
    shown = preview(run)
    assert shown.summary()["held"] == 3
    broken = [(one.key, one.code) for one in shown.problems if one.severity == "broken"]
    assert sorted(broken) == [
        ("名单!3", "phone"),
        ("名单!4", "unit"),
        ("名单!5", "name"),
        ("名单!6", "category"),
    ]
    confirm(run, officer)
    assert {name for name, *_ in people()} == {"张三"}


def test_choices_settle_what_was_unsure(tree, officer: User) -> None:
    run = upload(
        tree,
        officer,
        person("李四", phone="1.38E+10"),
        person("王五", "东凤村"),
        ["赵六", "城关管区", "东风村", "宇航员", "", ""],
    )
    question = preview(run).units[0]
    assert (question.text, question.nearest[0][1]) == ("城关管区 › 东凤村", "青城镇 › 城关管区 › 东风村")
    options = {
        "units": {question.text: question.nearest[0][0]},
        "categories": {"宇航员": "other"},
        "drop_phones": True,
    }
    choose_options(run=run, options=options, since=SINCE, actor=officer)
    assert preview(run).summary()["held"] == 0
    confirm(run, officer)
    assert people() == {
        ("李四", "东风村", "law-wise", ""),
        ("王五", "东风村", "law-wise", ""),
        ("赵六", "东风村", "other", ""),
    }


def test_same_names_in_a_village_are_told_apart(tree, officer: User) -> None:
    run = upload(tree, officer, person("张三", phone="13800001234"), person("张三", phone="13900005678"))
    assert preview(run).summary() | {"new": 1, "held": 1} == preview(run).summary()
    choose_options(run=run, options={"notes": {"名单!3": "尾号5678"}}, since=SINCE, actor=officer)
    confirm(run, officer)
    assert sorted(User.objects.filter(name="张三").values_list("name_note", flat=True)) == ["", "尾号5678"]


def test_a_unit_of_another_town_is_not_in_the_tree(tree, officer: User) -> None:
    run = upload(tree, officer, ["张三", "白水镇", "东风村", "法律明白人", "", ""])
    step = preview(run).plan.steps[0]
    assert step.wanted.unit == tree.village.pk  # only this town's village of that name can be meant
    with pytest.raises(Forbidden):
        upload_list(unit=tree.other_town, data=book(HEADER), name="x.xlsx", since=SINCE, at=AT, actor=officer)


def test_a_user_name_of_somebody_elsewhere_is_refused(tree, officer: User) -> None:
    make_member(tree.other_village, "李四", username="lisi")
    data = book(["姓名", "村", "类别", "用户名"], ["张三", "东风村", "法律明白人", "LiSi"])
    run = upload_list(unit=tree.town, data=data, name="x.xlsx", since=SINCE, at=AT, actor=officer)
    assert [(one.code, one.key) for one in preview(run).problems] == [("username", "名单!2")]


def test_a_stale_confirmation_is_refused(tree, officer: User) -> None:
    run = upload(tree, officer, person("张三"))
    digest = preview(run).digest
    make_member(tree.village, "张三")
    with pytest.raises(Conflict, match="有变化"):
        apply_import(run=run, digest=digest, at=AT, actor=officer)
    assert PeopleImport.objects.get().state == ImportState.DRAFT


def test_an_import_is_confirmed_once(tree, officer: User) -> None:
    run = upload(tree, officer, person("张三"))
    digest = preview(run).digest
    apply_import(run=run, digest=digest, at=AT, actor=officer)
    with pytest.raises(Conflict, match="已导入"):
        apply_import(run=run, digest=digest, at=AT, actor=officer)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空的"),
        (book(["题干", "答案"], ["问", "A"]), "没有找到名单"),
        (book(HEADER), "没有读到人"),
    ],
)
def test_a_file_without_people_leaves_nothing(tree, officer: User, data: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        upload_list(unit=tree.town, data=data, name="x.xlsx", since=SINCE, at=AT, actor=officer)
    assert PeopleImport.objects.count() == 0


# --- Undo --------------------------------------------------------------------------------------------------


def state() -> tuple[object, ...]:
    return (
        sorted(User.objects.values_list("pk", "name", "name_note", "phone_sealed", "birth_year")),
        sorted(Membership.objects.values_list("pk", "unit", "valid_from", "valid_to"), key=str),
    )


def test_undoing_leaves_no_trace(tree, officer: User) -> None:
    make_unit("西园村", UnitKind.VILLAGE, tree.area)
    confirm(upload(tree, officer, person("张三", phone="13800001234"), person("李四")), officer)
    before = state()
    run = upload(
        tree,
        officer,
        person("张三", "西园村", phone="13800001234"),
        person("李四", phone="13900005678"),
        person("王五"),
    )
    confirm(run, officer)
    assert state() != before
    undo_import(run=run, at=AT, actor=officer)
    assert state() == before
    assert PeopleImport.objects.get(pk=run.pk).state == ImportState.UNDONE
    assert AuditRecord.objects.filter(action="people.undo").count() == 1
    with pytest.raises(Conflict, match="已撤销"):
        undo_import(run=run, at=AT, actor=officer)


def signs_in(tree, user: User) -> None:
    User.objects.filter(pk=user.pk).update(last_login=AT)


def gets_a_role(tree, user: User) -> None:
    grant_role(user=user, role=Role.MARKER, unit=tree.town, at=AT, actor=None)


def moves_on(tree, user: User) -> None:
    move_member(membership=user.memberships.get(), unit=tree.office, on=SINCE, at=AT, actor=None)


@pytest.mark.parametrize("deed", [signs_in, gets_a_role, moves_on])
def test_what_something_rests_on_is_not_undone(tree, officer: User, deed) -> None:
    run = confirm(upload(tree, officer, person("张三"), person("李四")), officer)
    deed(tree, User.objects.get(name="张三"))
    before = state()
    with pytest.raises(Conflict, match="不能整批撤销"):
        undo_import(run=run, at=AT, actor=officer)
    assert state() == before


# --- Real files --------------------------------------------------------------------------------------------


def read_shared(tree, officer: User, path: Path) -> Preview:
    data = path.read_bytes()
    run = upload_list(unit=tree, data=data, name=path.name, since=SINCE, at=AT, actor=officer)
    return preview(run)


@pytest.mark.shared
def test_the_two_sample_lists_give_the_same_224_people(shared_data: Path) -> None:
    import json

    folder = shared_data / "roster"
    org = json.loads((folder / "org_SYNTHETIC.json").read_text())
    county = make_unit("云山县", UnitKind.COUNTY)
    town = make_unit("双河镇", UnitKind.TOWN, county)
    for name in org["offices"]:
        make_unit(name, UnitKind.OFFICE, town)
    for name, villages in org["areas"].items():
        area = make_unit(name, UnitKind.AREA, town)
        for village in villages:
            make_unit(village, UnitKind.VILLAGE, area)
    officer = make_staff(town, Role.OFFICER)
    expected = json.loads((folder / "roster_expected.json").read_text())
    found = []
    for name in ("roster_clean_SYNTHETIC.csv", "roster_messy_SYNTHETIC.xlsx"):
        shown = read_shared(town, officer, folder / name)
        assert shown.summary()["new"] == expected["total"]
        assert shown.summary()["held"] == 0
        assert [one.code for one in shown.problems if one.severity != "note"] == ["shared_phone"]
        found.append(
            {
                (
                    s.wanted.row.name,
                    s.wanted.unit,
                    s.wanted.category,
                    s.wanted.row.position,
                    s.wanted.row.phone,
                )
                for s in shown.plan.steps
            }
        )
    assert found[0] == found[1]
    categories = [category for _, _, category, _, _ in found[0]]
    assert (categories.count("law-wise"), categories.count("cadre")) == (104, 120)
    missing = {name for name, _, _, _, phone in found[0] if not phone}
    assert missing == set(expected["missing_phone"])
    run = PeopleImport.objects.filter(file_name__endswith="xlsx").get()
    confirm(run, officer)
    assert Unit.objects.filter(memberships__isnull=False).distinct().count() > expected["villages"]
    again = PeopleImport.objects.filter(file_name__endswith="csv").get()
    assert preview(again).summary()["unchanged"] == expected["total"]
    undo_import(run=run, at=AT, actor=officer)
    assert User.objects.filter(grants__isnull=True).count() == 0
