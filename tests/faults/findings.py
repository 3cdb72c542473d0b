"""What a check comes to: how much was looked at, and what was found wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from .exported import Exported
from .observed import Observed

TITLES = {
    "I0": "the run itself is sound",
    "I1a": "acknowledged is never lost",
    "I1b": "what was marked is the newest answer",
    "I1c": "nothing invented, nothing altered",
    "I1d": "what was refused is not in the log",
    "I1e": "marks rest on the fold of the log",
    "I2": "received in time, by the server's clock",
    "I2a": "nothing acknowledged that was sent too late",
    "I2b": "nobody is late by the server's slowness",
    "I2t": "time stamps are true",
    "I3": "one active mark each, none for open attempts",
    "I4": "marks equal an independent marking",
    "I6": "nobody sees what is not his, or a key too early",
    "I7": "one attempt, one deadline",
    "I8": "the log stands still after the close",
    "I9": "phone, receipt and log agree",
    "I10": "a resumed page never shows older answers",
    "I11": "everything drains, closes and is marked",
    "I12": "every claim and extension is on record once",
    "I13": "everybody had the time granted",
    "I14": "no server errors once the faults are over",
    "I16": "what came late is kept",
}


@dataclass
class Findings:
    """`checked` counts what was looked at, by invariant; `wrong` tells what was found."""

    checked: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def expect(self, invariant: str, holds: bool, text: Callable[[], str] | str) -> None:
        """Count one look at an invariant, and note the text where it does not hold."""
        self.checked[invariant] += 1
        if not holds:
            self.wrong[invariant].append(text if isinstance(text, str) else text())

    @property
    def violated(self) -> list[str]:
        """The invariants that were broken, apart from the soundness of the run itself."""
        return [name for name in TITLES if name != "I0" and self.wrong.get(name)]

    @property
    def verdict(self) -> str:
        """ "violated", "invalid" (the run proves nothing) or "passed"."""
        if any(text.startswith("clock") for text in self.wrong.get("I0", [])):
            return "invalid"
        if self.violated:
            return "violated"
        return "invalid" if self.wrong.get("I0") else "passed"


Rule = Callable[[Observed, Exported, Findings], None]
