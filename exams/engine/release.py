"""When results and keys may be seen. Pure; the only answer to "before release no field tells"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Release:
    """What decides the release of a sitting's results (or of its keys).

    `rule` is the exam's: at_once, at_time, after_window, by_hand. `done_at` is the moment somebody released
    by hand; it opens under every rule. `windows_end` is the latest end of all sittings of the exam, makeups
    included; None while there is no sitting. `not_before` holds the rule back: keys never come out by
    themselves while somebody may still sit the exam.
    """

    rule: str
    at_time: datetime | None
    done_at: datetime | None
    windows_end: datetime | None
    not_before: datetime | None = None


def released_since(
    release: Release, submitted_at: datetime | None, at: datetime, *, withheld: bool = False
) -> datetime | None:
    """Since when an attempt handed in at `submitted_at` is released; None while it is not, at `at`.

    A person whose results are withheld has none under any rule.
    """
    since = release_moment(release, submitted_at)
    return since if since is not None and since <= at and not withheld else None


def release_moment(release: Release, submitted_at: datetime | None) -> datetime | None:
    """When such an attempt is or will be released; None while nobody can say."""
    if submitted_at is None:
        return None
    moment: datetime | None = None
    if release.rule == "at_once":
        moment = submitted_at
    elif release.rule == "at_time":
        moment = release.at_time
    elif release.rule == "after_window":
        moment = release.windows_end
    if moment is not None and release.not_before is not None:
        moment = max(moment, release.not_before)
    moments = [one for one in (moment, release.done_at) if one is not None]
    return min(moments, default=None)
