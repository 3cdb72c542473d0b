"""How the exam calls look on the wire: times, states, items in, shapes out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from examsite.lib.errors import Invalid

from ..domain.presence import Pulse
from ..domain.saving import Ack, Item
from ..engine.sheet import Sheet
from ..engine.timing import remaining_ms
from ..engine.wiretime import rfc3339, rfc3339_or_none
from ..models import Attempt, Receipt

MAX_ITEMS = 50
MAX_SEQ = 2**53 - 1  # what a browser counts exactly
DEVICE_LENGTH = 64


# --- In --------------------------------------------------------------------------------------------------


def read_json(body: bytes) -> dict[str, Any]:
    """The object in a request body. Raises Invalid for everything else."""
    try:
        data = _decode(body.decode(json.detect_encoding(body), "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise Invalid("malformed", "请求不是有效的 JSON。") from error
    if not isinstance(data, dict):
        raise Invalid("malformed", "请求应是一个 JSON 对象。")
    return data


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


_decode = json.JSONDecoder(parse_constant=_refuse_constant).decode


def require_fields(
    data: Mapping[str, Any], required: set[str], optional: frozenset[str] = frozenset()
) -> None:
    """Raise Invalid for a missing field and for one that nobody knows."""
    unknown = set(data) - required - optional
    if unknown:
        names = "、".join(sorted(map(repr, unknown))[:5])
        raise Invalid("unknown_field", f"有未知字段：{names}。", fields=sorted(map(str, unknown))[:20])
    missing = required - set(data)
    if missing:
        raise Invalid("missing_field", f"缺少字段：{'、'.join(sorted(missing))}。", fields=sorted(missing))


def read_items(data: Any, *, least: int) -> list[Item]:
    """The items of a save, `least` to 50 of them. Raises Invalid for what cannot even be acknowledged."""
    if not isinstance(data, list):
        raise Invalid("malformed", "items 应是一个列表。")
    if not least <= len(data) <= MAX_ITEMS:
        raise Invalid("item_count", f"一次可送{least}到{MAX_ITEMS}条答案，现有{len(data)}条。")
    return [_read_item(one) for one in data]


def _read_item(data: Any) -> Item:
    if not isinstance(data, dict):
        raise Invalid("malformed", "items 里的每一条应是一个对象。")
    require_fields(data, {"seq", "slot", "value"}, frozenset({"client_at"}))
    seq, slot = data["seq"], data["slot"]
    if type(seq) is not int or not 0 <= seq <= MAX_SEQ:
        raise Invalid("malformed", "seq 应是不超过 2^53−1 的非负整数。")
    # A slot that is no text is unknown like any other unknown slot: the item is rejected, not the batch.
    return Item(
        seq, slot if isinstance(slot, str) else "", data["value"], _read_client_at(data.get("client_at"))
    )


def _read_client_at(text: Any) -> datetime | None:
    """The phone's own time, None where it makes no sense: a broken clock must not cost an answer."""
    if text is None:
        return None
    if not isinstance(text, str):
        raise Invalid("malformed", "client_at 应是文字或 null。")
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def read_digest(data: Any) -> str | None:
    """A sheet digest, or None where the client does not compare."""
    if data is not None and not isinstance(data, str):
        raise Invalid("malformed", "sheet_digest 应是文字或 null。")
    return data


def read_count(data: Any, name: str) -> int:
    """A whole number from 0 to 2^31−1."""
    if type(data) is not int or not 0 <= data < 2**31:
        raise Invalid("malformed", f"{name} 应是非负整数。")
    return data


# --- Out -------------------------------------------------------------------------------------------------


def acks_out(acks: list[Ack]) -> list[dict[str, Any]]:
    return [
        {"seq": ack.seq, "status": ack.status.value, "received_at": rfc3339_or_none(ack.received_at)}
        for ack in acks
    ]


def answers_out(sheet: Sheet) -> list[dict[str, Any]]:
    """The sheet, cleared slots with null."""
    return [
        {"slot": slot, "value": one.value, "epoch": one.epoch, "seq": one.seq}
        for slot, one in sorted(sheet.items())
    ]


def receipt_out(receipt: Receipt | None) -> dict[str, Any] | None:
    if receipt is None:
        return None
    return {
        "number": receipt.number,
        "submitted_at": rfc3339(receipt.submitted_at),
        "answered": receipt.answered,
        "of": receipt.of,
        "digest": receipt.digest,
    }


def clock_out(attempt: Attempt, at: datetime) -> dict[str, Any]:
    """What every reply about a running attempt says of time."""
    return {"due_at": rfc3339(attempt.due_at), "remaining_ms": remaining_ms(at, attempt.due_at)}


def pulse_out(pulse: Pulse, state: str, at: datetime) -> dict[str, Any]:
    return {
        **clock_out(pulse.attempt, at),
        "epoch": pulse.attempt.epoch,
        "state": state,
        "digest_ok": pulse.digest_ok,
        "messages": [{"at": rfc3339(one.at), "text": one.text} for one in pulse.messages],
    }
