"""Charts: the same numbers give the same bytes; words for those who cannot see them; nothing from nothing."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from exams.analytics.charts import (
    BarChart,
    BarSeries,
    HeatMap,
    Histogram,
    LineChart,
    LineSeries,
    describe,
    draw,
    is_empty,
    png,
    size,
    svg,
)
from exams.analytics.counts import LawCounts
from exams.analytics.law_map import MapCell
from exams.analytics.measures import Figure
from exams.analytics.suppression import Hidden

HIDDEN = Hidden("pass_rate", 3, complementary=False)


def rate(part: int, whole: int = 100) -> Figure:
    return Figure("pass_rate", 1, part, whole)


def cell(points: int, answers: int = 100) -> MapCell[str]:
    return MapCell(LawCounts.of_hundredths(points * 100, answers * 100, answers, 30), ("x",), False)


BARS = BarChart("合格率", ("东风村", "石桥村"), ("30人", "3人"), (BarSeries("合格率", (rate(96), HIDDEN)),))
BANDS = Histogram("分数段", ("90—100分", "80—89分"), (20, 30))
HEAT = HeatMap("掌握率", ("《民法典》", "《宪法》"), ("北管区",), ((cell(58),), (cell(92),)))
LINES = LineChart("历年", ("2021年", "2022年"), (LineSeries("合格率", (rate(90), HIDDEN)),))
ALL = [BARS, BANDS, HEAT, LINES]


@pytest.mark.parametrize("chart", ALL, ids=lambda chart: type(chart).__name__)
@pytest.mark.parametrize("narrow", [False, True])
def test_the_same_numbers_give_the_same_bytes(chart, narrow):
    first, second = draw(chart, narrow), draw(chart, narrow)
    assert svg(first) == svg(second)
    assert png(first) == png(second)


@pytest.mark.parametrize("chart", ALL, ids=lambda chart: type(chart).__name__)
def test_a_picture_is_as_large_as_it_says(chart):
    width, height = size(chart)
    picture = Image.open(io.BytesIO(png(draw(chart))))
    assert abs(picture.width / picture.height - width / height) < 0.02


@pytest.mark.parametrize("chart", ALL, ids=lambda chart: type(chart).__name__)
def test_a_picture_asks_for_nothing_from_elsewhere(chart):
    text = svg(draw(chart)).decode()
    assert "<script" not in text
    assert 'href="http' not in text


@pytest.mark.parametrize(
    ("chart", "words"),
    [
        (BARS, ("合格率", "2组", "96.00%", "数字见表")),
        (BANDS, ("分数段", "20", "30")),
        (HEAT, ("掌握率", "2部法律、1个单位", "数字见表")),
        (LINES, ("历年", "2个年度", "90.00%")),
    ],
    ids=["bars", "bands", "heat", "lines"],
)
def test_the_words_tell_what_the_picture_shows(chart, words):
    text = describe(chart)
    for word in words:
        assert word in text


def test_a_hidden_number_is_in_no_picture():
    text = svg(draw(BARS)).decode() + describe(BARS)
    assert "3.00%" not in text
    assert "100%" not in describe(BARS)


@pytest.mark.parametrize(
    ("chart", "empty"),
    [
        (BARS, False),
        (BarChart("合格率", (), (), (BarSeries("合格率", ()),)), True),
        (BarChart("合格率", ("东风村",), ("3人",), ()), True),
        (Histogram("分数段", ("90—100分",), (0,)), True),
        (HeatMap("掌握率", (), (), ()), True),
        (LINES, False),
        (LineChart("历年", (), ()), True),
    ],
)
def test_nothing_to_draw(chart, empty):
    assert is_empty(chart) is empty
