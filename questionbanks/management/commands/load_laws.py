"""Bring the catalogue of statutes up to a data file, load statute texts, mark items whose law has ended.

manage.py load_laws [--catalogue LAWS.json] [--text FILE…]; without arguments the catalogue that comes with
the site. Exit code 3 when a text could not be placed.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localdate

from examsite.lib import clock
from examsite.lib.errors import DomainError
from questionbanks.domain.editions import edition_for, read_statute_file, store_text
from questionbanks.domain.laws import load_catalogue, mark_stale
from questionbanks.seed.load import law_catalogue


class Command(BaseCommand):
    help = "更新法律目录，导入法律全文，并标出依据已失效的试题"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--catalogue", metavar="LAWS.json", help="目录文件；默认用随站点的目录")
        parser.add_argument("--text", nargs="*", default=[], metavar="FILE", help="法律全文（md、txt、docx）")
        parser.add_argument("--replace", action="store_true", help="已有条文和文件不同时换成文件里的")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        path = options["catalogue"]
        try:
            records = law_catalogue(Path(path)) if path else law_catalogue()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"读不出目录文件：{error}") from error
        count = load_catalogue(records=records, at=at, actor=None)
        self.stdout.write(f"目录里有{count}部法律。")
        failed = 0
        for file in options["text"]:
            try:
                statute = read_statute_file(Path(file).read_bytes(), name=Path(file).name)
                edition = edition_for(statute)
                stored = store_text(
                    edition=edition, statute=statute, at=at, actor=None, replace_changed=options["replace"]
                )
            except OSError as error:
                failed += 1
                self.stderr.write(f"{file}：{error.strerror}")
            except DomainError as error:
                failed += 1
                self.stderr.write(f"{file}：{error.message}")
            else:
                self.stdout.write(
                    f"{file}：{edition}，新增{stored.added}条，更正{stored.changed}条，原有{stored.kept}条。"
                )
                for problem in statute.problems:
                    self.stdout.write(f"  {problem}")
        self.stdout.write(f"{mark_stale(day=localdate(at))}道题新标为可能过时。")
        if failed:
            sys.exit(3)
