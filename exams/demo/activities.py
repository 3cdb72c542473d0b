"""The year's activity register of the demo: 128 activities in 2022 with an audience of 29,640 in all."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime

from examsite.people.models import User

from ..domain.annual import register_activity
from ..models import ActivityKind
from .town import AREAS, SEED, Town

AUDIENCE = 29_640
CAMPAIGN_TOPICS = (
    "民法典进乡村", "“3·8”妇女权益保障", "宪法与我同行", "全民国家安全教育", "农村土地承包", "防范非法集资",
    "禁毒宣传", "村民自治与村规民约", "反家庭暴力", "法律援助惠民", "“宪法宣传周”预热", "国家宪法日",
)  # fmt: skip
THEME = "习近平法治思想"
LECTURES = ("坚持以人民为中心", "建设法治乡村")
STUDY = ("宪法", "行政处罚法", "信访工作条例", "民法典")
TRAINING = ("行政执法规范", "农村土地纠纷调处", "政府信息公开", "公务员法")


def activity_rows() -> Iterator[tuple[str, date, str, str, int]]:
    """(kind, date, place, topic, audience), the same at every start; the audiences sum to AUDIENCE."""
    rng = random.Random(SEED + 7)
    rows: list[tuple[str, date, str, str, int]] = []
    for month, topic in enumerate(CAMPAIGN_TOPICS, 1):
        rows.append((ActivityKind.CAMPAIGN, date(2022, month, 10), "镇文化广场", topic, 1200 + 90 * month))
    for month, topic in zip((4, 9), LECTURES, strict=True):
        rows.append((ActivityKind.LECTURE, date(2022, month, 20), "镇会议中心", topic, 150))
    for month, topic in zip((2, 5, 8, 11), STUDY, strict=True):
        rows.append(
            (ActivityKind.STUDY_GROUP, date(2022, month, 25), "镇党委会议室", f"中心组学法：{topic}", 15)
        )
    for month, topic in zip((3, 6, 9, 12), TRAINING, strict=True):
        rows.append((ActivityKind.TRAINING, date(2022, month, 15), "镇会议中心", f"法治培训：{topic}", 63))
    villages = [name for group in AREAS.values() for name in group]
    visits = [
        [
            ActivityKind.HOME_VISIT,
            date(2022, rng.randint(1, 12), rng.randint(1, 28)),
            rng.choice(villages),
            40,
        ]
        for _ in range(106)
    ]
    short = AUDIENCE - sum(row[4] for row in rows) - sum(visit[3] for visit in visits)
    for index in range(abs(short)):  # what is missing (or too much) is spread over the visits, one by one
        visits[index % len(visits)][3] += 1 if short > 0 else -1
    rows += [(kind, day, place, f"送法入户：{place}", count) for kind, day, place, count in visits]
    yield from sorted(rows, key=lambda row: (row[1], row[0], row[2], row[4]))


def register_activities(town: Town, *, actor: User, at: datetime) -> int:
    """Write the register of 2022; how many rows."""
    count = 0
    for kind, day, place, topic, audience in activity_rows():
        register_activity(
            unit=town.town, kind=kind, day=day, place=place, topic=topic, audience=audience,
            theme=THEME if kind == ActivityKind.LECTURE else "",
            at=at, today=at.date(), actor=actor,
        )  # fmt: skip
        count += 1
    return count
