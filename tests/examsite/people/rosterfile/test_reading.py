from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from examsite.lib.files.unreadable import Unreadable
from examsite.people.rosterfile.reading import read_roster
from examsite.people.rosterfile.rows import IGNORED, Row

HEADER = ["姓名", "村", "手机号"]


def book(*sheets: tuple[str, list[list[object]]], merge: str = "") -> bytes:
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
        if merge:
            sheet.merge_cells(merge)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def one_sheet(*rows: list[object], **options: str) -> bytes:
    return book(("名单", list(rows)), **options)


def codes(data: bytes, severity: str = "broken") -> list[tuple[str, str, str]]:
    return [(p.key, p.code, p.cell) for p in read_roster(data).problems if p.severity == severity]


def test_a_plain_list() -> None:
    roster = read_roster(
        one_sheet(
            ["姓名", "管区", "村", "类别", "职务", "手机"],
            ["张三", "城关管区", "东风村", "法律明白人", "网格员", "13800001234"],
        )
    )
    assert roster.rows == (
        Row(
            key="名单!2",
            name="张三",
            place=("城关管区", "东风村"),
            category="法律明白人",
            position="网格员",
            phone="13800001234",
        ),
    )
    assert roster.problems == ()


def test_title_rows_spaces_totals_and_remarks_are_swallowed() -> None:
    roster = read_roster(
        one_sheet(
            ["××镇登记表"],
            ["填报单位：司法所"],
            ["序号", "姓  名", "村（社区）", "联系电话（必填）"],
            [1, "谢 英", " 东风村 ", "138-0000-1234"],
            [2, "邓\u3000文", "东风村", 13800001235],
            [],
            ["合计", "2人"],
            ["填表人：王某", "审核人：李某"],
        )
    )
    assert [(row.name, row.place, row.phone) for row in roster.rows] == [
        ("谢英", ("东风村",), "13800001234"),
        ("邓文", ("东风村",), "13800001235"),
    ]
    assert [(p.code, p.severity) for p in roster.problems] == [("not_a_person", "note")] * 2
    assert roster.sheets[0].header_row == 3


def test_merged_villages_count_for_all_their_people_and_names_do_not() -> None:
    data = one_sheet(HEADER, ["张三", "东风村"], ["李四", None], ["", None], merge="B2:B4")
    assert [row.place for row in read_roster(data).rows] == [("东风村",), ("东风村",)]
    data = one_sheet(
        ["村", "姓名", "电话"], ["东风村", "张三", "13800001234"], [None, None, "13800001235"], merge="B2:B3"
    )
    assert codes(data) == [("名单!3", "name", "B3")]


@pytest.mark.parametrize("word", ["合计", "总 计", "小计", "共计"])
def test_a_total_in_the_column_of_names_is_no_person(word: str) -> None:
    roster = read_roster(one_sheet(HEADER, ["张三", "东风村"], [word, "1人"]))
    assert [row.name for row in roster.rows] == ["张三"]
    assert [p.severity for p in roster.problems] == ["note"]


def test_an_empty_village_is_not_filled_by_guessing() -> None:
    data = one_sheet(
        HEADER, ["张三", "东风村"], ["李四", None], ["王五", "同上"], ["赵六", "西园村"], ["钱七", "〃"]
    )
    assert [row.place for row in read_roster(data).rows] == [
        ("东风村",),
        (),
        (),
        ("西园村",),
        ("西园村",),
    ]


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("13800001234", "13800001234"),
        (13800001234, "13800001234"),
        (13800001234.0, "13800001234"),
        ("138 0000 1234", "13800001234"),
        ("+86 138-0000-1234", "13800001234"),
        ("１３８００００１２３４", "13800001234"),
        ("", ""),
        ("无", ""),
        (None, ""),
    ],
)
def test_numbers_in_all_their_shapes(cell: object, phone: str) -> None:
    roster = read_roster(one_sheet(HEADER, ["张三", "东风村", cell]))
    assert roster.rows[0].phone == phone
    assert roster.problems == ()


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("1.38E+10", "科学计数法"),
        ("1.3800001234e10", "科学计数法"),
        ("１.３８Ｅ＋１０", "科学计数法"),
        (13800000000.0, "末尾全是0"),
        ("1380000123", "10位"),
        ("053188880000", "12位"),
        ("23800001234", "13至19"),
        ("138000O1234", "数字以外"),
    ],
)
def test_bad_numbers_are_refused_with_the_reason_and_the_cell(cell: object, words: str) -> None:
    roster = read_roster(one_sheet(HEADER, ["张三", "东风村", cell]))
    problem = roster.problems[0]
    assert (problem.severity, problem.cell, roster.rows[0].phone) == ("broken", "C2", "")
    assert words in problem.message


@pytest.mark.parametrize(
    ("cell", "year"),
    [
        (1968, 1968),
        ("1968", 1968),
        ("1968年5月", 1968),
        ("1968.05", 1968),
        ("196805", 1968),
        (date(1968, 5, 1), 1968),
        ("六八年", None),
        ("", None),
    ],
)
def test_years_of_birth(cell: object, year: int | None) -> None:
    roster = read_roster(one_sheet(["姓名", "村", "出生年月"], ["张三", "东风村", cell]))
    assert roster.rows[0].birth == year
    assert [p.severity for p in roster.problems] == (["doubtful"] if cell == "六八年" else [])


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("行政编", "civil"),
        ("公务员", "civil"),
        ("事业编制", "public"),
        ("编外聘用", "contract"),
        ("非编", "none"),
        ("??", ""),
    ],
)
def test_establishments(cell: str, value: str) -> None:
    assert (
        read_roster(one_sheet(["姓名", "村", "编制"], ["张三", "东风村", cell])).rows[0].establishment
        == value
    )


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "=HYPERLINK(1)", "104人", "{{7*7}}", "张三'; --", "张1"]
)
def test_what_is_no_name_is_refused_with_its_cell(name: str) -> None:
    assert codes(one_sheet(HEADER, [name, "东风村", "13800001234"])) == [("名单!2", "name", "A2")]


def test_what_is_not_collected_is_said_and_not_read() -> None:
    data = one_sheet(
        ["姓名", "性别", "身份证号", "村", "密码"], ["张三", "男", "110101199001011234", "东风村", "123456"]
    )
    roster = read_roster(data)
    ignored = {c.header: c.reason for c in roster.sheets[0].columns if c.field == IGNORED}
    assert ignored == {
        "性别": "用不到，未读入",
        "身份证号": "本系统不收集，未读入",
        "密码": "本系统不收集，未读入",
    }
    assert "110101199001011234" not in repr(roster)


def test_the_columns_may_be_chosen_by_hand() -> None:
    data = one_sheet(["姓名", "某列", "村"], ["张三", "13800001234", "东风村"])
    assert read_roster(data).rows[0].phone == ""
    chosen = {"名单": {1: "phone", 2: IGNORED}}
    row = read_roster(data, columns=chosen).rows[0]
    assert (row.phone, row.place) == ("13800001234", ())


def test_exact_words_win_over_similar_ones() -> None:
    data = one_sheet(["负责人姓名", "姓名", "所在的村"], ["甲某", "张三", "东风村"])
    row = read_roster(data).rows[0]
    assert (row.name, row.place) == ("张三", ("东风村",))
    data = one_sheet(["法律明白人姓名", "本人联系电话"], ["张三", "13800001234"])
    assert read_roster(data).rows[0].phone == "13800001234"


def test_several_sheets_a_hidden_one_and_an_empty_one() -> None:
    made = Workbook()
    made.active.title = "空"
    for title, hidden in (("甲村", False), ("乙村", False), ("旧", True)):
        sheet = made.create_sheet(title)
        sheet.append(HEADER)
        sheet.append(["张三", title])
        sheet.sheet_state = "hidden" if hidden else "visible"
    out = BytesIO()
    made.save(out)
    roster = read_roster(out.getvalue())
    assert [row.key for row in roster.rows] == ["甲村!2", "乙村!2"]
    assert [(p.code, p.severity) for p in roster.problems] == [("hidden", "note")]


def test_a_header_repeated_on_each_printed_page_is_no_person() -> None:
    data = one_sheet(HEADER, ["张三", "东风村"], HEADER, ["李四", "东风村"])
    assert [row.name for row in read_roster(data).rows] == ["张三", "李四"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_tables_in_every_encoding(encoding: str, delimiter: str) -> None:
    lines = [delimiter.join(HEADER), delimiter.join(["张三", "东风村", "13800001234"])]
    roster = read_roster("\r\n".join(lines).encode(encoding), name="名单.csv")
    assert [(row.key, row.name, row.phone) for row in roster.rows] == [("!2", "张三", "13800001234")]


def test_a_chain_of_units_in_one_cell() -> None:
    data = one_sheet(["姓名", "部门"], ["张三", "青城镇-城关管区-东风村"], ["李四", "青城镇/司法所"])
    assert [row.place for row in read_roster(data).rows] == [
        ("青城镇", "城关管区", "东风村"),
        ("青城镇", "司法所"),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "pdf"),
        ("只有一句话".encode(), "no_header"),
        (one_sheet(["题干", "答案"], ["问", "A"]), "no_header"),
        (b"PK\x03\x04broken", "damaged_archive"),
    ],
)
def test_files_without_a_list_are_refused_in_words(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_roster(data)
    assert caught.value.code == code


@pytest.mark.shared
def test_the_messy_workbook_and_the_clean_table_hold_the_same_people(shared_data: Path) -> None:
    folder = shared_data / "roster"
    clean = read_roster((folder / "roster_clean_SYNTHETIC.csv").read_bytes())
    messy = read_roster((folder / "roster_messy_SYNTHETIC.xlsx").read_bytes())
    assert len(clean.rows) == 224
    assert [(s.name, s.people) for s in messy.sheets] == [("法律明白人", 104), ("机关干部", 120)]
    people = [
        {(row.name, row.place, row.position, row.phone) for row in roster.rows} for roster in (clean, messy)
    ]
    assert people[0] == people[1]
    assert len(people[0]) == 224
    assert [p.code for p in messy.problems] == ["not_a_person"]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "people", "first"),
    [
        ("wenzhi_Alanosy_ImportUserTemplate.xlsx", 4, ("张三", "w156521211")),
        ("yfexam-fork_用户导入模板.xlsx", 5, ("张三", "stu01")),
        ("playedu_学员批量导入模板.xlsx", 0, None),
    ],
)
def test_templates_of_other_systems(
    shared_data: Path, file: str, people: int, first: tuple[str, str] | None
) -> None:
    roster = read_roster((shared_data / "templates" / file).read_bytes())
    assert len(roster.rows) == people
    assert first is None or (roster.rows[0].name, roster.rows[0].username) == first
