"""Parsing a stranger's file in a process of its own, with limits on time and memory.

The child is this module: limits first, then the parser. File and result travel as bytes and JSON; nothing is
unpickled. Whatever happens in the child, the caller gets a Parsed or an Unreadable with a sentence.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..kinds.base import Question, replace
from ..kinds.codec import question_from_json, question_to_json
from .base import Parsed, Problem, Unreadable

MAX_RESULT = 256 * 1024 * 1024  # bytes of JSON that a child may write
_ROOT = Path(__file__).resolve().parents[2]
_TOO_LONG = "文件太大或太复杂，在规定时间内没有读完；请拆成几个小文件后再导入"
_TOO_MUCH = "读取这个文件需要的内存超过限制；请删去空白行列、图片，或拆成几个小文件后再导入"
_FAILED = "读取这个文件时出错，没有导入任何内容；请用Office或WPS打开后另存再试"


def parse_in_child(
    data: bytes,
    *,
    name: str = "",
    format: str = "auto",
    mapping: Mapping[str, str] | None = None,
    timeout_s: float = 60,
    memory_mb: int = 1024,
) -> Parsed:
    """`registry.parse` in a child process that gets `timeout_s` seconds and `memory_mb` MB of address space.

    Raises Unreadable, also for a child that ran out of time or memory or that died.
    """
    order = {"name": name, "format": format, "mapping": dict(mapping or {})}
    return parsed_from_json(_run(order, data, timeout_s, memory_mb)["parsed"])


def text_in_child(data: bytes, *, name: str = "", timeout_s: float = 60, memory_mb: int = 1024) -> str:
    """The text of a Word, Markdown or text file, a paragraph a line; limits as in `parse_in_child`."""
    text: str = _run({"name": name, "text": True}, data, timeout_s, memory_mb)["text"]
    return text


def _run(order: dict[str, Any], data: bytes, timeout_s: float, memory_mb: int) -> dict[str, Any]:
    order = order | {"size": len(data)}
    with tempfile.TemporaryFile() as result:
        command = [sys.executable, "-m", __name__, str(int(timeout_s) + 1), str(memory_mb)]
        child = subprocess.Popen(  # noqa: S603 - this interpreter and this module, no shell
            command,
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=result,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        try:
            child.communicate(json.dumps(order).encode() + b"\n" + data, timeout=timeout_s)
        except subprocess.TimeoutExpired as error:
            child.kill()
            child.communicate()
            raise Unreadable("timeout", _TOO_LONG) from error
        result.seek(0)
        return _received(result.read(MAX_RESULT), child.returncode)


def _environment() -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin:/usr/local/bin",
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _received(answer: bytes, code: int) -> dict[str, Any]:
    try:
        message: dict[str, Any] = json.loads(answer)
    except ValueError as error:
        if code in (-24, -9):  # SIGXCPU, and SIGKILL at the hard limit
            raise Unreadable("timeout", _TOO_LONG) from error
        if code in (-6, -11):  # an extension module that got no memory aborts
            raise Unreadable("memory", _TOO_MUCH) from error
        raise Unreadable("failed", _FAILED) from error
    if "unreadable" in message:
        raise Unreadable(*message["unreadable"])
    return message


# -- JSON ---------------------------------------------------------------------------------------------------


def parsed_to_json(parsed: Parsed) -> dict[str, Any]:
    """A Parsed as JSON data, with the places of the items."""
    return {
        "questions": [placed_to_json(question) for question in parsed.questions],
        "problems": [[p.where, p.code, p.message, p.raw, p.fix, p.severity] for p in parsed.problems],
        "format": parsed.format,
        "encoding": parsed.encoding,
        "layout": parsed.layout,
    }


def parsed_from_json(data: Mapping[str, Any]) -> Parsed:
    """Inverse of `parsed_to_json`."""
    return Parsed(
        tuple(placed_from_json(one) for one in data["questions"]),
        tuple(Problem(*one) for one in data["problems"]),
        data["format"],
        data["encoding"],
        dict(data["layout"]),
    )


def placed_to_json(question: Question) -> dict[str, Any]:
    """A question as JSON data, with its place and those of its parts."""
    return {
        "question": question_to_json(replace(question, parts=())),
        "where": question.where,
        "parts": [placed_to_json(part) for part in question.parts],
    }


def placed_from_json(data: Mapping[str, Any]) -> Question:
    """Inverse of `placed_to_json`."""
    return replace(
        question_from_json(data["question"]),
        where=data["where"],
        parts=tuple(placed_from_json(part) for part in data["parts"]),
    )


# -- the child ----------------------------------------------------------------------------------------------


def _limit(seconds: int, memory_mb: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 1024 * 1024,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_RESULT, MAX_RESULT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(order: Mapping[str, Any], data: bytes) -> dict[str, Any]:
    from . import registry

    try:
        if order.get("text"):
            return {"text": registry.text_of(data, order["name"])}
        parsed = registry.parse(
            data, name=order["name"], format=order["format"], mapping=order["mapping"] or None
        )
        return {"parsed": parsed_to_json(parsed)}
    except Unreadable as error:
        return {"unreadable": [error.code, error.message]}
    except MemoryError:
        return {"unreadable": ["memory", _TOO_MUCH]}
    except RecursionError:
        return {"unreadable": ["too_deep", _FAILED]}


def _main() -> None:
    _limit(int(sys.argv[1]), int(sys.argv[2]))
    order = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read(order["size"])
    sys.stdout.buffer.write(json.dumps(_answer(order, data), ensure_ascii=False).encode())


if __name__ == "__main__":
    _main()
