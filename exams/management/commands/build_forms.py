"""Build parallel draft forms of an exam: manage.py build_forms --exam ID --forms K --seed N [--json FILE]."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from examsite.lib import clock
from examsite.lib.errors import DomainError

from ...domain.comparing import FormFigures, compare_forms, facility_of, first_laws
from ...domain.form_writing import slots_of
from ...domain.forms import BuiltForms, build_forms
from ...engine.headings import plain
from ...models import Exam, Form


class Command(BaseCommand):
    help = "Build K parallel draft forms of an exam with the solver; same seed, same forms."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--exam", required=True, type=UUID, help="id of the exam")
        parser.add_argument("--forms", required=True, type=int, help="how many main forms")
        parser.add_argument("--reserves", type=int, default=0, help="how many reserve forms besides")
        parser.add_argument("--seed", required=True, type=int)
        parser.add_argument("--cap", type=int, default=1, help="in how many forms one item may stand")
        parser.add_argument("--json", type=Path, help="write forms, items and objective values to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        exam = Exam.objects.filter(pk=options["exam"]).first()
        if exam is None:
            raise CommandError(f"没有编号为 {options['exam']} 的考试。")
        try:
            built = build_forms(
                exam=exam,
                forms=options["forms"],
                reserves=options["reserves"],
                seed=options["seed"],
                cap=options["cap"],
                at=clock.now(),
                actor=None,
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        for form, figures in zip(built.forms, built.assembly.forms, strict=True):
            self.stdout.write(
                f"{form} {form.get_role_display()}：{len(figures.items)} 题，平均难度 {figures.mean:.4f}，"
                f"离散 {figures.spread:.4f}，预计平均分 {figures.expected:.2f}"
            )
        for warning in built.warnings:
            self.stderr.write(warning)
        if options["json"]:
            report = described(built, options["seed"])
            options["json"].write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")


def described(built: BuiltForms, seed: int) -> dict[str, Any]:
    """Forms with their items, and what they are judged by. `difficulty` is the expected facility 0..1."""
    comparison = compare_forms(built.forms)
    means = [one.mean for one in built.assembly.forms]
    spreads = [one.spread for one in built.assembly.forms]
    expected = [one.expected for one in built.assembly.forms]
    return {
        "seed": seed,
        "target": {"mean": built.assembly.target_mean, "spread": built.assembly.target_spread},
        "objective": {
            "range_mean": max(means) - min(means),
            "range_spread": max(spreads) - min(spreads),
            "range_expected_points": max(expected) - min(expected),
            "greatest_overlap": max(
                (n for a, row in enumerate(comparison.overlap) for n in row[a + 1 :]), default=0
            ),
            "overlap": [list(row) for row in comparison.overlap],
        },
        "warnings": list(built.warnings),
        "forms": [_form(form, figures) for form, figures in zip(built.forms, comparison.forms, strict=True)],
    }


def _form(form: Form, figures: FormFigures) -> dict[str, Any]:
    slots = slots_of(form)
    laws = first_laws({slot.version_id for slot in slots})
    return {
        "code": form.code,
        "role": form.role,
        "mean": figures.mean,
        "spread": figures.spread,
        "expected_points": figures.expected,
        "laws": figures.laws,
        "items": [
            {
                "number": slot.order,
                "item": str(slot.version.item_id),
                "part": slot.part,
                "section": slot.section.order,
                "kind": slot.kind,
                "topic": slot.version.item.topic.name if slot.version.item.topic else "",
                "law": laws.get(slot.version_id, ""),
                "difficulty": facility_of(slot),
                "points": plain(slot.points),
            }
            for slot in slots
        ],
    }
