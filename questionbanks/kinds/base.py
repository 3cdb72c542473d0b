"""What an item is: the neutral dataclasses and the contract that every kind (题型) fulfils.

Pure: no Django, no I/O. Everything that reads files produces these objects, everything that stores,
shows or marks items consumes them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, ClassVar

__all__ = [
    "Answer",
    "Blanks",
    "Choice",
    "Citation",
    "Defect",
    "Key",
    "Kind",
    "ModelAnswer",
    "Question",
    "RubricPoint",
    "WireError",
    "replace",
]


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a choice item. `label` is the letter of the source ("A"), `text` what is shown."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Blanks:
    """Key of a 填空 item: for each blank, in order, the accepted texts.

    `any_order`: the blanks may be filled in any order (each accepted set is used at most once).
    """

    accepted: tuple[tuple[str, ...], ...]
    any_order: bool = False


@dataclass(frozen=True, slots=True)
class RubricPoint:
    """One 采分点 of a model answer. `points` is None where the source gives no split."""

    text: str
    points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """Key of a 简答 item: the model answer and, where known, its scoring points."""

    text: str
    rubric: tuple[RubricPoint, ...] = ()


# Key by kind: choice kinds a sorted tuple of labels; 判断 bool; 填空 Blanks; 简答 ModelAnswer;
# 案例 None (its parts have keys).
Key = tuple[str, ...] | bool | Blanks | ModelAnswer | None

# Answer by kind, labels already resolved from the ids on the wire: choice kinds a tuple of labels;
# 判断 bool; 填空 a tuple of texts; 简答 str; None = not answered.
Answer = tuple[str, ...] | bool | str | None


@dataclass(frozen=True, slots=True)
class Citation:
    """The article an item rests on. `quote`: the words of the article that the key turns on."""

    law: str
    edition: str = ""  # date of the edition, ISO, where known
    article: str = ""  # "第十三条"
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One item, free of any file format and of the database.

    A case group (材料题) has its shared text in `stem` and its sub-questions in `parts`; they have no
    parts of their own. `pinned`: the choices must keep their order ("以上都对"). `where` names the place
    in the source, unique in its file; `number` is the source's own number, as text.
    """

    kind: str
    stem: str
    choices: tuple[Choice, ...] = ()
    key: Key = None
    rationale: str = ""
    parts: tuple[Question, ...] = ()
    pinned: bool = False
    points: Decimal | None = None
    difficulty: int | None = None  # 1 易, 2 中, 3 难
    topic: str = ""
    audience: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    source: str = ""
    number: str = ""
    where: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(choice.label for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Defect:
    """Why an item cannot be used as it stands. `code` is stable, `message` is for the office (Chinese)."""

    code: str
    message: str
    fix: str = ""


class WireError(ValueError):
    """A value from a phone that does not have the shape its kind asks for."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the save path must know of a slot to refuse malformed values: no text, no key."""

    kind: str
    choice_ids: frozenset[str] = field(default_factory=frozenset)
    blanks: int = 0


class Kind(ABC):
    """The contract of a kind. One stateless object a kind; found through `registry.kind(code)`."""

    code: ClassVar[str]
    label: ClassVar[str]  # the Chinese name on pages and papers
    has_choices: ClassVar[bool] = False
    machine_marked: ClassVar[bool] = True
    asks_people: ClassVar[bool] = False  # some answers cannot be marked by a machine
    credit_rules: ClassVar[tuple[str, ...]] = ("all",)

    @abstractmethod
    def defects(self, question: Question) -> list[Defect]:
        """Everything that keeps `question` from being asked and marked; empty when it is sound."""

    @abstractmethod
    def check_value(self, value: Any, shape: Shape) -> None:
        """Raise WireError unless `value` (never None) is a well-formed answer on the wire."""

    @abstractmethod
    def points(
        self, key: Key, answer: Answer, possible: Decimal, rule: str, per_choice: Decimal
    ) -> Decimal | None:
        """Points for `answer`, 0 ≤ points ≤ possible; None when a person must decide."""

    def resolve(self, value: Any, labels: Mapping[str, str]) -> Answer:
        """The answer behind a wire value; `labels` maps this attempt's choice ids to labels."""
        return value  # type: ignore[no-any-return]

    @abstractmethod
    def key_to_json(self, key: Key) -> Any:
        """The key as JSON data (see codec.py for the envelope)."""

    @abstractmethod
    def key_from_json(self, data: Any) -> Key:
        """Inverse of `key_to_json`."""

    @abstractmethod
    def describe_key(self, key: Key) -> str:
        """The key as people write it: "A、C", "正确", "十五日；15日"."""

    def describe_answer(self, answer: Answer) -> str:
        """An answer as people write it; "（未答）" for None."""
        if answer is None or answer == () or answer == "":
            return "（未答）"
        return str(answer)

    def blank_count(self, key: Key) -> int:
        """How many blanks a candidate sees; 0 for every kind but 填空."""
        return 0
