"""Export of personal data: two people, one use, a mark of who, when and what for."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from examsite.lib.cells import add_sheet, book_bytes, new_book
from examsite.lib.errors import Forbidden, Invalid

from ..models import Approval, Category, Role, Unit, User
from ..rules import require
from ..sealed import read_phone
from ..tree import SEPARATOR, full_names
from .approvals import propose, use_approval
from .audit import record
from .memberships import members_as_of

ACTION = "people.export"
# The same columns that the import reads: what was exported can be corrected and brought back.
HEADER = (
    "姓名", "同名区分", "上级单位", "单位", "人员类别", "编制类型", "职务", "手机号", "出生年份", "用户名",
    "起",
)  # fmt: skip


@transaction.atomic
def propose_export(
    *,
    unit: Unit,
    category: Category | None,
    with_phones: bool,
    purpose: str,
    on: date,
    at: datetime,
    actor: User,
) -> Approval:
    """Ask a second officer to agree to the export of a unit's people."""
    require(actor, unit, Role.OFFICER)
    if not purpose.strip():
        raise Invalid("no_purpose", "请写明导出的用途。")
    people = members_as_of(date=on, units=[unit], categories=[category] if category else None)
    return propose(
        action=ACTION,
        target=unit,
        content={
            "范围": f"{unit}及其下级",
            "类别": str(category or "全部"),
            "人数": people.values("user").distinct().count(),
            "含手机号": with_phones,
            "用途": purpose.strip(),
            "截至": on.isoformat(),
            "category": category.pk if category else "",
        },
        summary=f"导出“{unit}”的人员名单（{'含' if with_phones else '不含'}手机号）",
        unit=unit,
        at=at,
        actor=actor,
    )


@transaction.atomic
def export_people(*, approval: Approval, at: datetime, actor: User) -> bytes:
    """The approved list as xlsx, once, for whoever proposed it. Raises Forbidden otherwise."""
    if approval.action != ACTION or approval.proposer_id != actor.pk:
        raise Forbidden("not_yours", "名单只能由提出导出的人下载。")
    unit = Unit.objects.get(pk=approval.object_id)
    require(actor, unit, Role.OFFICER)
    content = approval.content
    use_approval(action=ACTION, target=unit, content=content, at=at)
    categories = [Category.objects.get(pk=content["category"])] if content["category"] else None
    rows = list(members_as_of(date=date.fromisoformat(content["截至"]), units=[unit], categories=categories))
    names = full_names({row.unit for row in rows})
    book = new_book()
    add_sheet(
        book,
        "人员名单",
        HEADER,
        (
            (
                row.user.name,
                row.user.name_note,
                SEPARATOR.join(names[row.unit_id].split(SEPARATOR)[:-1]),
                row.unit.name,
                row.category.name,
                row.get_establishment_display(),
                row.position,
                read_phone(row.user) if content["含手机号"] else "",
                row.user.birth_year,
                row.user.username or "",
                row.valid_from,
            )
            for row in rows
        ),
    )
    add_sheet(
        book,
        "导出说明",
        ("项目", "内容"),
        [
            ("范围", content["范围"]),
            ("截至", content["截至"]),
            ("用途", content["用途"]),
            ("导出人", str(actor)),
            ("同意人", str(approval.approver)),
            ("导出时间", f"{at:%Y-%m-%d %H:%M:%S} UTC"),
            ("提示", "内含个人信息，只用于上述用途，用后删除，不得外传。"),
        ],
    )
    record(
        action=ACTION,
        target=unit,
        at=at,
        actor=actor,
        unit=unit,
        after={"people": len(rows), "phones": content["含手机号"], "purpose": content["用途"]},
    )
    return book_bytes(book)
