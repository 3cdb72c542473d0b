"""What an import would do: the file read again with what was chosen, against the people known now."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID

from examsite.lib.errors import Invalid
from examsite.lib.files.unreadable import Unreadable

from ..models import Category, Membership, PeopleImport, Unit, User
from ..rosterfile.places import Found, Place, Tree
from ..rosterfile.plan import NEW, Belonging, Known, Plan, Wanted, make_plan
from ..rosterfile.reading import read_roster
from ..rosterfile.rows import Problem, Roster, Row
from ..sealed import phone_index, unseal_file
from ..tree import full_names
from .accounts import clean_username

LIKE_ENOUGH = 3  # characters in a row that a category's name and a text must share


@dataclass(frozen=True)
class UnitQuestion:
    """Names in the list that lead to no unit for sure. `chosen`: the id of the unit picked, or ""."""

    text: str
    rows: int
    nearest: tuple[tuple[str, str], ...]
    chosen: str = ""


@dataclass(frozen=True)
class CategoryQuestion:
    """A word for a category in the list, and the category it was taken for ("" = none)."""

    text: str
    rows: int
    chosen: str
    sure: bool


@dataclass(frozen=True)
class Preview:
    """Everything the page shows before anything is stored; `digest` binds the confirmation to it."""

    roster: Roster
    plan: Plan
    problems: tuple[Problem, ...]
    units: tuple[UnitQuestion, ...]
    categories: tuple[CategoryQuestion, ...]
    digest: str

    def summary(self) -> dict[str, int]:
        counts = Counter(step.outcome for step in self.plan.steps)
        names = ("new", "moved", "added", "changed", "unchanged", "held")
        return {"rows": len(self.plan.steps), **{name: counts[name] for name in names}} | {
            "leavers": len(self.plan.leavers)
        }


def preview(run: PeopleImport) -> Preview:
    """Compute the preview. Raises Invalid for a file that is gone or cannot be read."""
    if run.file_sealed is None:
        raise Invalid("file_gone", "名单文件已清除，请重新上传。")
    options = run.options
    columns = {
        sheet: {int(index): field for index, field in chosen.items()}
        for sheet, chosen in options.get("columns", {}).items()
    }
    roster = read_file(unseal_file(run.file_sealed), run.file_name, columns)
    rows = _with_notes(roster.rows, options.get("notes", {}))
    problems = [one for one in roster.problems if not _settled(one, options)]
    units = _Units(run.unit, options.get("units", {}))
    categories = _Categories(roster, options)
    taken = _taken_usernames(rows, run.unit)
    wanted: list[Wanted] = []
    blocked = {one.key for one in problems if one.severity == "broken"}
    for row in rows:
        unit, category = units.find(row), categories.find(row)
        if fault := taken(row):
            problems.append(Problem(row.key, "username", fault, text=row.username))
        elif row.key not in blocked:
            wanted.append(Wanted(row, unit, category, phone_index(row.phone)))
            continue
        wanted.append(Wanted(row, None, "", ""))
    known = known_people(run.unit)
    plan = make_plan(wanted, known, chosen=_chosen_people(options.get("people", {}), known))
    problems += [*units.problems(), *categories.problems(), *plan.problems]
    return Preview(
        roster=roster,
        plan=plan,
        problems=tuple(sorted(problems, key=lambda one: ("broken", "doubtful", "note").index(one.severity))),
        units=units.questions(),
        categories=categories.questions(),
        digest=_digest(plan, options),
    )


def read_file(data: bytes, name: str, columns: Mapping[str, Mapping[int, str]] | None = None) -> Roster:
    """The people of a file; a file that cannot be read is Invalid, with the reason."""
    try:
        roster = read_roster(data, name=name, columns=columns)
    except Unreadable as error:
        raise Invalid(error.code, f"{error.message}。") from error
    if not roster.rows:
        reasons = "；".join(dict.fromkeys(one.message for one in roster.problems[:3]))
        raise Invalid("nobody", f"名单里没有读到人。{reasons}")
    return roster


def _with_notes(rows: Iterable[Row], notes: Mapping[str, str]) -> list[Row]:
    """The rows, with the notes that a person gave to tell same names apart."""
    return [replace(row, note=notes[row.key]) if notes.get(row.key) else row for row in rows]


def _settled(problem: Problem, options: Mapping[str, Any]) -> bool:
    """Whether a choice has settled the problem."""
    return problem.code == "phone" and bool(options.get("drop_phones"))


def _chosen_people(chosen: Mapping[str, str], known: Sequence[Known]) -> dict[str, Any]:
    ids = {str(person.id): person.id for person in known}
    return {key: NEW if value == NEW else ids[value] for key, value in chosen.items() if value in {NEW, *ids}}


def _digest(plan: Plan, options: Mapping[str, Any]) -> str:
    parts = [
        f"{step.key}|{step.outcome}|{step.person}|{step.wanted.unit}|{step.wanted.category}|{step.wanted.row}"
        for step in plan.steps
    ]
    parts += [str(leaver.row.id) for leaver in plan.leavers]
    parts.append(repr(sorted(options.get("leavers", []))))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def known_people(unit: Unit) -> list[Known]:
    """Everybody who belongs or belonged below the unit, with his open memberships there."""
    inside = Membership.objects.filter(unit__path__startswith=unit.path)
    rows: dict[UUID, list[Belonging]] = {}
    open_rows = inside.filter(valid_to__isnull=True)
    for pk, user, *rest in open_rows.values_list(
        "pk", "user", "unit", "category", "establishment", "position"
    ):
        rows.setdefault(user, []).append(Belonging(pk, *rest))
    users = User.objects.filter(
        pk__in=inside.values("user"), merged_into__isnull=True, forgotten_at__isnull=True
    ).values_list("pk", "name", "name_note", "username", "phone_index", "birth_year")
    return [
        Known(pk, name, note, username or "", phone, birth, tuple(rows.get(pk, ())))
        for pk, name, note, username, phone, birth in users
    ]


def _taken_usernames(rows: Sequence[Row], unit: Unit) -> Any:
    """A function that says what is wrong with a row's user name, or None."""
    wanted = Counter(row.username for row in rows if row.username)
    outside = set(
        User.objects.filter(username__in=wanted)
        .exclude(memberships__unit__path__startswith=unit.path)
        .values_list("username", flat=True)
        if wanted
        else []
    )

    def fault(row: Row) -> str | None:
        if not row.username:
            return None
        try:
            clean_username(row.username)
        except Invalid as error:
            return f"用户名“{row.username}”不行：{error.message}"
        if row.username in outside:
            return f"用户名“{row.username}”已被别的单位的人使用"
        return f"用户名“{row.username}”在名单里出现了两次" if wanted[row.username] > 1 else None

    return fault


class _Units:
    """The units below one, by the names of the list; what was chosen for a name counts first."""

    def __init__(self, root: Unit, chosen: Mapping[str, str]) -> None:
        units = list(Unit.objects.filter(path__startswith=root.path, valid_to__isnull=True))
        names = full_names(units)
        self.full = {str(unit.pk): names[unit.pk] for unit in units}
        by_id = {unit.pk: unit for unit in units}
        self.tree = Tree(Place(unit.pk, unit.name, self._above(unit, by_id)) for unit in units)
        self.chosen = {text: unit for text, unit in chosen.items() if unit in self.full}
        self.unsure: dict[str, tuple[Found, list[str]]] = {}

    @staticmethod
    def _above(unit: Unit, by_id: Mapping[UUID, Unit]) -> tuple[str, ...]:
        chain = [UUID(one) for one in unit.path.strip("/").split("/")][:-1]
        return tuple(by_id[one].name for one in chain if one in by_id)

    def find(self, row: Row) -> UUID | None:
        found = self.tree.find(row.place)
        if found.place is not None:
            return found.place.id  # type: ignore[return-value]
        text = " › ".join(row.place)
        self.unsure.setdefault(text, (found, []))[1].append(row.key)
        return UUID(self.chosen[text]) if text in self.chosen else None

    def questions(self) -> tuple[UnitQuestion, ...]:
        return tuple(
            UnitQuestion(
                text,
                len(keys),
                tuple((str(place.id), self.full[str(place.id)]) for place in found.nearest),
                self.chosen.get(text, ""),
            )
            for text, (found, keys) in self.unsure.items()
        )

    def problems(self) -> list[Problem]:
        problems = []
        for text, (found, keys) in self.unsure.items():
            if text in self.chosen:
                continue
            near = "、".join(self.full[str(place.id)] for place in found.nearest[:3])
            words = f"单位“{text}”不在单位树里" if text else "没有写单位"
            words += f"；相近的有：{near}" if near else "；请在上面选定，或先在“单位”里增加"
            problems += [Problem(key, "unit", words, text=text) for key in keys]
        return problems


class _Categories:
    """Categories by the words of the list: a column, else the sheet's name and title, else one for all."""

    def __init__(self, roster: Roster, options: Mapping[str, Any]) -> None:
        self.by_code = {one.code: one.name for one in Category.objects.all()}
        self.chosen = {
            text: code for text, code in options.get("categories", {}).items() if code in self.by_code
        }
        self.titles = {sheet.name: sheet.title for sheet in roster.sheets}
        self.asked: dict[str, tuple[str, bool, list[str]]] = {}

    def find(self, row: Row) -> str:
        sheet = row.key.rpartition("!")[0]
        text = row.category or (f"工作表“{sheet}”" if sheet else "整个名单")
        if text not in self.asked:
            code, sure = (
                self._guess(row.category) if row.category else (self._from(self.titles[sheet]), False)
            )
            self.asked[text] = (self.chosen.get(text, code), sure and text not in self.chosen, [])
        code, _, keys = self.asked[text]
        keys.append(row.key)
        return code

    def _guess(self, text: str) -> tuple[str, bool]:
        exact = [code for code, name in self.by_code.items() if name == text]
        return (exact[0], True) if exact else (self._from(text), False)

    def _from(self, text: str) -> str:
        """The category whose name shares the longest run of characters with the text, if one does."""
        runs = {}
        for code, name in self.by_code.items():
            match = SequenceMatcher(None, name, text, autojunk=False).find_longest_match()
            runs[code] = match.size
        best = max(runs.values(), default=0)
        codes = [code for code, size in runs.items() if size == best]
        return codes[0] if best >= LIKE_ENOUGH and len(codes) == 1 else ""

    def questions(self) -> tuple[CategoryQuestion, ...]:
        return tuple(
            CategoryQuestion(text, len(keys), code, sure) for text, (code, sure, keys) in self.asked.items()
        )

    def problems(self) -> list[Problem]:
        return [
            Problem(key, "category", f"{text}不知是哪类人员，请在上面选定", text=text)
            for text, (code, _, keys) in self.asked.items()
            if not code
            for key in keys
        ]
