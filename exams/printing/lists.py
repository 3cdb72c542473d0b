"""What the invigilator takes along: sign-in sheets, and the label of the envelope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak

from .content import Candidate, Occasion
from .layout import WIDTH, build_pdf, centred, page_foot, plain, ruled, space, style
from .lines import ChineseParagraph

NO_ROOM = "未分考场"


def by_room(candidates: Sequence[Candidate]) -> dict[str, list[Candidate]]:
    """The candidates by room, in the order given."""
    rooms: dict[str, list[Candidate]] = {}
    for one in candidates:
        rooms.setdefault(one.room or NO_ROOM, []).append(one)
    return rooms


def when(occasion: Occasion) -> str:
    """ "2026年11月12日 9:00—10:30" (with the second day where it is another)."""
    start, end = occasion.opens_at, occasion.closes_at
    first = f"{start.year}年{start.month}月{start.day}日 {start.hour}:{start.minute:02}"
    if start.date() == end.date():
        return f"{first}—{end.hour}:{end.minute:02}"
    return f"{first}—{end.month}月{end.day}日 {end.hour}:{end.minute:02}"


def sign_in_sheet(occasion: Occasion, candidates: Sequence[Candidate]) -> bytes:
    """Who is expected, room by room, with a place to sign."""
    story: list[Flowable] = []
    cell = centred(10.5, leading=1.2)
    for number, (room, people) in enumerate(by_room(candidates).items()):
        if number:
            story.append(PageBreak())
        story += [
            ChineseParagraph(plain(f"{occasion.exam}　签到表"), centred(16, bold=True, leading=1.4)),
            ChineseParagraph(
                plain(f"{occasion.sitting}　{room}　{when(occasion)}　应到 {len(people)} 人"),
                centred(11, leading=1.8),
            ),
            space(2),
            ruled(
                [
                    ["座号", "姓名", "单位", "准考证号", "卷", "签名", "备注"],
                    *(
                        [
                            one.seat or str(place),
                            ChineseParagraph(plain(one.name), cell),
                            ChineseParagraph(plain(one.unit), cell),
                            one.number,
                            one.form,
                            "",
                            plain(one.mode),
                        ]
                        for place, one in enumerate(people, 1)
                    ),
                ],
                [part * mm for part in (12, 24, 36, 44, 10, 32, 16)],
                heights=9 * mm,
            ),
            space(5),
            ChineseParagraph(
                plain("实到：______ 人　　缺考：______ 人　　监考签名：______________"), style(11)
            ),
        ]
    return build_pdf(story, title=f"{occasion.exam} 签到表", foot=page_foot(occasion.sitting))


def envelope_label(occasion: Occasion, candidates: Sequence[Candidate]) -> bytes:
    """The front of the envelope of papers, one a room: what is in it, who signs for it."""
    story: list[Flowable] = []
    wide = WIDTH - 36 * mm - 12
    for number, (room, people) in enumerate(by_room(candidates).items()):
        if number:
            story.append(PageBreak())
        forms = Counter(one.form or "—" for one in people)
        packed = "，".join(f"{code}卷 {count} 份" for code, count in sorted(forms.items()))
        rows = [
            ("考试名称", plain(occasion.exam)),
            ("场　　次", plain(occasion.sitting)),
            ("时　　间", when(occasion)),
            ("考　　场", plain(room)),
            ("应到人数", f"{len(people)} 人"),
            ("袋内试卷", f"{packed}，合计 {len(people)} 份"),
            ("袋内答题卡", f"{len(people)} 份"),
            ("启封时间、签名", ""),
            ("实到人数", plain("　　　　人　　　缺考　　　　人")),
            ("交回试卷、答题卡", plain("试卷　　　　份　　　答题卡　　　　份")),
            ("缺考者准考证号", ""),
            ("异常情况", ""),
            ("监考签名", ""),
            ("收卷人签名、时间", ""),
        ]
        label, words = centred(12, bold=True, leading=1.3), style(12, leading=1.4)
        tall = {"缺考者准考证号": 28 * mm, "异常情况": 28 * mm}
        story += [
            space(4),
            ChineseParagraph("试 卷 袋", centred(26, bold=True, leading=1.5)),
            ChineseParagraph("（密封件，考前不得启封）", centred(12)),
            space(4),
            ruled(
                [
                    [ChineseParagraph(plain(name), label), ChineseParagraph(text, words)]
                    for name, text in rows
                ],
                [46 * mm, wide - 46 * mm],
                ("ALIGN", (1, 0), (1, -1), "LEFT"),
                heights=[tall.get(name, 13 * mm) for name, _ in rows],
            ),
        ]
    return build_pdf(story, title=f"{occasion.exam} 试卷袋", foot=page_foot(occasion.sitting))
