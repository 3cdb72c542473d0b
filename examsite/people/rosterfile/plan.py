"""A list against the people known: who is new, who moved, who left — before anything is stored.

A row is the same person as somebody known when the user name is; or the name and the telephone number; or the
name (and the note) in the same unit; or the name alone where only one known person and one row have it and
nothing speaks against it. Everything else is a question or a new person; nothing is guessed silently.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .rows import Problem, Row

Outcome = Literal["new", "moved", "added", "changed", "unchanged", "held"]
NEW = "new"


@dataclass(frozen=True, slots=True)
class Belonging:
    """An open membership of somebody known."""

    id: Hashable
    unit: Hashable
    category: str
    establishment: str
    position: str


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody known. `phone` is a digest of the number, as the rows' numbers are given to `make_plan`."""

    id: Hashable
    name: str
    note: str = ""
    username: str = ""
    phone: str = ""
    birth: int | None = None
    rows: tuple[Belonging, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row with its unit and category found; `phone` is a digest or ""."""

    row: Row
    unit: Hashable | None
    category: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done for a row. `person` None means a new one; `same_as`: the key of another row of the
    list that is the same new person. `before`: the membership that ends or changes."""

    key: str
    outcome: Outcome
    wanted: Wanted
    person: Hashable | None = None
    before: Belonging | None = None
    same_as: str = ""
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody known in the list's units and categories whom the list does not name."""

    person: Known
    row: Belonging


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. `questions`: row key → ids of the known people it may be."""

    steps: tuple[Step, ...]
    leavers: tuple[Leaver, ...]
    problems: tuple[Problem, ...]
    questions: Mapping[str, tuple[Hashable, ...]]

    def count(self, outcome: Outcome) -> int:
        return sum(step.outcome == outcome for step in self.steps)


def make_plan(
    wanted: Sequence[Wanted], known: Iterable[Known], *, chosen: Mapping[str, Hashable] | None = None
) -> Plan:
    """Compare the rows with the people known. `chosen`: row key → id of a known person, or NEW."""
    return _Planner(list(known), chosen or {}).plan(wanted)


class _Planner:
    def __init__(self, known: list[Known], chosen: Mapping[str, Hashable]) -> None:
        self.known = {one.id: one for one in known}
        self.chosen = chosen
        self.by_username = {one.username: one for one in known if one.username}
        self.by_name: dict[str, list[Known]] = defaultdict(list)
        for one in known:
            self.by_name[one.name].append(one)
        self.problems: list[Problem] = []
        self.questions: dict[str, tuple[Hashable, ...]] = {}
        self.steps: list[Step] = []

    def plan(self, wanted: Sequence[Wanted]) -> Plan:
        rows, doubles = self._without_doubles(wanted)
        self.names = Counter(one.row.name for one in rows)
        taken: dict[tuple[Hashable, str], str] = {}
        firsts: dict[tuple[Hashable, ...], Wanted] = {}
        for one in rows:
            self.steps.append(self._step(one, taken, firsts))
        self.steps += [Step(one.row.key, "held", one) for one in doubles]
        return Plan(tuple(self.steps), self._leavers(rows), tuple(self.problems), self.questions)

    # -- within the list ------------------------------------------------------------------------------------

    def _without_doubles(self, wanted: Sequence[Wanted]) -> tuple[list[Wanted], list[Wanted]]:
        """Rows to work on, and those held back: the same person twice, same names not told apart."""
        groups: dict[tuple[str, str, Hashable, str], list[Wanted]] = defaultdict(list)
        held: list[Wanted] = []
        for one in wanted:
            if one.unit is None or not one.category:
                held.append(one)
            else:
                groups[one.row.name, one.row.note, one.unit, one.category].append(one)
        rows = []
        for group in groups.values():
            first = group[0]
            rows.append(first)
            for other in group[1:]:
                held.append(other)
                self.problems.append(self._double(first, other))
        order = {one.row.key: index for index, one in enumerate(wanted)}
        self._note_shared_phones(wanted)
        return sorted(rows, key=lambda one: order[one.row.key]), held

    @staticmethod
    def _double(first: Wanted, other: Wanted) -> Problem:
        where = first.row.key.rpartition("!")[2]
        if first.phone and other.phone and first.phone != other.phone:
            words = (
                f"与第{where}行同单位同名，手机号不同：如是两个人，请在“同名区分”列写父名或手机尾号；"
                "如是同一人，请删去一行"
            )
            return Problem(other.row.key, "same_name", words, text=other.row.name)
        words = f"与第{where}行重复（同单位、同名、同类别），只导入一次"
        return Problem(other.row.key, "double", words, "note", text=other.row.name)

    def _note_shared_phones(self, wanted: Sequence[Wanted]) -> None:
        owners: dict[str, dict[str, str]] = defaultdict(dict)
        for one in wanted:
            if one.phone:
                owners[one.phone].setdefault(one.row.name, one.row.key)
        for people in owners.values():
            if len(people) > 1:
                names = "、".join(people)
                words = f"{names}登记了同一个手机号：都会导入，但他们不能用这个手机号登录，请核对"
                self.problems.append(Problem(list(people.values())[-1], "shared_phone", words, "doubtful"))

    # -- against the people known ---------------------------------------------------------------------------

    def _step(
        self, one: Wanted, taken: dict[tuple[Hashable, str], str], firsts: dict[tuple[Hashable, ...], Wanted]
    ) -> Step:
        person, sure = self._match(one)
        if not sure:
            return Step(one.row.key, "held", one)
        if person is None:
            return self._new(one, firsts)
        use = (person.id, one.category)
        if use in taken:
            where = taken[use].rpartition("!")[2]
            words = f"与第{where}行是同一个人、同一类别，但单位不同；请只留一行，或确认是另一个人"
            self._ask(one, [person], words)
            return Step(one.row.key, "held", one)
        taken[use] = one.row.key
        return self._known_step(one, person)

    def _new(self, one: Wanted, firsts: dict[tuple[Hashable, ...], Wanted]) -> Step:
        """A new person; another row of the same one (name and number, or name and unit) is a second
        membership of his."""
        row = one.row
        by_phone, by_unit = (row.name, "phone", one.phone), (row.name, row.note, one.unit)
        first = firsts.get(by_phone) if one.phone else None
        if first is None:
            first = firsts.get(by_unit)
            if first and first.phone and one.phone and first.phone != one.phone:
                first = None
        if first is not None:
            return Step(row.key, "new", one, same_as=first.row.key)
        firsts.setdefault(by_unit, one)
        if one.phone:
            firsts[by_phone] = one
        return Step(row.key, "new", one)

    def _match(self, one: Wanted) -> tuple[Known | None, bool]:
        """(person or None for a new one, whether that is sure)."""
        row = one.row
        if row.key in self.chosen:
            choice = self.chosen[row.key]
            return (None, True) if choice == NEW else (self.known.get(choice), choice in self.known)
        if row.username and row.username in self.by_username:
            person = self.by_username[row.username]
            if person.name == row.name:
                return person, True
            words = f"用户名“{row.username}”是“{person.name}”的，姓名对不上"
            self._ask(one, [person], words)
            return None, False
        named = [
            known for known in self.by_name.get(row.name, []) if not row.note or known.note in ("", row.note)
        ]
        by_phone = [known for known in named if one.phone and known.phone == one.phone]
        if len(by_phone) == 1:
            return by_phone[0], True
        here = [known for known in named if any(belonging.unit == one.unit for belonging in known.rows)]
        here = [known for known in here if known.note == row.note] or here
        if len(here) == 1 and not self._differ(here[0], one):
            return here[0], True
        if not named:
            return None, True
        return self._elsewhere(one, here or named)

    def _elsewhere(self, one: Wanted, people: Sequence[Known]) -> tuple[Known | None, bool]:
        """Somebody of this name is known, but not as here: the same who moved, or another?"""
        possible = [
            known
            for known in people
            if not self._differ(known, one) and not (known.phone and one.phone and known.phone != one.phone)
        ]
        if not possible:
            return None, True
        keys, name = tuple(known.id for known in possible), one.row.name
        same_category = [known for known in possible if self._same_category(known, one)]
        lonely = len(possible) == 1 and self.names[name] == 1
        if lonely and same_category and not one.phone and not possible[0].phone:
            # No number on either side; a single name on both: most likely he moved, but say so.
            words = f"“{name}”原在别处，按调动处理；如是另一个人请改选“新的人”"
            self._doubt(one, "perhaps_moved", words, keys)
            return possible[0], True
        if not same_category and one.phone:
            words = f"已有同名的“{name}”在别处、是别的类别，按新的人处理；如是同一人请改选"
            self._doubt(one, "perhaps_same", words, keys)
            return None, True
        self._ask(one, possible, f"已有同名的“{name}”，请选是哪一位，或选“新的人”")
        return None, False

    def _doubt(self, one: Wanted, code: str, words: str, people: tuple[Hashable, ...]) -> None:
        self.questions[one.row.key] = people
        self.problems.append(Problem(one.row.key, code, words, "doubtful", text=one.row.name))

    @staticmethod
    def _same_category(known: Known, one: Wanted) -> bool:
        return any(belonging.category == one.category for belonging in known.rows)

    @staticmethod
    def _differ(known: Known, one: Wanted) -> bool:
        """Whether note or year of birth say that these are two people. (A number changes now and then.)"""
        return bool(
            (known.note and one.row.note and known.note != one.row.note)
            or (known.birth and one.row.birth and known.birth != one.row.birth)
        )

    def _ask(self, one: Wanted, people: Sequence[Known], words: str) -> None:
        self.questions[one.row.key] = tuple(person.id for person in people)
        self.problems.append(Problem(one.row.key, "who", words, text=one.row.name))

    def _known_step(self, one: Wanted, person: Known) -> Step:
        changes = self._changes(one, person)
        same = next((b for b in person.rows if (b.unit, b.category) == (one.unit, one.category)), None)
        if same is not None:
            row = one.row
            if row.position and row.position != same.position:
                changes.append("position")
            if row.establishment and row.establishment != same.establishment:
                changes.append("establishment")
            outcome: Outcome = "changed" if changes else "unchanged"
            return Step(row.key, outcome, one, person.id, same, changes=tuple(changes))
        elsewhere = [b for b in person.rows if b.category == one.category]
        if len(elsewhere) == 1:
            return Step(one.row.key, "moved", one, person.id, elsewhere[0], changes=tuple(changes))
        return Step(one.row.key, "added", one, person.id, changes=tuple(changes))

    @staticmethod
    def _changes(one: Wanted, person: Known) -> list[str]:
        """What the list knows that we do not; an empty cell never erases anything."""
        pairs = {
            "phone": (one.phone, person.phone),
            "note": (one.row.note, person.note),
            "birth": (one.row.birth, person.birth),
            "username": (one.row.username, person.username),
        }
        return [name for name, (new, old) in pairs.items() if new and new != old]

    def _leavers(self, rows: Sequence[Wanted]) -> tuple[Leaver, ...]:
        """Memberships in the list's categories that no step touches."""
        categories = {one.category for one in rows}
        kept = {step.before.id for step in self.steps if step.before is not None}
        held = {step.key for step in self.steps if step.outcome == "held"}
        asked = {person for key, people in self.questions.items() if key in held for person in people}
        return tuple(
            Leaver(person, belonging)
            for person in self.known.values()
            if person.id not in asked
            for belonging in person.rows
            if belonging.category in categories and belonging.id not in kept
        )


def with_notes(rows: Iterable[Row], notes: Mapping[str, str]) -> list[Row]:
    """The rows with the notes that a person gave to tell same names apart."""
    return [replace(row, note=notes[row.key]) if row.key in notes else row for row in rows]
