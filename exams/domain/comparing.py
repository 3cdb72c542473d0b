"""Forms side by side: numbers, difficulty, coverage of laws, shared items, from the items as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean, pstdev
from uuid import UUID

from questionbanks.models import ItemCitation, Law

from ..engine.assembly import expected_facility
from ..engine.headings import plain
from ..models import Form, Slot

NO_LAW = "未注明法律"


@dataclass(frozen=True, slots=True)
class FormFigures:
    """One form. `mean` and `spread` of the expected facility over its items; `expected`: points of the
    average candidate; `laws`: items by law; `kinds`: (title, items, points) by section."""

    form: Form
    items: int
    mean: float
    spread: float
    expected: float
    levels: tuple[int, int, int]
    laws: dict[str, int]
    kinds: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`overlap[a][b]`: items that forms a and b share; `laws`: all law names, the most frequent first."""

    forms: tuple[FormFigures, ...]
    laws: tuple[str, ...]
    overlap: tuple[tuple[int, ...], ...]
    range_mean: float
    range_expected: float


def compare_forms(forms: Sequence[Form]) -> Comparison:
    """Figures of each form and how far they lie apart; three statements."""
    slots = list(
        Slot.objects.filter(form__in=forms)
        .select_related("section", "version__item")
        .order_by("form", "order")
    )
    law_of = first_laws({slot.version_id for slot in slots})
    figures = tuple(
        _figures(form, [one for one in slots if one.form_id == form.pk], law_of) for form in forms
    )
    items = {form.pk: {one.version.item_id for one in slots if one.form_id == form.pk} for form in forms}
    counts: Counter[str] = Counter()
    for one in figures:
        counts.update(one.laws)
    means, expected = [one.mean for one in figures], [one.expected for one in figures]
    return Comparison(
        forms=figures,
        laws=tuple(name for name, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))),
        overlap=tuple(tuple(len(items[a.pk] & items[b.pk]) for b in forms) for a in forms),
        range_mean=max(means) - min(means) if means else 0.0,
        range_expected=max(expected) - min(expected) if expected else 0.0,
    )


def first_laws(versions: set[UUID]) -> dict[UUID, str]:
    """Item version → the short name of the law it is counted under; versions that cite none are left out."""
    found: dict[UUID, str] = {}
    names = {law.pk: law.short for law in Law.objects.all()}
    rows = ItemCitation.objects.filter(version__in=versions).order_by("id")
    for version, law in rows.values_list("version_id", "edition__law_id"):
        found.setdefault(version, names[law])
    return found


def facility_of(slot: Slot) -> float:
    """The expected facility of the item in a slot."""
    item = slot.version.item
    calibrated = None if item.facility is None else float(item.facility)
    return expected_facility(calibrated, item.difficulty)


def _figures(form: Form, slots: Sequence[Slot], law_of: dict[UUID, str]) -> FormFigures:
    items = list({slot.version.item_id: slot for slot in slots}.values())
    facilities = [facility_of(slot) for slot in items]
    sections: dict[str, list[Slot]] = {}
    for slot in slots:
        sections.setdefault(slot.section.title, []).append(slot)
    return FormFigures(
        form=form,
        items=len(items),
        mean=fmean(facilities) if facilities else 0.0,
        spread=pstdev(facilities) if facilities else 0.0,
        expected=sum(float(slot.points) * facility_of(slot) for slot in slots),
        levels=(
            sum(one >= 0.75 for one in facilities),
            sum(0.55 <= one < 0.75 for one in facilities),
            sum(one < 0.55 for one in facilities),
        ),
        laws=dict(Counter(law_of.get(slot.version_id, NO_LAW) for slot in items)),
        kinds=tuple(
            (title, len(rows), plain(sum((one.points for one in rows), Decimal(0))))
            for title, rows in sections.items()
        ),
    )
