"""manage.py exam_role NAME: the SQL that makes a database role for the processes that serve candidates."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from exams.domain.exam_role import role_statements


class Command(BaseCommand):
    help = "打印 SQL：为只服务考生的进程建立读不到答案的数据库角色（PostgreSQL），由数据库管理员执行"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="角色名，如 exam_web")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        try:
            statements = list(role_statements(name))
        except ValueError as error:
            raise CommandError("角色名只能用小写字母、数字和下划线，且不以数字开头。") from error
        for statement in statements:
            self.stdout.write(f"{statement};")
