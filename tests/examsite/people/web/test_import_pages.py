from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from examsite.people.domain.import_preview import preview
from examsite.people.models import Membership, PeopleImport, Role, User
from tests.factories import make_member, make_staff

pytestmark = pytest.mark.django_db
LIST = """青城镇法律明白人登记表,,,
姓名,管区,村,手机号
张三,城关管区,东风村,13800001234
张三,城关管区,东风村,13900005678
李四,城关管区,东凤村,13800001235
王五,城关管区,东风村,1.38E+10
=1+1,城关管区,东风村,
合计,4人,,
"""


@pytest.fixture
def client(tree, client: Client) -> Client:
    client.force_login(make_staff(tree.town, Role.OFFICER))
    return client


def upload(client: Client, tree, text: str = LIST) -> PeopleImport:
    file = SimpleUploadedFile("名单.csv", text.encode("gb18030"))
    fields = {"unit": str(tree.town.pk), "file": file, "since": "2026-03-01"}
    reply = client.post(reverse("people:imports"), fields)
    run = PeopleImport.objects.get()
    assert reply.url == reverse("people:import", args=[run.pk])
    return run


def test_the_whole_way_of_a_messy_list(client: Client, tree) -> None:
    make_member(tree.village, "赵六")
    run = upload(client, tree)
    url = reverse("people:import", args=[run.pk])
    body = client.get(url).content.decode()
    for words in (
        "这些单位没对上",
        "城关管区 › 东凤村",
        "同单位同名，手机号不同",
        "科学计数法",
        "不像姓名",
        "不在名单里的 1 人",
        "法律明白人",
    ):
        assert words in body
    assert "&lt;" not in body.split("不像姓名")[0][-200:]
    choices = {
        "unit:城关管区 › 东凤村": str(tree.village.pk),
        "note:!4": "尾号5678",
        "drop_phones": "1",
        "since": "2026-03-01",
        "leaver": "all",
        "check": "1",
    }
    assert client.post(url, choices).url == url
    shown = client.get(url)
    assert shown.context["summary"] | {"new": 4, "held": 0, "leavers": 1} == shown.context["summary"]
    done = {**choices, "digest": shown.context["shown"].digest, "apply": "1"}
    done.pop("check")
    client.post(url, done)
    names = sorted(Membership.objects.filter(valid_to__isnull=True).values_list("user__name", flat=True))
    assert names == ["张三", "张三", "李四", "王五"]
    assert "已导入" in client.get(url).content.decode()
    client.post(reverse("people:import_undo", args=[run.pk]))
    assert [row.user.name for row in Membership.objects.filter(valid_to__isnull=True)] == ["赵六"]
    assert User.objects.filter(name="张三").count() == 0


def test_a_confirmation_of_what_was_not_shown_is_refused(client: Client, tree) -> None:
    run = upload(client, tree)
    url = reverse("people:import", args=[run.pk])
    digest = client.get(url).context["shown"].digest
    client.post(url, {"digest": digest, "apply": "1", "drop_phones": "1", "since": "2026-03-01"})
    assert "有变化" in client.get(url).content.decode()
    assert Membership.objects.count() == 0


def test_the_problems_as_a_workbook_hold_no_formula(client: Client, tree) -> None:
    run = upload(client, tree)
    reply = client.get(reverse("people:import_problems", args=[run.pk]))
    sheet = load_workbook(BytesIO(reply.content))["问题清单"]
    texts = {row[2].value: row[2].data_type for row in sheet.iter_rows(min_row=2)}
    assert texts["=1+1 城关管区 东风村"] == "s"
    assert len(texts) == len(preview(run).problems)


def test_a_file_that_is_no_list_is_refused_on_the_form(client: Client, tree) -> None:
    file = SimpleUploadedFile("报告.pdf", b"%PDF-1.7")
    reply = client.post(
        reverse("people:imports"), {"unit": str(tree.town.pk), "file": file, "since": "2026-03-01"}
    )
    assert reply.status_code == 400
    assert "PDF" in reply.content.decode()
    assert PeopleImport.objects.count() == 0


def test_giving_up_wipes_the_file(client: Client, tree) -> None:
    run = upload(client, tree)
    client.post(reverse("people:import_drop", args=[run.pk]))
    run.refresh_from_db()
    assert (run.state, run.file_sealed) == ("dropped", None)
    assert "没有导入任何人" in client.get(reverse("people:import", args=[run.pk])).content.decode()


def test_the_template_is_read_back(client: Client) -> None:
    book = load_workbook(BytesIO(client.get(reverse("people:import_template")).content))
    assert [cell.value for cell in book["人员名单"][1]][:4] == ["姓名", "同名区分", "上级单位", "单位"]


PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}{% debug %}",
    "javascript:alert(1)",
    '=HYPERLINK("http://evil.example")',
    "' OR 1=1 --",
]


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("field", ["姓名", "村", "类别", "职务", "手机号", "同名区分", "用户名"])
def test_t51_a_payload_in_any_field_is_refused_or_only_text(
    client: Client, tree, field: str, payload: str
) -> None:
    row = {"姓名": "张三", "管区": "城关管区", "村": "东风村", "类别": "法律明白人", field: payload}
    quoted = ['"' + value.replace('"', '""') + '"' for value in row.values()]
    run = upload(client, tree, f"{','.join(row)}\n{','.join(quoted)}\n李四,城关管区,东风村,法律明白人\n")
    url = reverse("people:import", args=[run.pk])
    page = client.get(url).content.decode()
    client.post(url, {"since": "2026-03-01", "apply": "1", "digest": preview(run).digest})
    names = set(User.objects.filter(memberships__isnull=False).values_list("name", flat=True))
    assert names <= {"张三", "李四"}
    shown = [page, client.get(url).content.decode(), client.get(reverse("people:people")).content.decode()]
    shown += [
        client.get(reverse("people:person", args=[one.pk])).content.decode()
        for one in User.objects.filter(memberships__isnull=False)
    ]
    for body in shown:
        assert "<script>alert" not in body
        assert "<img src=x" not in body
        assert "49{%" not in body
