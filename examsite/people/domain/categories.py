"""The groups of people that exams are held for: a short list that the county keeps."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from examsite.lib.errors import Conflict, Invalid

from ..models import Category, User
from .audit import record


@transaction.atomic
def save_category(
    *, code: str, name: str, order: int, at: datetime, actor: User, category: Category | None = None
) -> Category:
    """Add a category, or rename one; its code stays. Raises Conflict for a double."""
    code, name = code.strip().lower(), "".join(name.split())
    if not code or not name:
        raise Invalid("empty", "请填写代码和名称。")
    if category is None and Category.objects.filter(pk=code).exists():
        raise Conflict("double", f"代码“{code}”已有。")
    if Category.objects.filter(name=name).exclude(pk=code).exists():
        raise Conflict("double", f"名称“{name}”已有。")
    before = {"name": category.name, "order": category.order} if category else None
    saved = category or Category(code=code)
    saved.name, saved.order = name, order
    saved.save()
    after = {"name": saved.name, "order": saved.order}
    action = "category.change" if category else "category.create"
    record(action=action, target=saved, at=at, actor=actor, before=before, after=after)
    return saved
