"""Item and test statistics as a JSON document and as a table of text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from .options import OptionStats
from .stats import FormStats, ItemStats

FLAG_NAMES = {
    "wrong_key": "疑答案有误",
    "too_easy": "过易",
    "too_hard": "过难",
    "dead_option": "有无效选项",
}
NONE = "—"


def document(stats: FormStats) -> dict[str, Any]:
    """The statistics of a form as JSON data; None where too few people or no spread."""
    return {
        "n": stats.n,
        "items": [_item(one) for one in stats.items],
        "alpha": stats.alpha,
        "alpha_ci95": None if stats.alpha_ci95 is None else list(stats.alpha_ci95),
        "kr20": stats.kr20,
        "sem": stats.sem,
        "mean": stats.mean,
        "sd": stats.sd,
    }


def _item(item: ItemStats) -> dict[str, Any]:
    return {
        "id": item.item,
        "facility": item.facility,
        "item_total": item.item_total,
        "item_rest": item.item_rest,
        "discrimination_27": item.discrimination_27,
        "alpha_if_deleted": item.alpha_if_deleted,
        "options": [_option(one) for one in item.options],
        "flags": list(item.flags),
    }


def _option(option: OptionStats) -> dict[str, Any]:
    return {
        "option": option.label,
        "n": option.chosen,
        "share": option.share,
        "upper_27": option.upper,
        "lower_27": option.lower,
        "option_rest": option.option_rest,
        "key": option.is_key,
        "dead": option.is_dead,
    }


def notes(stats: FormStats) -> list[str]:
    """Why a number is missing, each reason once, with the items it concerns."""
    found: dict[str, list[str]] = {}
    for reason in stats.reasons.values():
        found.setdefault(reason, [])
    for item in stats.items:
        for reason in item.reasons.values():
            if item.item not in (names := found.setdefault(reason, [])):
                names.append(item.item)
    return [
        f"{reason}（{'、'.join(names)}）" if 0 < len(names) < len(stats.items) else reason
        for reason, names in found.items()
    ]


def table(stats: FormStats) -> list[str]:
    """The statistics for reading on a terminal, line by line."""
    alpha = _number(stats.alpha)
    if stats.alpha_ci95 is not None:
        alpha += f"（95%置信区间 {stats.alpha_ci95[0]:.3f}—{stats.alpha_ci95[1]:.3f}）"
    lines = [
        f"人数 {stats.n}　题数 {len(stats.items)}　满分 {stats.full:g}",
        f"平均分 {stats.mean:.3f}　标准差 {_number(stats.sd)}　测量标准误 {_number(stats.sem)}",
        f"信度α {alpha}　KR-20 {_number(stats.kr20)}",
    ]
    if stats.consistency is not None:
        kappa = _number(stats.consistency.kappa)
        lines.append(f"合格判定一致性 {stats.consistency.agreement:.3f}　κ {kappa}")
    header = ("题号", "正确率", "题总相关", "题余相关", "区分度27%", "删后α", "未答", "提示")
    rows = [
        (
            one.item,
            f"{one.facility:.3f}",
            _number(one.item_total),
            _number(one.item_rest),
            _number(one.discrimination_27),
            _number(one.alpha_if_deleted),
            str(one.blank),
            _hints(one),
        )
        for one in stats.items
    ]
    return [*lines, "", *_aligned([header, *rows]), *(f"注：{note}" for note in notes(stats))]


def _hints(item: ItemStats) -> str:
    hints = [FLAG_NAMES[flag] for flag in item.flags]
    if item.preferred:
        hints.append(f"高分组多选{item.preferred}")
    dead = [one.label for one in item.options if one.is_dead]
    if dead:
        hints[hints.index(FLAG_NAMES["dead_option"])] = f"无效选项{''.join(dead)}"
    return "、".join(hints)


def _number(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
