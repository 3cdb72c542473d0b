"""Banks and their topics."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.audit import record
from examsite.people.models import Unit, User

from ..models import Bank, Topic

_NAME = 100  # characters of a bank's or a topic's name


@transaction.atomic
def create_bank(*, name: str, unit: Unit, at: datetime, actor: User | None, description: str = "") -> Bank:
    """A new, empty bank. Raises Invalid for an empty name, Conflict for a double in the unit."""
    name = _sound_name(name)
    if Bank.objects.filter(unit=unit, name=name).exists():
        raise Conflict("double", f"“{unit}”已有名为“{name}”的题库。")
    bank = Bank.objects.create(name=name, unit=unit, description=description.strip()[:500], created_at=at)
    record(action="bank.create", target=bank, at=at, actor=actor, unit=unit)
    return bank


@transaction.atomic
def change_bank(*, bank: Bank, name: str, description: str, at: datetime, actor: User | None) -> Bank:
    """Another name or description. Raises Conflict for a double in the unit."""
    name = _sound_name(name)
    if Bank.objects.filter(unit=bank.unit, name=name).exclude(pk=bank.pk).exists():
        raise Conflict("double", f"“{bank.unit}”已有名为“{name}”的题库。")
    before = {"name": bank.name, "description": bank.description}
    bank.name, bank.description = name, description.strip()[:500]
    bank.save(update_fields=["name", "description"])
    record(
        action="bank.change",
        target=bank,
        at=at,
        actor=actor,
        unit=bank.unit,
        before=before,
        after={"name": bank.name, "description": bank.description},
    )
    return bank


@transaction.atomic
def open_practice(*, bank: Bank, at: datetime, actor: User) -> Bank:
    """Let the people of the bank's subtree practise its items. Raises Conflict when they may already."""
    return _set_practice(bank, at, at, actor)


@transaction.atomic
def close_practice(*, bank: Bank, at: datetime, actor: User) -> Bank:
    """End the practice. Raises Conflict when there is none."""
    return _set_practice(bank, None, at, actor)


def _set_practice(bank: Bank, since: datetime | None, at: datetime, actor: User) -> Bank:
    locked = Bank.objects.select_for_update(of=("self",)).select_related("unit").get(pk=bank.pk)
    if (since is None) is (locked.practice_since is None):
        raise Conflict("practice", f"“{locked}”{'没有' if since is None else '已经'}开放练习。")
    locked.practice_since = since
    locked.save(update_fields=["practice_since"])
    action = "bank.practice_close" if since is None else "bank.practice_open"
    record(action=action, target=locked, at=at, actor=actor, unit=locked.unit)
    return locked


def _sound_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid("no_name", "请填写题库名称。")
    if len(name) > _NAME:
        raise Invalid("long_name", f"题库名称最多{_NAME}个字。")
    return name


def topics_for(bank: Bank, paths: Iterable[str]) -> dict[str, Topic]:
    """Topics by path; "甲/乙" is 乙 below 甲. Missing ones are created; an empty path has none."""
    known = {(topic.parent_id, topic.name): topic for topic in bank.topics.all()}
    found: dict[str, Topic] = {}
    for path in sorted({path for path in paths if path}):
        parent: Topic | None = None
        for name in filter(None, (piece.strip()[:_NAME] for piece in path.split("/"))):
            key = (parent.pk if parent else None, name)
            if key not in known:
                known[key] = Topic.objects.create(bank=bank, parent=parent, name=name)
            parent = known[key]
        if parent is not None:
            found[path] = parent
    return found


def topic_paths(bank: Bank) -> dict[UUID, str]:
    """Topic id → its path "甲/乙", for all topics of a bank in one statement."""
    rows = {key: (name, parent) for key, name, parent in bank.topics.values_list("pk", "name", "parent_id")}
    paths = {}
    for key in rows:
        names: list[str] = []
        at: UUID | None = key
        while at is not None:
            name, at = rows[at]
            names.insert(0, name)
        paths[key] = "/".join(names)
    return paths


@transaction.atomic
def move_topic(*, topic: Topic, name: str, parent: Topic | None, at: datetime, actor: User | None) -> Topic:
    """Another name or place in the tree; a double at the new place takes the items over.

    Raises Invalid for an empty name or a place below itself.
    """
    name = " ".join(name.replace("/", "／").split())[:_NAME]
    if not name:
        raise Invalid("no_name", "请填写知识点名称。")
    above = parent
    while above is not None:
        if above.pk == topic.pk:
            raise Invalid("below_itself", "不能把知识点移到它自己下面。")
        above = above.parent
    before = {"name": topic.name, "parent": str(topic.parent) if topic.parent else ""}
    double = topic.bank.topics.filter(parent=parent, name=name).exclude(pk=topic.pk).first()
    if double is not None:
        _merge(topic, double)
        kept = double
    else:
        topic.name, topic.parent = name, parent
        topic.save(update_fields=["name", "parent"])
        kept = topic
    record(
        action="topic.move",
        target=kept,
        at=at,
        actor=actor,
        unit=topic.bank.unit,
        before=before,
        after={"name": name, "parent": str(parent) if parent else "", "merged": double is not None},
    )
    return kept


def _merge(topic: Topic, into: Topic) -> None:
    """Items and children of `topic` go to `into`; children that have a namesake there are merged, too."""
    topic.items.update(topic=into)
    for child in topic.children.all():
        double = into.children.filter(name=child.name).first()
        if double is None:
            child.parent = into
            child.save(update_fields=["parent"])
        else:
            _merge(child, double)
    topic.delete()


def drop_empty_topics(bank: Bank, topics: Iterable[UUID]) -> None:
    """Remove those of the topics, and of what stands above them, that hold nothing any more."""
    waiting = set(topics)
    while waiting:
        empty = bank.topics.filter(pk__in=waiting, items=None, children=None)
        parents = {parent for parent in empty.values_list("parent_id", flat=True) if parent}
        empty.delete()
        waiting = parents
