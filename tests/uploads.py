"""The pages of an import, as an officer uses them in tests."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from questionbanks.models import Bank, ImportRun

CSV = """题干,选项A,选项B,答案,知识点
村民会议由本村多少周岁以上的村民组成？,十六,十八,B,村民自治
村务公开至少多久一次？,一季度,一年,A,村民自治
下列各项中错在哪里？,甲说,乙说,AB,村民自治
没有答案的题？,甲,乙,,别的
"""


def text(reply: Any) -> str:
    return reply.content.decode()


def upload(desk: Client, bank: Bank, data: bytes | str, name: str = "题.csv", **fields: str) -> Any:
    content = data.encode() if isinstance(data, str) else data
    form = {"file": SimpleUploadedFile(name, content), "format": "auto"} | fields
    address = f"/banks/{bank.pk}/import"
    return desk.post(address, form, headers={"referer": f"http://testserver{address}"})


def uploaded(desk: Client, bank: Bank, data: bytes | str = CSV, name: str = "题.csv") -> ImportRun:
    reply = upload(desk, bank, data, name)
    assert reply.status_code == 302, text(reply)
    return ImportRun.objects.latest("created_at")


def page(desk: Client, run: ImportRun, query: str = "") -> str:
    return text(desk.get(f"/banks/imports/{run.pk}{query}"))
