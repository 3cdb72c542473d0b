"""One line of the table of routes, and the usual shapes of lines. What they mean is said in routes.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

EVERYBODY = (
    "stranger candidate neighbour officer county other leader "
    "editor reviewer marker invigilator auditor operator"
)
SIGNED_IN = EVERYBODY.removeprefix("stranger ")
OFFICERS = "officer county"
VIEWERS = "officer county leader"


@dataclass(frozen=True)
class R:
    """A route, how it is asked, and the answers."""

    view: str
    args: str = ""
    allow: str = SIGNED_IN
    deny: int | None = None
    ok: int = 200
    method: str = "get"
    data: dict[str, Any] = field(default_factory=dict)
    special: dict[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.view}-{self.method}"


def deed(view: str, args: str = "", **how: Any) -> R:
    """A POST that does something and goes on."""
    return R(view, args, method="post", **{"ok": 302, **how})


def form(view: str, args: str, allow: str, deny: int, **how: Any) -> list[R]:
    """A page that is one form: shown to those who may, refused to the others by both methods."""
    return [R(view, args, allow, deny, **how), R(view, args, allow, deny, method="post", ok=400, **how)]


def call(view: str, args: str, allow: str, deny: int | None, ok: int = 400, **how: Any) -> R:
    """A call of the API that does something; sent empty, so that whoever may is told what is missing."""
    return R(view, args, allow, deny, ok=ok, method="post", **how)


def change(view: str, args: str, allow: str, deny: int, ok: int = 400, **how: Any) -> R:
    """A PUT of the API, sent empty: whoever may is told what is missing."""
    return R(view, args, allow, deny, ok=ok, method="put", **how)


def drop(view: str, args: str, allow: str, deny: int, ok: int = 204, **how: Any) -> R:
    """A DELETE of the API."""
    return R(view, args, allow, deny, ok=ok, method="delete", **how)
