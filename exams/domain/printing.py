"""From rows to what is printed: the paper of a form, the people of a sitting."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.timezone import localtime

from questionbanks.domain.items import question_of
from questionbanks.kinds.registry import kind
from questionbanks.models import ItemCitation

from ..engine.headings import numeral, plain
from ..models import Form, Mode, Seat, Sitting
from ..printing.content import Candidate, Occasion, PrintedPaper, PrintedQuestion, PrintedSection
from .form_writing import slots_of

MARK_LENGTH = 8


def printed_paper(form: Form, *, with_keys: bool = False) -> PrintedPaper:
    """The paper of a form; keys, rationales and articles only on request (for the markers)."""
    slots = slots_of(form)
    basis = _basis(slot.version_id for slot in slots) if with_keys else {}
    sections: dict[object, tuple[str, str, list[PrintedQuestion]]] = {}
    told = set()
    for slot in slots:
        whole = question_of(slot.version)
        question = whole if slot.part is None else whole.parts[slot.part]
        material = ""
        if slot.part is not None and slot.version_id not in told:
            told.add(slot.version_id)
            material = whole.stem
        _, _, rows = sections.setdefault(
            slot.section_id,
            (f"{numeral(slot.section.order)}、{slot.section.title}", slot.section.instructions, []),
        )
        rows.append(
            PrintedQuestion(
                number=slot.order,
                kind=slot.kind,
                stem=question.stem,
                points=plain(slot.points),
                choices=tuple((one.label, one.text) for one in question.choices),
                blanks=kind(slot.kind).blank_count(question.key) if question.key is not None else 0,
                material=material,
                key=kind(slot.kind).describe_key(question.key) if with_keys else "",
                rationale=(question.rationale or whole.rationale) if with_keys else "",
                basis=basis.get(slot.version_id, ""),
            )
        )
    return PrintedPaper(
        title=form.title,
        code=form.code,
        total=plain(form.total_points),
        minutes=_duration_s(form) // 60,
        open_book=form.exam.open_book,
        mark=form.digest[:MARK_LENGTH].upper() or "草稿",
        sections=tuple(
            PrintedSection(title, instructions, tuple(rows))
            for title, instructions, rows in sections.values()
        ),
    )


def _duration_s(form: Form) -> int:
    """How long the paper is worked at: as its first sitting says, else its blueprint, else an hour."""
    sitting = form.exam.sittings.order_by("opens_at").first()
    if sitting is not None:
        return sitting.duration_s
    return form.exam.blueprint.duration_s if form.exam.blueprint else 3600


def _basis(versions: Iterable[object]) -> dict[object, str]:
    """Version id → the articles it rests on, in words."""
    found: dict[object, list[str]] = {}
    rows = ItemCitation.objects.filter(version__in=set(versions)).order_by("id")
    for version, law, article in rows.values_list("version_id", "edition__law__short", "article"):
        found.setdefault(version, []).append(f"《{law}》{article}")
    return {version: "；".join(names) for version, names in found.items()}


def occasion_of(sitting: Sitting, *, help_line: str = "") -> Occasion:
    """The sitting as paper names it."""
    return Occasion(
        exam=sitting.exam.title,
        sitting=sitting.title,
        opens_at=localtime(sitting.opens_at),
        closes_at=localtime(sitting.closes_at),
        minutes=sitting.duration_s // 60,
        help_line=help_line,
    )


def candidate_of(seat: Seat) -> Candidate:
    """The person in a seat."""
    entry = seat.entry
    return Candidate(
        name=str(entry.user),
        unit=entry.unit.name,
        number=entry.admission_number,
        room=seat.room.name if seat.room else "",
        seat=str(seat.number or ""),
        form=seat.form.code if seat.form else "",
        mode="" if entry.mode == Mode.ONLINE else entry.get_mode_display(),
    )


def seats_in_order(sitting: Sitting) -> list[Seat]:
    """The seats of a sitting as they are called: by room, then by number."""
    return list(
        sitting.seats.select_related("entry__user", "entry__unit", "room", "form").order_by(
            "room__name", "number", "entry__admission_number"
        )
    )
