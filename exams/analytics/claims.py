"""What the templates return: a sentence whose every digit is tied to a figure, or a refusal that explains.

A template never returns a doubtful sentence: where a word of it is not true there is a Refusal, with the
fact, the people to look at and, where something true can be said instead, that sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .measures import Figure

MOST_UNITS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Words:
    """Text that may be rephrased freely."""

    text: str


@dataclass(frozen=True, slots=True)
class Digits:
    """A number in a sentence: what is printed, the figure behind it, and whose it is.

    `subject` names the counts: "exam:<id>", "activities:2022:campaign", "topic:<name>" … A round word
    ("100余") or a difference keeps the figure that it is taken from.
    """

    text: str
    figure: Figure
    subject: str


Segment = Words | Digits
Part = str | Segment
Clause = list[Part]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One true sentence. `notes` must stand beside its rates (late additions, exemptions, …)."""

    template: str
    segments: tuple[Segment, ...]
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(one.text for one in self.segments)

    @property
    def digits(self) -> tuple[Digits, ...]:
        """The clickable numbers, in order."""
        return tuple(one for one in self.segments if isinstance(one, Digits))


@dataclass(frozen=True, slots=True)
class Pointer:
    """Whom to look at: a roster entry ("" for a unit as a whole), its unit, and why, without names."""

    entry_id: str
    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a template says nothing. `fact` quotes the words that do not hold."""

    template: str
    fact: str
    message: str
    alternative: Sentence | None = None
    who: tuple[Pointer, ...] = ()


Claim = Sentence | Refusal


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The claims of a report in their order."""

    claims: tuple[Claim, ...]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(one for one in self.claims if isinstance(one, Sentence))

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        return tuple(one for one in self.claims if isinstance(one, Refusal))

    @property
    def text(self) -> str:
        """What is true as it stands; the refused sentences are missing."""
        return "".join(one.text for one in self.sentences)

    @property
    def honest(self) -> Paragraph:
        """The same report with the honest sentences in place of the refused ones."""
        replaced = (one if isinstance(one, Sentence) else one.alternative for one in self.claims)
        return Paragraph(tuple(one for one in replaced if one is not None))


def say(template: str, *parts: Part | Sequence[Part], notes: tuple[str, ...] = ()) -> Sentence:
    """A sentence from words, digits and clauses; neighbouring words become one segment."""
    segments: list[Segment] = []
    for part in parts:
        for one in [part] if isinstance(part, str | Words | Digits) else part:
            segment = Words(one) if isinstance(one, str) else one
            before = segments[-1] if segments else None
            if isinstance(segment, Words) and isinstance(before, Words):
                segments[-1] = Words(before.text + segment.text)
            elif segment.text:
                segments.append(segment)
    return Sentence(template, tuple(segments), notes)


def quote(text: str) -> str:
    """The text in full-width quotes, quotes inside it made single."""
    return "“" + text.replace("“", "‘").replace("”", "’") + "”"


def where_to_look(who: Iterable[Pointer]) -> str:
    """ "涉及：东风村1人（缺考）、西山村2人（不合格）。", or "" for nobody; units only, never names."""
    counts = Counter((one.unit, one.reason) for one in who)
    if not counts:
        return ""
    named = [
        f"{unit}{number}人（{reason}）" for (unit, reason), number in counts.most_common(MOST_UNITS_NAMED)
    ]
    units = len({unit for unit, _ in counts})
    more = f"等{units}个单位" if len(counts) > MOST_UNITS_NAMED else ""
    return f"涉及：{'、'.join(named)}{more}。"
