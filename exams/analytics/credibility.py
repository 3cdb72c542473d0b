"""What stands out in how attempts came about: notes beside a result or a figure, never a verdict.

None of these proves anything: a village may share one telephone, who knows the law answers fast, and two
people may have made the same mistakes by themselves; how likely that is, is not judged. Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something is worth a note.

    `seconds`: a question on average, too little to read it. `shared_by`: people on one device. `same_wrong`:
    wrong answers that must be the same before equal sheets mean anything. `together`, `together_share`:
    people, and their part of all, who hand in within one minute.
    """

    seconds: float = 3
    shared_by: int = 3
    same_wrong: int = 3
    together: int = 10
    together_share: float = 0.5


@dataclass(frozen=True, slots=True)
class Trace:
    """How one attempt came about. `sheet` is its whole answer in letters, "" where it was not read; `wrong`
    counts the questions answered wrongly (an empty answer is none).

    `is_own`: handed in by the person, on a screen, without help. `devices`: marks of the tabs and browsers
    that held it.
    """

    attempt: str
    person: str
    form_id: str
    started_at: datetime
    submitted_at: datetime
    devices: frozenset[str]
    questions: int
    is_own: bool
    sheet: str = ""
    wrong: int = 0

    @property
    def seconds(self) -> float:
        return (self.submitted_at - self.started_at).total_seconds()


class Sign(StrEnum):
    """What a note is about."""

    SPEED = "speed"
    DEVICE = "device"
    SHEET = "sheet"


# Those that tell nothing about answers or points: an invigilator may read them.
WITHOUT_ANSWERS = (Sign.SPEED, Sign.DEVICE)


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to look at beside one attempt; `others` are the attempts it shares it with."""

    sign: Sign
    text: str
    others: tuple[str, ...] = ()


def notes_by_attempt(traces: Sequence[Trace], limits: Limits) -> dict[str, tuple[Note, ...]]:
    """Attempt → its notes; attempts without any are left out."""
    found: dict[str, list[Note]] = defaultdict(list)
    for one in traces:
        if _is_fast(one, limits):
            text = f"{one.questions}题用时{_length(one.seconds)}，平均每题不到{limits.seconds:g}秒"
            found[one.attempt].append(Note(Sign.SPEED, text))
    people = {one.attempt: one.person for one in traces}
    by_device = _by_device(traces)
    for one in traces:
        others = {each.attempt for name in one.devices for each in by_device[name]}
        mates = _others(one, others, people)
        count = len({people[each] for each in mates}) + 1
        if count >= limits.shared_by:
            text = f"同一设备上共有{count}人作答"
            found[one.attempt].append(Note(Sign.DEVICE, text, mates))
    for group in _equal_sheets(traces, limits):
        for one in group:
            mates = _others(one, {each.attempt for each in group}, people)
            count = len({people[each] for each in mates})
            text = f"答卷与另外{count}人完全相同，其中答错的{one.wrong}题也错得一样"
            found[one.attempt].append(Note(Sign.SHEET, text, mates))
    return {attempt: tuple(notes) for attempt, notes in found.items()}


def credibility_notes(traces: Sequence[Trace], limits: Limits) -> list[str]:
    """Sentences for the leader beside the figure of a whole group, empty where nothing stands out."""
    own = [one for one in traces if one.is_own]
    notes = []
    fast = len({one.person for one in own if _is_fast(one, limits)})
    if fast:
        notes.append(f"{fast}人平均每题用时不到{limits.seconds:g}秒")
    groups = [{one.person for one in group} for group in _by_device(own).values()]
    shared = [group for group in groups if len(group) >= limits.shared_by]
    if shared:
        everybody, most = len(set().union(*shared)), max(len(group) for group in shared)
        notes.append(f"{everybody}人与他人共用设备作答（同一设备最多{most}人）")
    same = len({one.person for group in _equal_sheets(traces, limits) for one in group})
    if same:
        notes.append(f"{same}人的答卷与他人完全相同，包括至少{limits.same_wrong}道错题")
    minutes = Counter(one.submitted_at.replace(second=0, microsecond=0) for one in own)
    most_at_once = max(minutes.values(), default=0)
    if most_at_once >= limits.together and most_at_once >= limits.together_share * len(own):
        notes.append(f"{most_at_once}人在同一分钟内交卷")
    return notes


def _is_fast(one: Trace, limits: Limits) -> bool:
    return one.is_own and one.seconds < limits.seconds * one.questions


def _by_device(traces: Sequence[Trace]) -> Mapping[str, list[Trace]]:
    found: dict[str, list[Trace]] = defaultdict(list)
    for one in traces:
        for name in one.devices:
            found[name].append(one)
    return found


def _others(one: Trace, attempts: Collection[str], people: Mapping[str, str]) -> tuple[str, ...]:
    """The attempts of other people among these."""
    return tuple(sorted(each for each in attempts if people[each] != one.person))


def _equal_sheets(traces: Sequence[Trace], limits: Limits) -> list[list[Trace]]:
    """Groups of at least two people who gave the same answers to the same form, enough of them wrong."""
    groups: dict[tuple[str, str], list[Trace]] = defaultdict(list)
    for one in traces:
        if one.sheet and one.wrong >= limits.same_wrong:
            groups[one.form_id, one.sheet].append(one)
    return [group for group in groups.values() if len({one.person for one in group}) > 1]


def _length(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}分{rest}秒" if minutes else f"{rest}秒"
