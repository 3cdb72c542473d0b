"""manage.py settle [--loop]: close the attempts whose time is over, mark what a crash left unmarked."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.checks import Tags
from django.core.management.base import BaseCommand
from django.db import Error as DatabaseTrouble
from django.db import close_old_connections, connection

from exams.domain.closing import sweep
from exams.domain.stamps import moment

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    # What concerns the database and its safety; the checks of the pages are the server's.
    requires_system_checks = [Tags.database, Tags.security]
    help = "收卷：关闭到时未交的作答，补评已交未评的答卷"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--loop", action="store_true", help="一直运行，直到收到停止信号")
        parser.add_argument("--every", type=float, default=5.0, help="循环间隔（秒），默认5")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["loop"]:
            settled, marked = sweep(at=moment())
            self.stdout.write(f"收卷{settled}份，补评{marked}份。")
            return
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *ignored: stopped.set())
        while not stopped.is_set():
            self.sweep_once()
            stopped.wait(options["every"])

    def sweep_once(self) -> None:
        """One round; a database in trouble costs this round and no more."""
        try:
            settled, marked = sweep(at=moment())
            if settled or marked:
                self.stdout.write(f"收卷{settled}份，补评{marked}份。")
        except DatabaseTrouble:
            logger.exception("a round of settling failed; the next one tries again")
            connection.close()
        finally:
            close_old_connections()
