"""The text of a statute → its articles: Markdown, plain text or what stood in a Word file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from .citing import law_name
from .labels import LABEL, label_of, number_of_match

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_EMPHASIS = re.compile(r"\*\*|__")
_START = re.compile(rf"{LABEL}")
_HEADING = re.compile(
    r"(?:第[一二三四五六七八九十百\d]{1,5}(分编|编|章|节)|序\s*言|总\s*则|附\s*则)(?=$|[\s　:：])"
)
_ANNEX = re.compile(r"(?:附件|附表|附录|附\s*[:：])")
_DATE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_ADOPTED = re.compile(r"通过|修订|修正|公布|发布|修改")
_IN_FORCE = re.compile(r"自\s*(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日起?\s*(?:施行|实施|生效)")
_AT_ONCE = re.compile(r"自(?:公布|发布|颁布)之日起(?:施行|实施|生效)")
_SPACES = re.compile(r"[ \t\u3000\xa0]+")
_LEVELS = {"编": 0, "分编": 1, "章": 2, "节": 3}
MAX_ARTICLES = 5_000


@dataclass(frozen=True, slots=True)
class ArticleText:
    """One article: label as usually written ("第十七条之一"), chapter ("第二章 义务 / 第一节 …"), text."""

    label: str
    number: tuple[int, int]
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class StatuteText:
    """What a text of a statute says. `part`: "总则" where the file is one book of a code; `preamble`: 序言.
    Dates are None where the text does not tell; `problems` are sentences for the office (Chinese)."""

    title: str
    part: str = ""
    adopted: date | None = None
    in_force: date | None = None
    preamble: str = ""
    articles: tuple[ArticleText, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The title without 中华人民共和国."""
        return law_name(self.title)


@dataclass(slots=True)
class _State:
    """What has been read so far."""

    title: str = ""
    part: str = ""
    history: list[str] = field(default_factory=list)
    headings: dict[int, str] = field(default_factory=dict)
    articles: list[ArticleText] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    preamble: list[str] = field(default_factory=list)
    in_preamble: bool = False
    in_annex: bool = False


def read_statute(text: str) -> StatuteText:
    """The articles of a text, in its order; without any article `problems` says so."""
    state = _State()
    for line, level in _lines(text):
        _take(state, line, level)
        if len(state.articles) > MAX_ARTICLES:
            state.problems.append(f"超过{MAX_ARTICLES}条，只读了前面的")
            break
    if not state.articles:
        state.problems.append("没有找到“第一条”这样的条文；请确认文件里是法律全文")
    state.problems += _gaps(state.articles)
    adopted = _adopted(state.history)
    return StatuteText(
        title=state.title,
        part=state.part,
        adopted=adopted,
        in_force=_in_force(state, adopted),
        preamble="\n".join(state.preamble),
        articles=tuple(state.articles),
        problems=tuple(state.problems),
    )


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """(line, its level as a heading of Markdown, 0 for none), without the marks."""
    for raw in _COMMENT.sub("", text).replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = _EMPHASIS.sub("", raw).strip(" \t\u3000\xa0\ufeff>")
        bare = line.lstrip("#")
        level = len(line) - len(bare)
        bare = bare.strip(" \t\u3000\xa0")
        if bare:
            yield bare, level


def _take(state: _State, line: str, level: int) -> None:
    match = _START.match(line)
    if match and _is_next(state, line, match):
        number = number_of_match(match)
        assert number is not None
        heading = " / ".join(state.headings[level] for level in sorted(state.headings))
        text = line[match.end() :].lstrip(" \t\u3000\xa0:：")
        state.in_annex = False
        state.articles.append(ArticleText(label_of(*number), number, heading, text))
        return
    if _ANNEX.match(line) and (level or len(line) <= 20):
        state.in_annex = bool(state.articles)
        return
    if level == 1 and not state.articles:
        _take_title(state, line)
        return
    named = _HEADING.match(line)
    if named and (level or len(line) <= 60) and not line.endswith(("。", "；", "，")):
        _take_heading(state, line, named.group(1) or "")
        return
    if state.articles:
        if not state.in_annex and not level:
            last = state.articles[-1]
            state.articles[-1] = replace(last, text=f"{last.text}\n{line}".strip())
    elif not state.title:
        state.title = line.strip("《》")
    elif state.in_preamble:
        state.preamble.append(line)
    else:
        state.history.append(line)


def _take_heading(state: _State, line: str, name: str) -> None:
    level = _LEVELS.get(name, 2)
    state.headings = {key: words for key, words in state.headings.items() if key < level}
    state.headings[level] = _SPACES.sub(" ", line)
    state.in_preamble = bool(re.match(r"序\s*言", line))


def _take_title(state: _State, line: str) -> None:
    """The first such line is the title, a second one the book of a code."""
    if not state.title:
        state.title = line.strip("《》")
    elif not state.part and len(line) <= 20:
        state.part = line


def _is_next(state: _State, line: str, match: re.Match[str]) -> bool:
    """Whether a line that begins like an article is one, and no sentence about another ("第三条规定的…").

    It follows on the article before, or it is set off by a space and comes later.
    """
    number = number_of_match(match)
    if number is None:
        return False
    rest = line[match.end() :]
    set_off = not rest or rest[0] in " \t\u3000\xa0"
    if not state.articles:
        return set_off or not rest[:1].isdigit()
    main, inserted = state.articles[-1].number
    if number in ((main + 1, 0), (main, inserted + 1)):
        return set_off or rest[0] not in "第规所之的、和至及或款项"
    return set_off and number > (main, inserted)


def _gaps(articles: list[ArticleText]) -> list[str]:
    """Articles that are missing between two others."""
    found = []
    for before, after in pairwise(articles):
        if after.number[0] > before.number[0] + 1:
            found.append(f"{before.label}后面直接是{after.label}，中间可能漏了")
    return found


def _date(match: re.Match[str]) -> date | None:
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def _adopted(history: list[str]) -> date | None:
    """The day of the last adoption or revision that stands below the title."""
    days = [
        day
        for line in history
        if _ADOPTED.search(line)
        for match in _DATE.finditer(line)
        if (day := _date(match)) is not None
    ]
    return max(days, default=None)


def _in_force(state: _State, adopted: date | None) -> date | None:
    """What the last articles say, unless that is an earlier edition's date; else a line below the title."""
    for article in reversed(state.articles[-3:]):
        match = _IN_FORCE.search(article.text)
        day = _date(match) if match else None
        if day is not None:
            return day if adopted is None or day >= adopted else None
        if _AT_ONCE.search(article.text) and len(_dates(state.history)) == 1:
            return adopted
    later = [
        day
        for line in state.history
        if "施行" in line and not _ADOPTED.search(line)
        for day in _dates([line])
        if adopted is None or day >= adopted
    ]
    return max(later, default=None)


def _dates(lines: list[str]) -> list[date]:
    return [day for line in lines for match in _DATE.finditer(line) if (day := _date(match)) is not None]
