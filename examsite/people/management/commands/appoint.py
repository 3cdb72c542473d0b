"""manage.py appoint: the first officer of a fresh site, from the machine's own console."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.urls import reverse

from examsite.lib import clock
from examsite.lib.errors import DomainError

from ...domain.accounts import create_person, issue_link
from ...domain.audit import coming_from
from ...domain.roles import grant_role
from ...domain.units import create_unit
from ...models import Role, Unit, UnitKind, User


class Command(BaseCommand):
    help = (
        "任命工作人员并给出一次性登录链接，用于新站的第一位考务，或本级考务都进不去的时候。"
        "例：manage.py appoint liwei --name 李伟 --county 云山县"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="姓名；已有这个用户名时不用写")
        parser.add_argument("--role", choices=Role.values, default=Role.OFFICER)
        parser.add_argument("--county", default="", help="县名；还没有时建立")
        parser.add_argument("--unit", default="", help="县以下的单位名称，如 青城镇")
        parser.add_argument("--link-only", action="store_true", help="只发登录链接，不授予角色")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        try:
            with coming_from("manage.py appoint"):
                user = self._person(options, at)
                if not options["link_only"]:
                    unit = self._unit(options, at)
                    grant_role(user=user, role=Role(options["role"]), unit=unit, at=at, actor=None)
                    self.stdout.write(f"{user}：{Role(options['role']).label}，范围 {unit} 及其下级。")
                token = issue_link(user=user, at=at, actor=None)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"登录链接（三天内有效，只能用一次）：{reverse('people:sign_in_link')}#{token}")
        self.stdout.write("请在前面加上本站的网址，当面交给本人。")

    @staticmethod
    def _person(options: dict[str, Any], at: Any) -> User:
        user = User.objects.filter(username=options["username"].lower()).first()
        if user is None:
            if not options["name"]:
                raise CommandError("没有这个用户名；要新建请用 --name 写明姓名。")
            user = create_person(name=options["name"], username=options["username"], at=at, actor=None)
        return user

    @staticmethod
    def _unit(options: dict[str, Any], at: Any) -> Unit:
        if options["unit"]:
            found = list(Unit.objects.filter(name=options["unit"], valid_to__isnull=True)[:2])
            if len(found) != 1:
                raise CommandError(f"叫“{options['unit']}”的单位有{len(found)}个，请到页面上授予。")
            return found[0]
        counties = list(Unit.objects.filter(kind=UnitKind.COUNTY, valid_to__isnull=True))
        named = [unit for unit in counties if not options["county"] or unit.name == options["county"]]
        if len(named) == 1:
            return named[0]
        if not options["county"] or counties:
            raise CommandError("请用 --county 写明县名。")
        return create_unit(name=options["county"], kind=UnitKind.COUNTY, parent=None, at=at, actor=None)
