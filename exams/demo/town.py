"""青城镇 and its people: invented, the same at every start.

One county with its officer, one town with offices, five 管区 and 24 villages; 104 法律明白人 and 63 cadres
in established posts, as in the year 2022 that the demo tells of.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from examsite.people.domain.accounts import create_person
from examsite.people.domain.memberships import open_membership
from examsite.people.domain.roles import grant_role
from examsite.people.domain.units import create_unit
from examsite.people.models import Category, Establishment, Role, Unit, UnitKind, User

SEED = 2022
SINCE = date(2021, 1, 1)

OFFICES = (
    "党政办公室", "党建办公室", "经济发展办公室", "社会事务办公室", "平安法治办公室", "综合行政执法队",
    "财政所", "自然资源所", "司法所", "退役军人服务站", "农业农村服务中心", "便民服务中心",
)  # fmt: skip
AREAS = {
    "城关管区": ("东风村", "南关社区", "北街社区", "西园村", "双井村"),
    "河东管区": ("柳行村", "石桥村", "清水村", "大王庄村", "宋家庄村"),
    "河西管区": ("杨树屯村", "马家屯村", "赵屯村", "李庄村", "前营村"),
    "北山管区": ("上张村", "下张村", "桃园村", "松林村", "石匠村"),
    "南湖管区": ("周屯村", "陈庄社区", "湖口村", "荷花村"),
}
WISE, CADRE = "law-wise", "cadre"
CATEGORIES = ((WISE, "法律明白人"), (CADRE, "在编机关干部"))
WISE_PEOPLE, CADRES = 104, 63

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏"
    "魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛"
)
_GIVEN = (
    "建国 建华 志强 玉兰 秀英 桂芳 春梅 海燕 永强 德福 文斌 立新 晓东 红霞 淑珍 "
    "金凤 国庆 爱民 长林 兴旺 冬梅 雪松 明亮 丽娟 伟民 学军 凤英 俊杰 思远 佳怡 "
    "子涵 浩然 新民 振华 庆丰 玉珍 守业 家兴 广才 传志 继红 卫东 彩云 月娥 树林 "
    "万福 小平 宏伟 庆祥 春生 "
)
_POSTS = ("村委会主任", "妇联执委", "人民调解员", "网格员", "村民小组长", "党小组长", "辅警", "教师（退休）")


@dataclass
class Town:
    """The units and people that the rest of the demo needs."""

    county: Unit
    town: Unit
    offices: list[Unit] = field(default_factory=list)
    villages: list[Unit] = field(default_factory=list)
    staff: dict[str, User] = field(default_factory=dict)
    wise: list[User] = field(default_factory=list)
    cadres: list[User] = field(default_factory=list)


def names() -> Iterator[str]:
    """Different invented names, always in the same order."""
    pool = [surname + given for surname in _SURNAMES for given in _GIVEN.split()]
    random.Random(SEED).shuffle(pool)
    yield from pool


def build_town(*, at: datetime) -> Town:
    """Create units, categories, people and roles, as of `at`."""
    for order, (code, name) in enumerate(CATEGORIES):
        Category.objects.get_or_create(code=code, defaults={"name": name, "order": order})
    county = create_unit(name="清河县", kind=UnitKind.COUNTY, parent=None, at=at, actor=None, code="0100")
    place = create_unit(name="青城镇", kind=UnitKind.TOWN, parent=county, at=at, actor=None, code="0103")
    town = Town(county, place)
    for order, name in enumerate(OFFICES, 1):
        town.offices.append(
            create_unit(
                name=name,
                kind=UnitKind.OFFICE,
                parent=place,
                at=at,
                actor=None,
                code=f"{order:04}",
                order=order,
            )
        )
    number = 100
    for order, (area_name, villages) in enumerate(AREAS.items(), 50):
        area = create_unit(name=area_name, kind=UnitKind.AREA, parent=place, at=at, actor=None, order=order)
        for name in villages:
            number += 1
            town.villages.append(
                create_unit(
                    name=name, kind=UnitKind.VILLAGE, parent=area, at=at, actor=None, code=f"{number:04}"
                )
            )
    _add_people(town, at)
    return town


def _add_people(town: Town, at: datetime) -> None:
    fresh, rng = names(), random.Random(SEED + 1)
    for index in range(WISE_PEOPLE):
        user = create_person(name=next(fresh), at=at, actor=None, birth_year=rng.randint(1952, 1992))
        open_membership(
            user=user,
            unit=town.villages[index % len(town.villages)],
            category=Category.objects.get(code=WISE),
            establishment=Establishment.NONE,
            position=rng.choice(_POSTS),
            since=SINCE,
            at=at,
            actor=None,
        )
        town.wise.append(user)
    for index in range(CADRES):
        user = create_person(
            name=next(fresh),
            at=at,
            actor=None,
            username=f"cadre{index + 1:02}",
            birth_year=rng.randint(1964, 1998),
        )
        open_membership(
            user=user,
            unit=town.offices[index % len(town.offices)],
            category=Category.objects.get(code=CADRE),
            establishment=Establishment.CIVIL if index % 3 else Establishment.PUBLIC,
            position="",
            since=SINCE,
            at=at,
            actor=None,
        )
        town.cadres.append(user)


# The people to sign in as: user name, name, role, at the county or in the town.
STAFF = (
    ("county", "县司法局 周敏", Role.OFFICER, "county"),
    ("officer", "司法所 赵立新", Role.OFFICER, "town"),
    ("assistant", "司法助理员 林晓", Role.OFFICER, "town"),
    ("editor", "题库员 何俊", Role.BANK_EDITOR, "town"),
    ("reviewer", "法律顾问 沈岚", Role.REVIEWER, "town"),
    ("invigilator", "监考 郑海燕", Role.INVIGILATOR, "town"),
    ("leader", "镇党委副书记 高翔", Role.LEADER, "town"),
    ("auditor", "审计员 韩梅", Role.AUDITOR, "county"),
    ("operator", "运维 罗成", Role.OPERATOR, "county"),
)


def add_staff(town: Town, *, password: str, at: datetime) -> None:
    """The staff of the demo, all with the password of the demo."""
    for username, name, role, where in STAFF:
        unit = town.county if where == "county" else town.town
        user = create_person(name=name.split()[-1], at=at, actor=None, username=username, unit=unit)
        user.set_password(password)
        user.save(update_fields=["password"])
        grant_role(user=user, role=role, unit=unit, at=at, actor=None)
        town.staff[username] = user
