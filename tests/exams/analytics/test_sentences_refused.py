"""The annual paragraph where it is not true: refused with reason, place and honest words."""

from __future__ import annotations

from dataclasses import replace

from exams.analytics.claims import Paragraph, Pointer, Refusal
from exams.analytics.exam_sentences import exam_sentence
from exams.analytics.sentence_facts import ExamWords, ReportFacts
from exams.analytics.sentences import Style, annual_paragraph
from tests.paragraph_facts import (
    CADRES,
    DECEMBER,
    NOVEMBER,
    SEED_TEXT,
    VILLAGERS,
    cadres,
    exam,
    report,
    villagers,
)

OFFICE = ("青城镇", "党政办公室")


def refusal_of(paragraph: Paragraph) -> Refusal:
    assert len(paragraph.refusals) == 1
    return paragraph.refusals[0]


def test_one_villager_fails(people):
    november = villagers(people)
    november[-1] = people.person(50, people.try_(59, makeup=True), unit_path=("青城镇", "北管区", "东风村"))
    paragraph = annual_paragraph(report(people, november=november), Style.SEED)
    refusal = refusal_of(paragraph)
    assert refusal.fact == "“通过率100%”"
    assert refusal.message == (
        "“通过率100%”不成立：104人应考，104人参考，103人合格（1人不合格）。涉及：东风村1人（不合格）。"
        "可写：“应考104人，参考104人，参考率100%；合格103人，合格率99.04%（其中首次合格97人，补考合格6人）。”"
    )
    assert refusal.who == (Pointer(november[-1].entry_id, "东风村", "不合格"),)
    assert paragraph.text == SEED_TEXT.replace(
        "11月，我镇骨干群众104人参与“法律明白人”学法考试，通过率100%。", ""
    )
    assert paragraph.honest.sentences[2].text == (
        "11月组织“法律明白人”学法考试，应考104人，参考104人，参考率100%；"
        "合格103人，合格率99.04%（其中首次合格97人，补考合格6人）。"
    )


def test_one_cadre_is_deferred(people):
    december = cadres(people, person=people.person(status="deferred", unit_path=OFFICE))
    refusal = refusal_of(annual_paragraph(report(people, december=december), Style.SEED))
    assert refusal.fact == "“全员”"
    assert refusal.message == (
        "“全员”不成立：63人应考，62人参考（1人缓考）。涉及：党政办公室1人（缓考）。"
        "可写：“应考63人，参考62人，参考率98.41%，合格率100%。”"
    )
    assert refusal.who == (Pointer(december[-1].entry_id, "党政办公室", "缓考"),)
    assert refusal.alternative.text == (
        "12月组织机关干部在线学法考试，在编应考63人，参考62人，参考率98.41%，合格率100%。"
    )


def test_one_cadre_is_absent(people):
    december = cadres(people, person=people.person(unit_path=OFFICE))
    refusal = refusal_of(annual_paragraph(report(people, december=december), Style.SEED))
    assert refusal.message.startswith(
        "“全员”不成立：63人应考，62人参考（1人缺考）。涉及：党政办公室1人（缺考）。"
    )


def test_one_cadre_is_exempt(people):
    december = cadres(people, person=people.person(status="exempt", unit_path=OFFICE))
    refusal = refusal_of(annual_paragraph(report(people, december=december), Style.SEED))
    assert refusal.fact == "“全员”"
    assert refusal.message == (
        "“全员”不成立：名册63人，其中1人免考。涉及：党政办公室1人（免考）。"
        "可写：“12月，我镇在编机关干部除免考1人外全员参与在线学法考试，通过率100%。”"
    )
    assert refusal.alternative.text == "12月，我镇在编机关干部除免考1人外全员参与在线学法考试，通过率100%。"


def test_an_exemption_stands_in_the_verified_sentence(people):
    december = cadres(people, person=people.person(status="exempt", unit_path=OFFICE))
    assert annual_paragraph(report(people, december=december), Style.VERIFIED).sentences[-1].text == (
        "12月组织机关干部在线学法考试，在编应考62人（另有免考1人），参考62人，参考率100%，合格率100%。"
    )


def test_one_cadre_fails_and_one_is_absent(people):
    december = [
        *cadres(people, person=people.person(59, unit_path=OFFICE))[1:],
        people.person(unit_path=OFFICE),
    ]
    refusal = refusal_of(annual_paragraph(report(people, december=december), Style.SEED))
    assert refusal.fact == "“全员”、“通过率100%”"
    assert refusal.message == (
        "“全员”不成立：63人应考，62人参考（1人缺考）；"
        "“通过率100%”不成立：63人应考，62人参考，61人合格（1人不合格，1人缺考）。"
        "涉及：党政办公室1人（不合格）、党政办公室1人（缺考）。"
        "可写：“应考63人，参考62人，参考率98.41%；合格61人，合格率98.39%。”"
    )


def test_a_roster_nobody_attested_is_not_everybody(people):
    facts = replace(exam(cadres(people), CADRES, DECEMBER), is_attested=False)
    refusal = exam_sentence(facts, Style.SEED)
    assert refusal.message.startswith("“全员”不成立：名册尚未经党建办或组织委员核实。可写：“应考63人")
    assert exam_sentence(facts, Style.VERIFIED).text.startswith("12月组织机关干部在线学法考试，在编应考63人")


def test_everybody_who_came_passed_but_not_everybody_came(people):
    """应考104, 参考100, 合格100: 合格率 is 100 %, 通过率 is not."""
    sat = people.many(100, lambda: people.person(80))
    facts = exam(sat + people.many(4, lambda: people.person()), VILLAGERS, NOVEMBER)
    refusal = exam_sentence(facts, Style.SEED)
    assert refusal.message == (
        "“通过率100%”不成立：104人应考，100人参考，100人合格（4人缺考）。涉及：东风村4人（缺考）。"
        "可写：“应考104人，参考100人，参考率96.15%，合格率100%。”"
    )


def test_paper_in_an_online_exam(people):
    december = cadres(people, person=people.person(people.try_(80, mode="paper"), unit_path=OFFICE))
    facts = exam(december, CADRES, DECEMBER)
    for style in Style:
        refusal = exam_sentence(facts, style)
        assert refusal.fact == "“在线”"
        assert refusal.alternative.text == (
            "12月组织机关干部学法考试，在编应考63人，参考63人，参考率100%，合格率100%（其中纸笔作答1人）。"
        )


def test_an_unfrozen_roster_gives_counts_and_no_rate(people):
    facts = replace(exam(villagers(people), VILLAGERS, NOVEMBER), is_frozen=False)
    for style in Style:
        refusal = exam_sentence(facts, style)
        assert refusal.alternative.text == "11月组织“法律明白人”学法考试，参考104人，合格104人。"
        assert "%" not in refusal.message


def test_nobody_required(people):
    facts = exam([people.person(status="exempt")], VILLAGERS, NOVEMBER)
    refusal = exam_sentence(facts, Style.VERIFIED)
    assert (refusal.message, refusal.alternative) == ("应考人数为0，没有可写的比率。请检查名册。", None)


def test_while_the_makeup_is_still_open(people):
    facts = replace(exam(villagers(people), VILLAGERS, NOVEMBER), is_complete=False)
    refusal = exam_sentence(facts, Style.SEED)
    assert refusal.fact == "“最终结果”"
    assert refusal.alternative.text.startswith("11月组织“法律明白人”学法考试，截至目前，应考104人，")


def test_while_a_paper_is_not_marked(people):
    december = cadres(people, person=people.person(None, unit_path=OFFICE))
    refusal = exam_sentence(exam(december, CADRES, DECEMBER), Style.VERIFIED)
    assert refusal.message == (
        "还有1人成绩未出，不能写合格情况。请先完成阅卷并公布成绩。涉及：党政办公室1人（未出成绩）。"
        "可写：“12月组织机关干部在线学法考试，在编应考63人，参考63人，参考率100%。”"
    )


def test_a_small_group_is_counts_only(people):
    facts = exam(people.many(4, lambda: people.person(80)), VILLAGERS, NOVEMBER)
    honest = "11月组织“法律明白人”学法考试，应考4人，参考4人，合格4人。"
    assert exam_sentence(facts, Style.VERIFIED).text == honest
    assert exam_sentence(facts, Style.SEED).alternative.text == honest


def test_two_exams_of_one_name_in_one_month(people):
    facts = ReportFacts(
        2022,
        exams=(exam(villagers(people), VILLAGERS, NOVEMBER), exam(villagers(people), VILLAGERS, NOVEMBER)),
    )
    paragraph = annual_paragraph(facts, Style.VERIFIED)
    assert [one.message for one in paragraph.refusals] == [
        "11月有2场考试都叫“‘法律明白人’学法考试”，读者分不清是哪一场。请在考试设置中改用不同的年报名称。"
    ] * 2


def test_two_exams_of_a_year_are_two_sentences_and_no_sum(people):
    again = ExamWords("“法律明白人”学法复训考试", "骨干群众")
    facts = ReportFacts(
        2022, exams=(exam(villagers(people), VILLAGERS, NOVEMBER), exam(villagers(people), again, DECEMBER))
    )
    texts = [one.text for one in annual_paragraph(facts, Style.VERIFIED).sentences]
    assert [text[:8] for text in texts] == ["11月组织“法律", "12月组织“法律"]
    assert "208" not in "".join(texts)


def test_a_year_without_exams():
    paragraph = annual_paragraph(ReportFacts(2022), Style.SEED)
    assert [one.message for one in paragraph.claims] == [
        "2022年没有名册已冻结的考试，不能写学法考试情况。请先建立考试并冻结应考名册。"
    ]
