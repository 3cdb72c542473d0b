"""The sentences of one exam, in the short and in the verified style."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..engine.results import FinalRule
from .claims import Claim, Clause, Digits, Part, Pointer, Refusal, Sentence, quote, say, where_to_look
from .measures import evaluate, roster_notes
from .sentence_facts import (
    ABSENT,
    DEFERRED,
    EXEMPT,
    FAILED,
    PENDING,
    STANDARD,
    ExamFacts,
    ExamWords,
    House,
    Place,
    Style,
)


def exam_sentence(
    facts: ExamFacts, style: Style, place: Place | None = None, house: House = STANDARD
) -> Claim:
    """One exam in the annual paragraph."""
    refusal = not_yet(facts, house) or _not_online(facts, house)
    if refusal is not None:
        return refusal
    if style is Style.VERIFIED:
        return verified_exam(facts, house)
    return _seed_exam(facts, place or Place(), house)


def number(facts: ExamFacts, measure: str, house: House = STANDARD) -> Digits:
    """A figure of an exam as digits of a sentence."""
    figure = evaluate(measure, facts.tally)
    return Digits(figure.text(house.decimals), figure, facts.subject)


def not_yet(facts: ExamFacts, house: House = STANDARD) -> Refusal | None:
    """Why nothing final can be said of an exam: no frozen roster, nobody required, not over, not marked."""
    counts = facts.tally
    if not facts.is_frozen:
        honest = say(
            "exam.counts",
            f"{facts.months}组织{facts.words.full_label}，参考",
            _people(facts, "taken"),
            [] if counts.pending else ["，合格", *_people(facts, "passed")],
            "。",
        )
        reason = "应考名册尚未冻结，没有分母，只能写人数，不能写比率。请先核对并冻结名册。"
        return _refuse(facts, "应考人数", reason, honest)
    if counts.required == 0:
        return _refuse(facts, "应考人数", "应考人数为0，没有可写的比率。请检查名册。", None)
    if not facts.is_complete:
        honest = _turnout_only(facts, house) if counts.pending else _with_opening(facts, house, "，截至目前")
        return _refuse(
            facts, "最终结果", "考试（含补考）尚未结束，数字还会变。请在全部场次结束后再写。", honest
        )
    if counts.pending:
        honest = _turnout_only(facts, house)
        reason = f"还有{counts.pending}人成绩未出，不能写合格情况。请先完成阅卷并公布成绩。"
        return _refuse(facts, "合格人数", reason, honest, facts.watched(PENDING))
    return None


def _turnout_only(facts: ExamFacts, house: House) -> Sentence:
    return say(
        "exam.turnout",
        f"{facts.months}组织{facts.words.full_label}，{facts.words.establishment}",
        _turnout(facts, house),
        "。",
        notes=roster_notes(facts.tally),
    )


def _refuse(
    facts: ExamFacts,
    fact: str,
    reason: str,
    honest: Sentence | None,
    who: tuple[Pointer, ...] = (),
) -> Refusal:
    instead = "" if honest is None else f"可写：{quote(honest.text)}"
    return Refusal("exam", quote(fact), f"{reason}{where_to_look(who)}{instead}", honest, who)


def _not_online(facts: ExamFacts, house: House) -> Refusal | None:
    """ "在线" is said only where nobody sat on paper."""
    if not facts.words.says_online or not facts.tally.paper:
        return None
    words = facts.words.without_online()
    honest = _with_opening(facts, house, "", words, ["（其中纸笔作答", *_people(facts, "paper"), "）"])
    reason = f"“在线”不成立：{facts.tally.paper}人用纸笔作答。"
    return _refuse(facts, "在线", reason, honest)


def verified_exam(facts: ExamFacts, house: House = STANDARD) -> Sentence:
    """ "11月组织…，应考104人，参考104人，参考率100%；合格104人，合格率100%（其中…）。" """
    return _with_opening(facts, house)


def _with_opening(
    facts: ExamFacts,
    house: House,
    qualifier: str = "",
    words: ExamWords | None = None,
    remark: Sequence[Part] = (),
) -> Sentence:
    label = (words or facts.words).full_label
    return say(
        "exam.verified",
        f"{facts.months}组织{label}{qualifier}，{facts.words.establishment}",
        counts_clause(facts, house),
        remark,
        "。",
        notes=roster_notes(facts.tally),
    )


def counts_clause(facts: ExamFacts, house: House = STANDARD) -> Clause:
    """ "应考63人，参考62人，参考率98.41%，合格率100%": every rate with its denominator in sight.

    The number of passes is printed where it is not that of those who sat, or not all passed at once.
    Of fewer people than the house's minimum only counts are printed.
    """
    counts = facts.tally
    if counts.required < house.minimum_group:
        return [*_required(facts), "，参考", *_people(facts, "taken"), "，合格", *_people(facts, "passed")]
    parts = _turnout(facts, house)
    if counts.taken == 0:
        return parts
    rate: Clause = ["，合格率", number(facts, "pass_rate", house)]
    how = _how_passed(facts)
    if counts.passed == counts.taken and not how:
        return [*parts, *rate]
    return [*parts, "；合格", *_people(facts, "passed"), *rate, *how]


def _turnout(facts: ExamFacts, house: House) -> Clause:
    parts = [*_required(facts), "，参考", *_people(facts, "taken")]
    if facts.tally.required < house.minimum_group:
        return parts
    return [*parts, "，参考率", number(facts, "turnout_rate", house)]


def _required(facts: ExamFacts) -> Clause:
    """ "应考62人（含冻结后新增1人，另有免考1人）"."""
    remarks: Clause = []
    if facts.tally.added:
        remarks += ["含冻结后新增", *_people(facts, "added")]
    if facts.tally.exempt:
        remarks += ["，" if remarks else "", "另有免考", *_people(facts, "exempt")]
    remarks = ["（", *remarks, "）"] if remarks else []
    return ["应考", *_people(facts, "required"), *remarks]


def _people(facts: ExamFacts, measure: str) -> Clause:
    return [number(facts, measure), "人"]


def _how_passed(facts: ExamFacts) -> Clause:
    """ "（其中首次合格97人，补考合格7人）"; nothing where all passed at once, or the parts do not add up.

    Where the last try counts, a first pass may have been lost again: then no such split is true.
    """
    counts = facts.tally
    again, makeup = counts.main_passed - counts.first_passed, counts.makeup_passed
    if counts.passed == counts.first_passed or facts.final_rule is FinalRule.LAST:
        return []
    if again < 0 or counts.first_passed + again + makeup != counts.passed:
        return []
    parts: Clause = ["（其中首次合格", *_people(facts, "first_passed")]
    if again:
        parts += [
            "，正考内再次作答合格",
            Digits(str(again), evaluate("main_passed", counts), facts.subject),
            "人",
        ]
    if makeup:
        parts += ["，补考合格", *_people(facts, "makeup_passed")]
    return [*parts, "）"]


# -- the short style of published reports ------------------------------------------------------------------


def _seed_exam(facts: ExamFacts, place: Place, house: House) -> Claim:
    """ "11月，我镇骨干群众104人参与…，通过率100%。" or "…全体…全员参与…"; only where it is true."""
    if facts.tally.required < house.minimum_group:
        reason = f"应考不足{house.minimum_group}人，只写人数，不写比率。"
        return _refuse(facts, "通过率", reason, verified_exam(facts, house))
    broken = list(_broken(facts))
    if not broken:
        return _short(facts, place, house)
    honest, shown = _honest_instead(facts, place, house)
    reasons = tuple(dict.fromkeys(reason for _, _, why in broken for reason in why))
    who = facts.watched(*reasons)
    message = "；".join(f"{quote(word)}不成立：{fact}" for word, fact, _ in broken)
    return Refusal(
        "exam.seed",
        "、".join(quote(word) for word, _, _ in broken),
        f"{message}。{where_to_look(who)}可写：{quote(shown)}",
        honest,
        who,
    )


def _broken(facts: ExamFacts) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The words of the short style that do not hold: word, fact, reasons of those to look at."""
    counts = facts.tally
    if facts.words.is_closed_group:
        if not counts.everyone_sat:
            yield "全员", _attendance(facts), (ABSENT, DEFERRED)
        if counts.exempt:
            yield "全员", f"名册{counts.registered - counts.removed}人，其中{counts.exempt}人免考", (EXEMPT,)
        if not facts.is_attested:
            yield "全员", "名册尚未经党建办或组织委员核实", ()
    if counts.failed or not (counts.everyone_passed or facts.words.is_closed_group):
        fact = f"{counts.required}人应考，{counts.taken}人参考，{counts.passed}人合格"
        remarks = [f"{counts.failed}人不合格"] if counts.failed else []
        yield "通过率100%", fact + _bracketed(remarks + _absences(facts)), (FAILED, ABSENT, DEFERRED)


def _attendance(facts: ExamFacts) -> str:
    counts = facts.tally
    return f"{counts.required}人应考，{counts.taken}人参考" + _bracketed(_absences(facts))


def _absences(facts: ExamFacts) -> list[str]:
    deferred, absent = facts.tally.deferred, facts.tally.absent - facts.tally.deferred
    return [f"{count}人{word}" for count, word in ((deferred, DEFERRED), (absent, ABSENT)) if count]


def _bracketed(remarks: list[str]) -> str:
    return f"（{'，'.join(remarks)}）" if remarks else ""


def _short(facts: ExamFacts, place: Place, house: House) -> Sentence:
    opening = f"{facts.months}，{place.own}"
    if facts.words.is_closed_group:
        people: Clause = [_everyone(facts.words), "全员"]
    else:
        people = [facts.words.audience, *_people(facts, "taken")]
    return _claim_of_all(facts, house, [opening, *people])


def _everyone(words: ExamWords) -> str:
    return words.audience if words.audience.startswith("全体") else f"全体{words.audience}"


def _claim_of_all(facts: ExamFacts, house: House, opening: Sequence[Part]) -> Sentence:
    return say(
        "exam.seed",
        opening,
        f"参与{facts.words.label}，通过率",
        number(facts, "pass_rate_required", house),
        "。",
        notes=roster_notes(facts.tally),
    )


def _honest_instead(facts: ExamFacts, place: Place, house: House) -> tuple[Sentence, str]:
    """The honest sentence, and how the message shows it: exemptions are named, else the counts speak."""
    counts = facts.tally
    if counts.everyone_passed and counts.exempt and facts.is_attested and facts.words.is_closed_group:
        group = facts.words.audience.removeprefix("全体")
        honest = _claim_of_all(
            facts,
            house,
            [f"{facts.months}，{place.own}{group}除免考", *_people(facts, "exempt"), "外全员"],
        )
        return honest, honest.text
    return verified_exam(facts, house), say("exam.clause", counts_clause(facts, house), "。").text
