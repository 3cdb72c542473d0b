"""manage.py demo [--world seed|one-fails|one-absent|one-exempt]: the demo world, once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localdate

from exams.demo.history import WORLDS
from exams.demo.town import STAFF
from exams.demo.world import PASSWORD, World, build_world, is_built
from examsite.lib import clock
from questionbanks.domain.laws import mark_stale


class Command(BaseCommand):
    help = "建立演示用的青城镇（数据表先更新到最新；只在空数据库中建立一次，之后不再改动）"
    requires_system_checks: list[str] = []  # the server makes them when it starts

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--world", choices=WORLDS, default=WORLDS[0], help="2022年的四种情形之一")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("演示数据含公开的口令，只能在演示环境（DEBUG=1）中建立。")
        call_command("migrate", verbosity=0, skip_checks=True)
        if is_built():
            self.stdout.write("数据库里已有数据，演示数据没有再建。")
            return
        at = clock.now()
        world = build_world(world=options["world"], at=at)
        mark_stale(day=localdate(at))  # the story is of 2022; what its laws have become since is seen today
        text = _way_in(world)
        (settings.DATA_DIR / "demo.txt").write_text(text, encoding="utf-8")
        self.stdout.write(f"已建立演示数据：{world.town.town}，{options['world']}。")


def _way_in(world: World) -> str:
    """Who to sign in as; {base} is the site's address."""
    lines = [f"  工作人员登录  {{base}}/sign-in    口令都是 {PASSWORD}"]
    lines += [f"    {username:<12}{name}" for username, name, _, _ in STAFF]
    lines += ["", "  考生（手机页面，各试一次；也可在 {base}/enter 输入姓名和六位码）"]
    lines += [
        f"    {{base}}/t/{one.token}    {one.entry.name}（{one.entry.unit}）{one.code}"
        for one in world.present.tickets
    ]
    return "\n".join(lines) + "\n"
