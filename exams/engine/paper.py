"""What a form says of its slots, and the paper that one attempt sees.

Made of `Form.paper` alone, which holds no key: nothing on the exam path can tell one.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any
from uuid import UUID

from questionbanks.kinds.base import Shape, WireError
from questionbanks.kinds.registry import KINDS

from .shuffling import choice_ids, choice_order, ids_are_distinct, item_order


@dataclass(frozen=True, slots=True)
class PaperSlot:
    """One slot as the paper has it; `labels` and `texts` run in parallel."""

    code: str
    kind: str
    labels: tuple[str, ...]
    texts: tuple[str, ...]
    pinned: bool
    blanks: int


@dataclass(frozen=True)
class Paper:
    """A form's paper, read once per process; immutable like the form itself."""

    salt: str
    content: Mapping[str, Any]

    @cached_property
    def slots(self) -> dict[str, PaperSlot]:
        """Slot code → slot, in the order of the paper."""
        return {
            slot["slot"]: PaperSlot(
                code=slot["slot"],
                kind=slot["kind"],
                labels=tuple(choice["label"] for choice in slot.get("choices") or ()),
                texts=tuple(choice["text"] for choice in slot.get("choices") or ()),
                pinned=bool(slot.get("pinned")),
                blanks=slot.get("blanks") or 0,
            )
            for section in self.content["sections"]
            for slot in section["slots"]
        }

    @cached_property
    def _contents(self) -> dict[str, Mapping[str, Any]]:
        return {slot["slot"]: slot for section in self.content["sections"] for slot in section["slots"]}

    @cached_property
    def choice_labels(self) -> dict[str, tuple[str, ...]]:
        """Slot code → labels, for the slots that have choices."""
        return {slot.code: slot.labels for slot in self.slots.values() if slot.labels}

    @cached_property
    def units(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """Of each section the runs of codes that stay together: the sub-questions of one material, or one."""

        def run(slot: Mapping[str, Any]) -> tuple[bool, str]:
            group = slot.get("group")
            return (True, group) if group else (False, slot["slot"])

        return tuple(
            tuple(tuple(slot["slot"] for slot in some) for _, some in groupby(section["slots"], run))
            for section in self.content["sections"]
        )

    @property
    def is_shuffled(self) -> bool:
        """Whether every attempt on a screen has an order of items of its own."""
        return bool(self.content.get("shuffled"))

    def _section_orders(self, attempt_id: UUID, printed: bool) -> list[tuple[str, ...]]:
        if printed or not self.is_shuffled:
            return [tuple(code for unit in units for code in unit) for units in self.units]
        return [item_order(self.salt, attempt_id, units) for units in self.units]

    def order_for(self, attempt_id: UUID, *, printed: bool = False) -> tuple[str, ...]:
        """The slot codes in the order in which this attempt's candidate has them.

        Sections keep their order; within one the units are shuffled where the paper says so (see item_order:
        nothing is stored, and any later version computes the same). `printed`: he had the paper in his hands,
        which is one for all.
        """
        return tuple(code for codes in self._section_orders(attempt_id, printed) for code in codes)

    def numbers_for(self, attempt_id: UUID, *, printed: bool = False) -> dict[str, int]:
        """Slot code → 题号, from 1 through all sections, as this attempt's candidate reads it."""
        return {code: number for number, code in enumerate(self.order_for(attempt_id, printed=printed), 1)}

    def fits(self, attempt_id: UUID) -> bool:
        """Whether this attempt id gives every slot distinct choice ids."""
        return ids_are_distinct(self.salt, attempt_id, self.choice_labels)

    def choice_orders(self, rng: random.Random) -> dict[str, str]:
        """Slot code → labels in the order a new attempt shows them."""
        return {
            slot.code: choice_order(slot.kind, slot.labels, slot.pinned, rng)
            for slot in self.slots.values()
            if slot.labels
        }

    def shape(self, attempt_id: UUID, code: str) -> Shape:
        """What the save path must know of a slot; KeyError for an unknown one."""
        slot = self.slots[code]
        ids = choice_ids(self.salt, attempt_id, code, slot.labels)
        return Shape(slot.kind, frozenset(ids.values()), slot.blanks)

    def check_value(self, attempt_id: UUID, code: str, value: Any) -> None:
        """Raise WireError unless `value` is null or a well-formed answer to the slot."""
        if code not in self.slots:
            raise WireError("没有这道题")
        if value is not None:
            KINDS[self.slots[code].kind].check_value(value, self.shape(attempt_id, code))

    def for_attempt(
        self, attempt_id: UUID, orders: Mapping[str, str], *, printed: bool = False
    ) -> dict[str, Any]:
        """The paper as this attempt's candidate sees it: own orders, opaque ids, no labels.

        `orders`: slot code → labels, as stored in the attempt. `printed`: as for `order_for`.
        """
        return {
            "title": self.content["title"],
            "sections": [
                {
                    "title": section["title"],
                    "instructions": section["instructions"],
                    "slots": [self._shown(self._contents[code], attempt_id, orders) for code in codes],
                }
                for section, codes in zip(
                    self.content["sections"], self._section_orders(attempt_id, printed), strict=True
                )
            ],
        }

    def _shown(self, slot: Mapping[str, Any], attempt_id: UUID, orders: Mapping[str, str]) -> dict[str, Any]:
        code = slot["slot"]
        shown = {"slot": code, "kind": slot["kind"], "points": slot["points"], "stem": slot["stem"]}
        if slot.get("choices"):
            labels = self.slots[code].labels
            texts = dict(zip(labels, self.slots[code].texts, strict=True))
            ids = choice_ids(self.salt, attempt_id, code, labels)
            shown["choices"] = [
                {"id": ids[label], "text": texts[label]} for label in orders.get(code) or labels
            ]
        if slot.get("blanks"):
            shown["blanks"] = slot["blanks"]
        if slot.get("material"):
            shown["material"] = slot["material"]
        return shown
