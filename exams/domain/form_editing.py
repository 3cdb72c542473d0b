"""Forms by hand: pick, replace with an equivalent, order, lock — on drafts only, each deed in the audit log.

The slots of one case group are one unit: they are replaced, moved and locked together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.audit import record
from examsite.people.models import User
from questionbanks.domain.laws import ended_reasons, items_of_law_in_force
from questionbanks.models import Item, ItemState

from ..engine.assembly import Candidate
from ..models import Exam, Form, Slot
from .form_writing import parts_of, require_draft, slots_of, unused_code
from .forms import NearFinder
from .pool import exposure_of, load_pool, uses_in_exam

# An equivalent item may be this much easier or harder.
EQUIVALENT = 0.1


@transaction.atomic
def replace_item(*, slot: Slot, at: datetime, actor: User, item: Item | None = None) -> Slot:
    """Put `item` into the slot, or the nearest equivalent: same kind, law and level, like difficulty.

    Raises Conflict when nothing equivalent is left, Invalid for an item that does not fit the slot or stands
    in as many other forms of the exam as the cap of this one allows.
    """
    form = _locked_form(slot)
    slots = slots_of(form)
    group = _group(slots, slot)
    if item is None:
        item = _equivalent(form, slots, group[0], at)
    else:
        _require_fitting(slots, group[0], item, at)
        _require_below_cap(form, item)
    before = group[0].version.item
    _put(form, slots, group, item)
    _record(
        form, "form.replace", at, actor, group[0], before={"item": str(before)}, after={"item": str(item)}
    )
    return form.slots.get(order=group[0].order)


@transaction.atomic
def refresh_item(*, slot: Slot, at: datetime, actor: User) -> None:
    """Take the item's newest approved version instead of the one that was current at the building."""
    form = _locked_form(slot)
    slots = slots_of(form)
    group = _group(slots, slot)
    item = group[0].version.item
    if item.current_id == group[0].version_id:
        raise Conflict("current", f"第 {group[0].order} 题已是最新版本。")
    if item.state != ItemState.APPROVED:
        raise Conflict("not_approved", f"第 {group[0].order} 题的新版本还没有审定。")
    _put(form, slots, group, item)
    _record(form, "form.refresh", at, actor, group[0], after={"item": str(item)})


@transaction.atomic
def lock_item(*, slot: Slot, locked: bool, at: datetime, actor: User) -> None:
    """Keep a slot when the rest of the form is drawn anew, or let it go again."""
    form = _locked_form(slot)
    group = _group(slots_of(form), slot)
    Slot.objects.filter(pk__in=[one.pk for one in group]).update(locked=locked)
    _record(form, "form.lock" if locked else "form.unlock", at, actor, group[0])


@transaction.atomic
def move_item(*, slot: Slot, steps: int, at: datetime, actor: User) -> None:
    """Move an item up (negative) or down within its section; at the end of the section it stays."""
    form = _locked_form(slot)
    slots = slots_of(form)
    section = [one for one in slots if one.section_id == slot.section_id]
    units = _units(section)
    place = next(number for number, unit in enumerate(units) if slot.pk in {one.pk for one in unit})
    target = min(max(place + steps, 0), len(units) - 1)
    if target == place:
        return
    units.insert(target, units.pop(place))
    first = section[0].order
    _number(form, [one for unit in units for one in unit], first)
    _record(form, "form.move", at, actor, slot, after={"steps": target - place})


def pickable(form: Form, slot: Slot, text: str = "", *, at: datetime, limit: int = 50) -> list[Item]:
    """Approved items of the slot's kind, their law in force, that the form has not; `text` is in the stem.

    Those at the cap in the exam's other forms are left out.
    """
    banks = form.exam.blueprint.banks.all() if form.exam.blueprint else []
    kind = slot.version.item.kind
    used = form.slots.values("version__item")
    others = {} if form.cap is None else uses_in_exam(form.exam, besides=form)
    rows = (
        items_of_law_in_force(Item.objects.filter(bank__in=banks, kind=kind), localdate(at))
        .filter(state=ItemState.APPROVED)
        .exclude(pk__in=used)
        .exclude(pk__in=[item for item, forms in others.items() if forms >= (form.cap or 1)])
        .select_related("current", "topic")
        .order_by("bank_id", "number")
    )
    if text.strip():
        rows = rows.filter(current__content__stem__icontains=text.strip())
    return list(rows[:limit])


# --- Pieces ------------------------------------------------------------------------------------------


def _locked_form(slot: Slot) -> Form:
    """The draft, locked; its exam first, so that no two drafts take the same last use of an item."""
    Exam.objects.select_for_update(of=("self",), no_key=True).filter(forms=slot.form_id).order_by(
        "pk"
    ).first()
    form = (
        Form.objects.select_for_update(of=("self",))
        .select_related("exam__unit", "exam__blueprint")
        .get(pk=slot.form_id)
    )
    require_draft(form)
    return form


def _units(slots: Sequence[Slot]) -> list[list[Slot]]:
    """The slots in units: single ones, and the parts of a case together."""
    units: list[list[Slot]] = []
    for slot in slots:
        if slot.part and units and units[-1][0].version_id == slot.version_id:
            units[-1].append(slot)
        else:
            units.append([slot])
    return units


def _group(slots: Sequence[Slot], slot: Slot) -> list[Slot]:
    return next(unit for unit in _units(slots) if slot.pk in {one.pk for one in unit})


def _equivalent(form: Form, slots: Sequence[Slot], slot: Slot, at: datetime) -> Item:
    blueprint = form.exam.blueprint
    if blueprint is None:
        raise Conflict("no_blueprint", "这场考试没有组卷规则，请手工选题。")
    exposure = exposure_of(blueprint, at=at, besides=form.exam)
    pool = load_pool(blueprint.banks.all(), at=at, exposure=exposure)
    usable = {UUID(item.id): item for item in pool.usable}
    old = usable.get(slot.version.item_id) or _candidate_of(slot, at)
    held = {one.version.item_id for one in slots}
    elsewhere = uses_in_exam(form.exam, besides=form)
    enemies = frozenset().union(
        *(usable[key].enemies for key in held if key in usable and key != slot.version.item_id)
    )
    alike = [
        (elsewhere.get(item.id, 0), abs(item.facility - old.facility), item.used, item.id)
        for key, item in usable.items()
        if key not in held
        and elsewhere.get(item.id, 0) < (form.cap or 1)
        and item.kind == old.kind
        and item.stratum == old.stratum
        and item.level == old.level
        and abs(item.facility - old.facility) <= EQUIVALENT
        and not item.enemies & enemies
    ]
    rest = [str(key) for key in held if key != slot.version.item_id]
    near = NearFinder()
    for *_, key in sorted(alike):
        if not any(key in pair for pair in near([*rest, key])):
            return Item.objects.select_related("current").get(pk=key)
    raise Conflict(
        "no_equivalent", f"题库里没有与第 {slot.order} 题题型、法律、难度都相当的题，请手工选一道。"
    )


def _candidate_of(slot: Slot, at: datetime) -> Candidate:
    """A retired or stale item as it was: enough to find its like."""
    item = slot.version.item
    pool = load_pool([item.bank], at=at)
    for one in (*pool.usable, *pool.waiting, *pool.stale):
        if one.id == str(item.pk):
            return one
    raise Conflict("no_equivalent", f"第 {slot.order} 题已停用，请手工选一道替换。")


def _require_fitting(slots: Sequence[Slot], slot: Slot, item: Item, at: datetime) -> None:
    if item.kind != slot.version.item.kind:
        raise Invalid("kind", "替换的题要与原题题型相同。")
    ended = ended_reasons(day=localdate(at), items=[item.pk])
    if item.state != ItemState.APPROVED or item.stale_reason or ended:
        raise Invalid("not_approved", "只能选已审定、未过时的题。")
    if item.pk in {one.version.item_id for one in slots}:
        raise Invalid("double", "这道题已在本卷上。")
    near = NearFinder()
    rest = [str(one.version.item_id) for one in slots if one.version.item_id != slot.version.item_id]
    for a, b in near([*dict.fromkeys(rest), str(item.pk)]):
        if str(item.pk) in (a, b):
            raise Invalid("near", "这道题与卷上另一题相近或互为反问，不能同卷。")


def _require_below_cap(form: Form, item: Item) -> None:
    others = form.exam.forms.exclude(pk=form.pk).filter(slots__version__item=item).distinct().order_by("code")
    if form.cap is not None and len(others) >= form.cap:
        names = "、".join(str(one) for one in others)
        raise Invalid("cap", f"这道题已在{names}上；组卷时定的是同一题最多用在 {form.cap} 套卷里，请换一道。")


def _put(form: Form, slots: Sequence[Slot], group: Sequence[Slot], item: Item) -> None:
    """The item's slots in place of the group's, the points of the whole unchanged."""
    version = item.current
    total = sum(one.points for one in group)
    place = slots.index(group[0])
    fresh = [
        Slot(
            form=form,
            section=group[0].section,
            order=0,
            code=unused_code({one.code for one in slots}),
            version=version,
            part=part,
            kind=kind,
            points=points,
            locked=group[0].locked,
        )
        for part, kind, points in parts_of(version, total)
    ]
    for number, slot in enumerate(fresh):  # an item of the same shape keeps the codes
        if number < len(group):
            slot.code = group[number].code
    Slot.objects.filter(pk__in=[one.pk for one in group]).delete()
    after = list(slots[place + len(group) :])
    if len(fresh) != len(group):
        _number(form, after, group[0].order + len(fresh))
    for number, slot in enumerate(fresh):
        slot.order = group[0].order + number
    Slot.objects.bulk_create(fresh)


def _number(form: Form, slots: Sequence[Slot], first: int) -> None:
    """Number slots on from `first`; by way of numbers nobody has, for an order stands once in a form."""
    keys = [slot.pk for slot in slots]
    Slot.objects.filter(pk__in=keys).update(order=F("order") + 10_000)
    for number, slot in enumerate(slots):
        slot.order = first + number
    Slot.objects.bulk_update(slots, ["order"])


def _record(
    form: Form, action: str, at: datetime, actor: User, slot: Slot,
    before: dict[str, object] | None = None, after: dict[str, object] | None = None,
) -> None:  # fmt: skip
    record(
        action=action,
        target=form,
        at=at,
        actor=actor,
        unit=form.exam.unit,
        before=before,
        after={"question": slot.order, **(after or {})},
    )
