"""Forms (试卷): built by the solver from the exam's blueprint, rebuilt, discarded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from uuid import UUID

from django.db import transaction
from django.db.models import F

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.audit import record
from examsite.people.models import User
from questionbanks.models import Item, ItemVersion

from ..engine.assembly import (
    Assembly,
    Candidate,
    Clash,
    Infeasible,
    Relaxation,
    Request,
    Rule,
    assemble,
    find_clashes,
)
from ..engine.headings import section_instructions, section_title
from ..engine.similarity import near_pairs
from ..models import Attempt, Exam, Form, FormRole, RosterEntry, RosterStatus, Slot
from .blueprints import SectionSpec, sections_of
from .form_writing import SectionPlan, require_draft, slots_of, write_form, write_sections
from .pool import Pool, exposure_of, load_pool, uses_in_exam
from .supply import rules_of

MAX_FORMS = 50
PEOPLE_PER_FORM = 30
NEW_SHARE = 0.7


class CannotAssemble(Conflict):
    """The banks cannot fill the blueprint. `clashes` are the engine's, with relaxations."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        sentences = "；".join(clash.text for clash in clashes)
        nearest = next((one.text for clash in clashes for one in clash.relaxations), "")
        super().__init__(
            "infeasible",
            f"题库不够，没有组卷：{sentences}。" + (f"可以{nearest}。" if nearest else ""),
            clashes=[
                {
                    "text": clash.text,
                    "missing": clash.missing,
                    "ways": [one.text for one in clash.relaxations],
                }
                for clash in clashes
            ],
        )
        self.clashes = tuple(clashes)


@dataclass(frozen=True, slots=True)
class BuiltForms:
    """What was stored, the figures behind it, and what the office should know."""

    forms: tuple[Form, ...]
    assembly: Assembly
    warnings: tuple[str, ...]


@transaction.atomic
def build_forms(
    *,
    exam: Exam,
    forms: int,
    seed: int,
    at: datetime,
    actor: User | None,
    reserves: int = 1,
    cap: int = 1,
    seen_by: Collection[RosterEntry] = (),
) -> BuiltForms:
    """Draft `forms` parallel forms and `reserves` more; unpublished ones of the exam give way to them.

    `cap`: in how many forms of the exam one item may stand, the published ones among them; these do not count
    for people who have sat them. `seen_by`: makeup candidates, of whose
    earlier questions a form takes at most 30 %. Raises Conflict without a blueprint, CannotAssemble when the
    banks do not suffice (nothing is stored then).
    """
    if not 1 <= forms <= MAX_FORMS or not 0 <= reserves <= MAX_FORMS:
        raise Invalid("forms", f"一次可组 1 到 {MAX_FORMS} 套卷。")
    locked = Exam.objects.select_for_update(of=("self",)).select_related("blueprint").get(pk=exam.pk)
    if locked.blueprint is None:
        raise Conflict("no_blueprint", "这场考试还没有选组卷规则，请先在基本设置里选择。")
    sections = sections_of(locked.blueprint)
    exposure = exposure_of(locked.blueprint, at=at, besides=locked)
    pool = load_pool(locked.blueprint.banks.all(), at=at, exposure=exposure)
    request = Request(
        rules=rules_of(sections),
        forms=forms + reserves,
        seed=seed,
        cap=max(cap, 1),
        seen=seen_sets(seen_by),
        seen_share=1 - NEW_SHARE,
        used={} if seen_by else uses_in_exam(locked),
    )
    try:
        assembly = assemble(request, pool.usable, near=NearFinder())
    except Infeasible as error:
        raise CannotAssemble(_with_worn_items(error.clashes, request, pool)) from error
    _discard_drafts(locked)
    codes = free_codes(locked)
    versions = current_versions(one for form in assembly.forms for one in form.items)
    written = [
        write_form(
            exam=locked,
            code=next(codes),
            role=FormRole.MAIN if number < forms else FormRole.RESERVE,
            sections=plan_sections(sections, built.rows, versions, Random(f"{seed}/{number}")),
            at=at,
            actor=actor,
            seed=seed,
            cap=None if seen_by else request.cap,
        )
        for number, built in enumerate(assembly.forms)
    ]
    record(
        action="forms.build",
        target=locked,
        at=at,
        actor=actor,
        unit=locked.unit,
        after={"codes": [form.code for form in written], "seed": seed},
    )
    return BuiltForms(tuple(written), assembly, _warnings(locked, forms, assembly))


def _with_worn_items(clashes: Sequence[Clash], request: Request, pool: Pool) -> list[Clash]:
    """The clashes; where items that were asked too often would do, that is said, too."""
    if not pool.worn:
        return list(clashes)
    left = {rule for clash in find_clashes(request, [*pool.usable, *pool.worn]) for rule in clash.rules}
    way = Relaxation("exposure", "在组卷规则里放宽“同一题两年内最多考几场”")
    return [
        clash if left & set(clash.rules) else replace(clash, relaxations=(way, *clash.relaxations))
        for clash in clashes
    ]


def _warnings(exam: Exam, forms: int, assembly: Assembly) -> tuple[str, ...]:
    found = []
    people = exam.entries.filter(status__in=(RosterStatus.REQUIRED, RosterStatus.DEFERRED)).count()
    if people and forms > 1 and forms > people / PEOPLE_PER_FORM:
        found.append(
            f"应考 {people} 人分 {forms} 套卷，每套不足 {PEOPLE_PER_FORM} 人，"
            f"考后得不到可靠的题目统计；不超过 {max(people // PEOPLE_PER_FORM, 1)} 套为宜。"
        )
    shared = max((n for a, row in enumerate(assembly.overlap) for n in row[a + 1 :]), default=0)
    if shared:
        found.append(f"题库偏小，任意两套卷最多有 {shared} 道相同的题。")
    return tuple(found)


@transaction.atomic
def rebuild_form(*, form: Form, seed: int, at: datetime, actor: User | None) -> Form:
    """Draw a draft anew but for its locked slots; the exam's other forms count against its cap."""
    require_draft(form)
    exam = Exam.objects.select_for_update(of=("self",)).select_related("blueprint").get(pk=form.exam_id)
    if exam.blueprint is None:
        raise Conflict("no_blueprint", "这场考试还没有选组卷规则，请先在基本设置里选择。")
    sections = sections_of(exam.blueprint)
    rules = rules_of(sections)
    exposure = exposure_of(exam.blueprint, at=at, besides=exam)
    pool = load_pool(exam.blueprint.banks.all(), at=at, exposure=exposure)
    slots = slots_of(form)
    locked = {slot.version.item_id for slot in slots if slot.locked}
    # What somebody picked and locked knowing that it was asked often stays.
    usable = [*pool.usable, *(item for item in pool.worn if UUID(item.id) in locked)]
    request = Request(
        rules=rules,
        forms=1,
        seed=seed,
        kept={0: tuple(_kept(rules, slots, {item.id: item for item in usable}))},
        cap=form.cap or 1,
        used=uses_in_exam(exam, besides=form),
    )
    try:
        (built,) = assemble(request, usable, near=NearFinder()).forms
    except Infeasible as error:
        raise CannotAssemble(_with_worn_items(error.clashes, request, pool)) from error
    form.sections.all().delete()
    versions = current_versions(built.items)
    write_sections(
        form, plan_sections(sections, built.rows, versions, Random(f"{seed}/0")), frozenset(locked)
    )
    form.seed, form.built_by, form.built_at = seed, actor, at
    form.total_points = exam.blueprint.total_points
    form.save(update_fields=["seed", "built_by", "built_at", "total_points"])
    record(
        action="form.rebuild",
        target=form,
        at=at,
        actor=actor,
        unit=exam.unit,
        after={"seed": seed, "locked": len(locked)},
    )
    return form


def _kept(
    rules: Sequence[Rule], slots: Sequence[Slot], usable: dict[str, Candidate]
) -> Iterator[tuple[int, str]]:
    """(rule, item) for every locked item: the first rule with room that admits it, else one of its kind."""
    room = {number: rule.count for number, rule in enumerate(rules)}
    for key in dict.fromkeys(str(slot.version.item_id) for slot in slots if slot.locked):
        item = usable.get(key)
        if item is None:
            raise Conflict("not_usable", "锁定的题里有已停用或未审定的，请先解除锁定或换题。")
        fitting = [number for number, rule in enumerate(rules) if rule.admits(item) and room[number]]
        same_kind = [n for n, rule in enumerate(rules) if rule.kind == item.kind and room[n]]
        if not (fitting or same_kind):
            raise Conflict("no_room", "锁定的题比规则要的还多，请先解除几道题的锁定。")
        number = (fitting or same_kind)[0]
        room[number] -= 1
        yield number, key


@transaction.atomic
def discard_form(*, form: Form, at: datetime, actor: User) -> None:
    """Throw away a draft. Raises Conflict for a published form."""
    require_draft(form)
    record(action="form.discard", target=form, at=at, actor=actor, unit=form.exam.unit)
    form.delete()


def _discard_drafts(exam: Exam) -> None:
    exam.forms.filter(published_at__isnull=True).delete()


# --- Pieces of building ------------------------------------------------------------------------------


def free_codes(exam: Exam) -> Iterator[str]:
    """A, B, … Z, AA, AB, …: the codes that the exam has not used."""
    taken = set(exam.forms.values_list("code", flat=True))
    number = 0
    while True:
        number += 1
        code, rest = "", number
        while rest:
            rest, letter = divmod(rest - 1, 26)
            code = chr(ord("A") + letter) + code
        if code not in taken:
            yield code


def current_versions(item_ids: Iterable[str]) -> dict[str, ItemVersion]:
    """Item id → its current version, in one statement."""
    wanted = [UUID(one) for one in set(item_ids)]
    found: dict[str, ItemVersion] = {}
    for start in range(0, len(wanted), 500):
        for version in ItemVersion.objects.filter(
            item__in=wanted[start : start + 500], pk=F("item__current")
        ).select_related("item"):
            found[str(version.item_id)] = version
    return found


def plan_sections(
    sections: Sequence[SectionSpec],
    rows: Sequence[Sequence[str]],
    versions: dict[str, ItemVersion],
    random: Random,
) -> list[SectionPlan]:
    """Section plans with the items of their rows, mixed within the section."""
    plans, number = [], 0
    for spec in sections:
        ids: list[str] = []
        for _ in spec.rows:
            ids += rows[number]
            number += 1
        random.shuffle(ids)
        plans.append(
            SectionPlan(
                title=section_title(spec.title, spec.kind),
                instructions=section_instructions(
                    kind=spec.kind,
                    count=len(ids),
                    points=spec.points,
                    credit_rule=spec.credit_rule,
                    per_choice=spec.per_choice,
                ),
                kind=spec.kind,
                credit_rule=spec.credit_rule,
                per_choice=spec.per_choice,
                entries=tuple((versions[one], spec.points) for one in ids),
            )
        )
    return plans


def seen_sets(entries: Collection[RosterEntry]) -> tuple[frozenset[str], ...]:
    """For each distinct set of forms that these people have started: the items in them."""
    if not entries:
        return ()
    forms: dict[UUID, set[UUID]] = {}
    for entry, form in Attempt.objects.filter(entry__in=entries).values_list("entry_id", "form_id"):
        forms.setdefault(entry, set()).add(form)
    distinct = {frozenset(one) for one in forms.values()}
    items: dict[UUID, set[str]] = {}
    for form, item in Slot.objects.filter(form__in=set().union(*distinct)).values_list(
        "form_id", "version__item_id"
    ):
        items.setdefault(form, set()).add(str(item))
    sets = {frozenset().union(*(items[form] for form in group)) for group in distinct}
    return tuple(sorted(sets, key=sorted))


class NearFinder:
    """Near duplicates among the items of a form: their words are read when first asked for, and kept."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def __call__(self, ids: Sequence[str]) -> list[tuple[str, str]]:
        missing = [UUID(one) for one in ids if one not in self.texts]
        rows = Item.objects.filter(pk__in=missing).values_list("pk", "folded")
        self.texts |= {str(key): folded for key, folded in rows}
        return near_pairs({one: self.texts[one] for one in ids})
