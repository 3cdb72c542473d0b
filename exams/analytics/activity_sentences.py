"""The sentences of the activity register: counts of activities and their audience."""

from __future__ import annotations

from collections.abc import Sequence

from .approximation import Word
from .claims import Claim, Clause, Digits, Refusal, Sentence, quote, say
from .measures import evaluate
from .sentence_facts import (
    INTERNAL_KINDS,
    PUBLIC_KINDS,
    STANDARD,
    ActivityFacts,
    ActivityYear,
    House,
    Place,
    Style,
)

_COUNT_WORDS = (Word.OVER,)
_AUDIENCE_WORDS = (Word.NEARLY, Word.OVER)
_PUBLIC_NAMES = {
    "campaign": "集中普法宣传",
    "lecture": "专题讲座",
    "home_visit": "送法入户",
    "other": "其他普法活动",
}
_NAMES = {
    Style.SEED: {
        **_PUBLIC_NAMES,
        "study_group": "党委理论中心组学法",
        "training": "机关干部法治教育培训",
    },
    Style.VERIFIED: {
        **_PUBLIC_NAMES,
        "study_group": "党委理论学习中心组学法",
        "training": "机关干部法治培训",
    },
}


def activity_sentences(
    year: ActivityYear, style: Style, place: Place | None = None, house: House = STANDARD
) -> list[Claim]:
    """The activities of the year; nothing where the register is empty."""
    own = (place or Place()).own
    public = _named(year, PUBLIC_KINDS)
    internal = _named(year, INTERNAL_KINDS)
    if not public and not internal:
        return []
    if style is Style.VERIFIED:
        return [_verified_activities(year, public, internal, own, house)]
    if year.total.audience and not year.is_exact:
        exact = _verified_activities(year, public, internal, own, house)
        return [
            Refusal(
                "activities.seed",
                "普法受众",
                f"受众人数含估算，概数词须有准确数支撑。请在台账中补准确人数。可写：{quote(exact.text)}",
                exact,
            )
        ]
    claims: list[Claim] = []
    if public:
        parts = _joined(public, year, style, house, "，")
        claims.append(
            say(
                "activities.seed",
                f"{year.year}年以来，{own}开展",
                parts,
                _audience(year, style, house),
                "。",
                notes=_audience_notes(year),
            )
        )
    if internal:
        opening = "全年开展" if public else f"{year.year}年以来，{own}开展"
        claims.append(say("activities.seed", opening, _joined(internal, year, style, house, "，"), "。"))
    return claims


def _verified_activities(
    year: ActivityYear,
    public: Sequence[ActivityFacts],
    internal: Sequence[ActivityFacts],
    own: str,
    house: House,
) -> Sentence:
    first = [*_joined(public, year, Style.VERIFIED, house, "、"), *_audience(year, Style.VERIFIED, house)]
    second = _joined(internal, year, Style.VERIFIED, house, "，")
    return say(
        "activities.verified",
        f"{year.year}年，{own}开展",
        first if public else second,
        ["；", *second] if public and internal else [],
        [] if public else _audience(year, Style.VERIFIED, house),
        "。",
        notes=_audience_notes(year),
    )


def _named(year: ActivityYear, kinds: Sequence[str]) -> list[ActivityFacts]:
    """The activities of these kinds that took place: in the order of the kinds, themes before none."""
    return sorted(
        (one for one in year.activities if one.kind in kinds and one.counts.activities),
        key=lambda one: (kinds.index(one.kind), not one.theme, one.theme),
    )


def _joined(
    activities: Sequence[ActivityFacts], year: ActivityYear, style: Style, house: House, joiner: str
) -> Clause:
    parts: Clause = []
    for one in activities:
        figure = evaluate("activity_count", one.counts)
        text = figure.text()
        if style is Style.SEED:
            text = house.convention.approximate(one.counts.activities, _COUNT_WORDS)
        subject = f"activities:{year.year}:{one.kind}" + (f":{one.theme}" if one.theme else "")
        parts += [
            joiner if parts else "",
            one.theme + _NAMES[style][one.kind],
            Digits(text, figure, subject),
            "次",
        ]
    return parts


def _audience(year: ActivityYear, style: Style, house: House) -> Clause:
    """ "，普法受众近3万人": attendances are 人次 unless de-duplicated or the seed style may say 人."""
    if not year.total.audience:
        return []
    figure = evaluate("activity_audience", year.total)
    text = figure.text()
    as_people = year.is_deduplicated
    if style is Style.SEED:
        text = house.convention.approximate(year.total.audience, _AUDIENCE_WORDS)
        as_people = as_people or house.audience_as_people
    estimated = "" if year.is_exact else "（含估算）"
    subject = f"activities:{year.year}"
    return ["，普法受众", Digits(text, figure, subject), "人" if as_people else "人次", estimated]


def _audience_notes(year: ActivityYear) -> tuple[str, ...]:
    audience = year.total.audience
    if not audience or year.is_deduplicated:
        return ()
    return (f"普法受众{audience}为人次，未按人去重",)
