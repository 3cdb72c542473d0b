"""The sentence bank: further sentences for the report, each with its guard.

Numbered as offices know them: 1 year's turnout … 12 next year's plan. Number 10 is the activity sentence of
`activity_sentences`. Every function returns a Sentence, or a Refusal that names the fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .activity_sentences import activity_sentences
from .claims import Claim, Clause, Digits, Pointer, Refusal, Sentence, quote, say, where_to_look
from .counts import UnitCounts, VillageCounts
from .exam_sentences import counts_clause, not_yet, number
from .measures import Figure, evaluate, roster_notes
from .sentence_facts import (
    ABSENT,
    DEFERRED,
    EXEMPT,
    STANDARD,
    ExamFacts,
    House,
    PlanFacts,
    ProblemFacts,
    TopicFacts,
    VillageFacts,
    YearFacts,
    YearOnYear,
)

__all__ = [
    "activity_sentences",
    "change_sentence",
    "coverage_sentence",
    "exam_detail_sentence",
    "first_attempt_sentence",
    "helped_sentence",
    "leaders_sentence",
    "mastery_sentence",
    "officers_sentence",
    "plan_sentence",
    "problem_sentence",
    "year_sentence",
]


def _refuse(
    template: str, fact: str, reason: str, honest: Sentence | None = None, who: Sequence[Pointer] = ()
) -> Refusal:
    instead = "" if honest is None else f"可写：{quote(honest.text)}"
    return Refusal(template, quote(fact), f"{reason}{where_to_look(who)}{instead}", honest, tuple(who))


def _mean(facts: ExamFacts, house: House) -> Clause:
    """ "，平均85.32分", or nothing of fewer people than the house's minimum."""
    if facts.tally.final_scored < house.minimum_group:
        return []
    return ["，平均", number(facts, "final_mean", house), "分"]


def year_sentence(facts: YearFacts) -> Claim:
    """1. 全年组织各类学法考试{k}场，参考{Tn}人次，{T}人（去重）。"""
    if not facts.turnout.exams:
        return _refuse("bank.1", "学法考试", f"{facts.year}年没有名册已冻结的考试，不能写学法考试情况。")
    exams, attempts, persons = (
        Digits(figure.text(), figure, f"year:{facts.year}")
        for figure in (
            evaluate(measure, facts.turnout) for measure in ("year_exams", "year_attempts", "year_persons")
        )
    )
    return say(
        "bank.1", "全年组织各类学法考试", [exams, "场，参考", attempts, "人次，", persons, "人（去重）。"]
    )


def exam_detail_sentence(facts: ExamFacts, house: House = STANDARD) -> Claim:
    """2. {m}月组织…，覆盖{v}个村（社区），应考…，合格率…，优秀率…，平均…分。"""
    refusal = not_yet(facts, house)
    if refusal is not None:
        return refusal
    counts = facts.tally
    villages: Clause = []
    if facts.villages:
        figure = evaluate("villages", VillageCounts(facts.villages, 0, 0))
        villages = ["覆盖", Digits(figure.text(), figure, facts.subject), "个村（社区），"]
    excellence: Clause = []
    if counts.taken >= house.minimum_group:
        excellence = ["，优秀率", number(facts, "excellent_rate", house)]
    return say(
        "bank.2",
        f"{facts.months}组织{facts.words.full_label}，",
        villages,
        facts.words.establishment,
        counts_clause(facts, house),
        excellence,
        _mean(facts, house),
        "。",
        notes=roster_notes(counts),
    )


def first_attempt_sentence(facts: ExamFacts, house: House = STANDARD) -> Claim:
    """3. 首考合格率…，对{n}名未合格和缺考人员组织补考，补考合格{b}人。

    A makeup that nobody took is not said to have been organised.
    """
    refusal = not_yet(facts, house)
    if refusal is not None:
        return refusal
    counts = facts.tally
    if counts.main_taken < house.minimum_group:
        return _refuse("bank.3", "首考合格率", f"正考参考不足{house.minimum_group}人，不写首考合格率。")
    makeup: Clause = []
    if counts.makeup_taken:
        makeup = [
            "，对",
            number(facts, "owed"),
            "名未合格和缺考人员组织补考，补考合格",
            number(facts, "makeup_passed"),
            "人",
        ]
    rate: Clause = ["首考合格率", number(facts, "first_pass_rate", house)]
    return say("bank.3", rate, makeup, "。", notes=roster_notes(counts))


def helped_sentence(facts: ExamFacts, house: House = STANDARD) -> Claim:
    """4. 为{h}名年龄较大群众提供纸笔考试或读题协助，实现应考尽考。

    应考尽考 needs T = D; 年龄较大 needs that everybody who was helped is 60 or over.
    """
    refusal = not_yet(facts, house)
    if refusal is not None:
        return refusal
    counts = facts.tally
    if not counts.helped:
        return _refuse("bank.4", "纸笔考试或读题协助", "没有人用纸笔或由人协助作答。")
    is_older = facts.helped_older == counts.helped
    problems = []
    if not counts.everyone_sat:
        problems.append(f"“应考尽考”不成立：{counts.required}人应考，{counts.taken}人参考")
    if not is_older:
        known = "年龄登记不全" if facts.helped_older is None else f"其中60岁及以上{facts.helped_older}人"
        problems.append(f"“年龄较大”不成立：{counts.helped}人用纸笔或由人协助作答，{known}")
    sentence = say(
        "bank.4",
        "为",
        number(facts, "helped"),
        f"名{'年龄较大' if is_older else ''}群众提供纸笔考试或读题协助",
        "，实现应考尽考。" if counts.everyone_sat else "。",
        notes=roster_notes(counts),
    )
    if not problems:
        return sentence
    who = () if counts.everyone_sat else facts.watched(ABSENT, DEFERRED)
    words = [
        word for word, fails in (("应考尽考", not counts.everyone_sat), ("年龄较大", not is_older)) if fails
    ]
    return Refusal(
        "bank.4",
        "、".join(quote(word) for word in words),
        f"{'；'.join(problems)}。{where_to_look(who)}可写：{quote(sentence.text)}",
        sentence,
        who,
    )


def coverage_sentence(facts: VillageFacts, house: House = STANDARD) -> Claim:
    """5. 截至…，全镇{V}个行政村均配备3名以上“法律明白人”，共{n}名，较上年增加{d}名。"""
    if not facts.people:
        return _refuse("bank.5", "均配备", "没有登记任何村，不能写覆盖情况。请先建立村（社区）单位。")
    short = [name for name, people in facts.people.items() if people < house.village_minimum]
    counts = VillageCounts(len(facts.people), len(facts.people) - len(short), sum(facts.people.values()))
    subject = f"villages:{facts.as_of:%Y-%m-%d}"

    def digits(measure: str) -> Digits:
        figure = evaluate(measure, counts)
        return Digits(figure.text(house.decimals), figure, subject)

    place = facts.place
    opening = f"截至{facts.as_of.month}月{facts.as_of.day}日，{place.whole}"
    equipped = f"配备{house.village_minimum}名以上“法律明白人”"
    people: Clause = [
        "，共",
        digits("village_people"),
        "名",
        *_since_last_year(facts, digits("village_people")),
    ]
    if not short:
        return say("bank.5", opening, digits("villages"), f"个{place.village}均{equipped}", people, "。")
    covered: Clause = [digits("villages_covered"), f"个{equipped}，覆盖率", digits("village_coverage")]
    honest = say("bank.5", opening, digits("villages"), f"个{place.village}中", covered, people, "。")
    who = [Pointer("", name, f"在岗{facts.people[name]}人") for name in short]
    named = "、".join(f"{name}{facts.people[name]}人" for name in short[:5])
    more = f"等{len(short)}个村" if len(short) > 5 else ""
    return Refusal(
        "bank.5",
        quote("均配备"),
        f"“均配备”不成立：{named}{more}不足{house.village_minimum}人。可写：{quote(honest.text)}",
        honest,
        tuple(who),
    )


def _since_last_year(facts: VillageFacts, now: Digits) -> Clause:
    if facts.last_year is None:
        return []
    change = sum(facts.people.values()) - facts.last_year
    if change == 0:
        return ["，与上年持平"]
    word = "增加" if change > 0 else "减少"
    return [f"，较上年{word}", Digits(str(abs(change)), now.figure, now.subject), "名"]


def leaders_sentence(facts: ExamFacts, house: House = STANDARD) -> Claim:
    """6. 领导班子成员{n}人全部参加年度学法考试，平均{a}分。Needs T = D and nobody exempt."""
    refusal = not_yet(facts, house)
    if refusal is not None:
        return refusal
    counts = facts.tally
    if counts.everyone_sat and not counts.exempt:
        people: Clause = [number(facts, "taken"), "人全部参加年度学法考试", *_mean(facts, house)]
        return say("bank.6", "领导班子成员", people, "。", notes=roster_notes(counts))
    sat: Clause = ["应考", number(facts, "required"), "人，参考", number(facts, "taken"), "人"]
    excused: Clause = ["，另有免考", number(facts, "exempt"), "人"] if counts.exempt else []
    honest = say("bank.6", "领导班子成员年度学法考试", sat, excused, _mean(facts, house), "。")
    reason = f"“全部”不成立：{counts.required}人应考，{counts.taken}人参考"
    reason += f"，{counts.exempt}人免考。" if counts.exempt else "。"
    return _refuse("bank.6", "全部", reason, honest, facts.watched(ABSENT, DEFERRED, EXEMPT))


def officers_sentence(facts: ExamFacts, house: House = STANDARD) -> Claim:
    """7. 行政执法人员{n}人参加专业法律知识考试，合格率{r}。"""
    refusal = not_yet(facts, house)
    if refusal is not None:
        return refusal
    counts = facts.tally
    people: Clause = [number(facts, "taken"), "人参加专业法律知识考试"]
    if counts.taken < house.minimum_group:
        passed: Clause = ["，合格", number(facts, "passed"), "人"]
    else:
        passed = ["，合格率", number(facts, "pass_rate", house)]
    return say("bank.7", "行政执法人员", people, passed, "。", notes=roster_notes(counts))


def mastery_sentence(topics: Iterable[TopicFacts], house: House = STANDARD, *, people: str = "群众") -> Claim:
    """8. 从答题情况看，{people}对…、…掌握较好（掌握率…），对…掌握不足（…），下一年度将作为普法重点。

    Only topics with enough answers; 较好 and 不足 only beyond the lines of the house, else 相对薄弱.
    """
    known = sorted(
        (one for one in topics if one.counts.answers >= house.minimum_answers and one.counts.possible),
        key=lambda one: one.share,
        reverse=True,
    )
    if len(known) < 2:
        return _refuse("bank.8", "掌握", f"作答满{house.minimum_answers}次的法律不足两部，不能比较掌握情况。")
    weakest = known[-1]
    good = [one for one in known[:2] if one.share >= house.mastered_from and one is not weakest]
    strong: Clause = []
    if good:
        rates = _between([_mastery(one, house) for one in good])
        strong = [f"对{'、'.join(one.name for one in good)}掌握较好（掌握率", *rates, "），"]
    is_weak = weakest.share < house.weak_below
    judged = "掌握不足" if is_weak else "掌握相对薄弱"
    weak: Clause = [f"对{weakest.name}{judged}（{'' if good else '掌握率'}", _mastery(weakest, house), "）"]
    sentence = say("bank.8", f"从答题情况看，{people}", strong, weak, "，下一年度将作为普法重点。")
    if weakest.share < house.mastered_from:
        return sentence
    lowest = _mastery(weakest, house)
    return _refuse(
        "bank.8",
        "掌握不足",
        f"“掌握不足”不成立：掌握率最低的{weakest.name}也有{lowest.text}。",
        say("bank.8", f"从答题情况看，{people}", strong, "其余法律掌握率均不低于", lowest, "。"),
    )


def _mastery(topic: TopicFacts, house: House) -> Digits:
    figure = evaluate("mastery", topic.counts)
    return Digits(figure.text(house.decimals), figure, topic.subject)


def _between(digits: Sequence[Digits]) -> Clause:
    parts: Clause = []
    for one in digits:
        parts += ["、" if parts else "", one]
    return parts


def change_sentence(facts: YearOnYear, house: House = STANDARD) -> Claim:
    """9. 与上年相比，首考合格率由{a}提高到{b}，提高{b−a}个百分点。

    Needs one definition and enough people in both years. The difference is that of the two printed
    rates, so that a reader who subtracts finds the same.
    """
    before, after = facts.last_year, facts.this_year
    name = after.definition.name
    if (before.measure, before.version) != (after.measure, after.version):
        return _refuse(
            "bank.9", "与上年相比", f"两年的{name}口径版本不同，不能比较。请按同一口径重算后再写。"
        )
    people = min(int(before.whole or 0), int(after.whole or 0))
    if people < house.minimum_compare:
        return _refuse(
            "bank.9", "与上年相比", f"两年中有一年只有{people}人，少于{house.minimum_compare}人，不作比较。"
        )
    change = _hundredths(after, house) - _hundredths(before, house)
    rates: Clause = [
        Digits(before.text(house.decimals), before, f"{facts.subject}:last_year"),
        Digits(after.text(house.decimals), after, facts.subject),
    ]
    if change == 0:
        return say("bank.9", f"与上年相比，{name}", ["由", rates[0], "到", rates[1], "，基本持平。"])
    word = "提高" if change > 0 else "下降"
    points = Digits(_points(abs(change), house), after, facts.subject)
    return say(
        "bank.9",
        f"与上年相比，{name}由",
        [rates[0], f"{word}到", rates[1], f"，{word}", points],
        "个百分点。",
    )


def _hundredths(figure: Figure, house: House) -> int:
    """The printed rate as an integer of its last decimal."""
    text = figure.text(house.decimals).removesuffix("%")
    whole, _, decimals = text.partition(".")
    return int(whole + decimals.ljust(house.decimals, "0"))


def _points(change: int, house: House) -> str:
    """12 of the last of two decimals is "0.12"; zeros at the end are dropped: "8", "7.5"."""
    whole, rest = divmod(change, 10**house.decimals)
    decimals = str(rest).zfill(house.decimals).rstrip("0") if rest else ""
    return f"{whole}.{decimals}" if decimals else str(whole)


def problem_sentence(facts: ProblemFacts, house: House = STANDARD) -> Claim:
    """11. 存在的问题：{n}个单位参考率低于95%，主要原因是{reason}。

    A reason is named only where it covers the minimum group: codes of fewer people are sensitive.
    """
    required = {name: counts for name, counts in facts.units.items() if counts.required}
    low = [name for name, one in required.items() if one.taken < house.low_turnout * one.required]
    line = f"{float(house.low_turnout * 100):g}%"
    figure = evaluate("units_low_turnout", UnitCounts(len(required), len(low)))
    if not required:
        return _refuse("bank.11", "参考率", "没有应考人数大于0的单位，不能写参考率。")
    if not low:
        honest = say("bank.11", f"各单位参考率均不低于{line}。")
        return _refuse("bank.11", f"参考率低于{line}", f"没有单位参考率低于{line}。", honest)
    top = max(facts.reasons.values(), default=0)
    named = sorted(name for name, people in facts.reasons.items() if people == top)
    reason = f"，主要原因是{'、'.join(named)}" if top >= house.minimum_group else ""
    count = Digits(str(figure.part), figure, facts.subject)
    return say("bank.11", "存在的问题：", count, f"个单位参考率低于{line}{reason}。")


def plan_sentence(facts: PlanFacts) -> Claim:
    """12. 下一年度安排：针对{law×village}组织专题宣讲{n}场，{date}前完成补学补考。

    These numbers are intentions, not figures: they are words.
    """
    if not facts.targets or facts.talks < 1:
        return _refuse("bank.12", "专题宣讲", "还没有确定宣讲的法律、村和场次。请先填写下一年度计划。")
    targets = "、".join(
        f"{law}（{'、'.join(villages)}）" if villages else law for law, villages in facts.targets.items()
    )
    by = facts.makeup_by
    makeup = f"，{by.month}月{by.day}日前完成补学补考" if by is not None else ""
    return say("bank.12", f"下一年度安排：针对{targets}组织专题宣讲{facts.talks}场{makeup}。")
