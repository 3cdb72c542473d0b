"""Unsafe configuration is refused in words, each refusal with its id."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections

MIN_SECRET = 40


@register(Tags.security)
def check_secret(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A site outside DEBUG needs a secret that nobody can guess."""
    secret = settings.SECRET_KEY
    if settings.DEBUG or (len(secret) >= MIN_SECRET and len(set(secret)) > 10 and "insecure" not in secret):
        return []
    return [
        Error(
            f"SECRET_KEY 不安全：须为至少 {MIN_SECRET} 个字符的随机串。",
            hint="python -c 'import secrets; print(secrets.token_urlsafe(48))' 的结果写入环境变量。",
            id="examsite.E001",
        )
    ]


@register(Tags.security)
def check_hosts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A wildcard host lets anybody forge links in our name."""
    if settings.DEBUG or "*" not in settings.ALLOWED_HOSTS:
        return []
    return [Error("ALLOWED_HOSTS 含有 *：任何域名都会被接受。", hint="写明本站域名。", id="examsite.E002")]


@register(Tags.security)
def check_api_closed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The API is closed by default, in settings and not only in each view."""
    rest = settings.REST_FRAMEWORK
    permissions = rest.get("DEFAULT_PERMISSION_CLASSES", ["rest_framework.permissions.AllowAny"])
    errors: list[CheckMessage] = []
    if not permissions or "rest_framework.permissions.AllowAny" in permissions:
        errors.append(
            Error(
                "API 默认对所有人开放（AllowAny）。",
                hint="DEFAULT_PERMISSION_CLASSES 设为 IsAuthenticated。",
                id="examsite.E003",
            )
        )
    if not rest.get("DEFAULT_PAGINATION_CLASS"):
        errors.append(Error("API 列表没有分页。", hint="设置 DEFAULT_PAGINATION_CLASS。", id="examsite.E004"))
    return errors


@register(Tags.database)
def check_durability(
    app_configs: Any, databases: list[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """An acknowledged answer must be on the disk: what the database really does, asked of it."""
    errors: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        try:
            if connection.vendor == "sqlite":
                errors += _check_sqlite(alias)
            elif connection.vendor == "postgresql":
                errors += _check_postgresql(alias)
        except DatabaseError as error:
            errors.append(Warning(f"数据库 {alias} 连不上，未能检查：{error}", id="examsite.W001"))
    return errors


def _ask(alias: str, sql: str) -> Any:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def _check_sqlite(alias: str) -> list[CheckMessage]:
    errors: list[CheckMessage] = []
    options = settings.DATABASES[alias].get("OPTIONS", {})
    if _ask(alias, "PRAGMA synchronous") != 2:
        errors.append(
            Error(
                "SQLite 的 synchronous 不是 FULL：断电会丢失已确认的答案。",
                hint="init_command 中保留 PRAGMA synchronous=FULL。",
                id="examsite.E010",
            )
        )
    if _ask(alias, "PRAGMA foreign_keys") != 1:
        errors.append(Error("SQLite 的外键检查没有打开。", id="examsite.E011"))
    if _ask(alias, "PRAGMA journal_mode") not in ("wal", "memory"):
        errors.append(Error("SQLite 不在 WAL 模式。", hint="PRAGMA journal_mode=WAL", id="examsite.E012"))
    if options.get("transaction_mode") != "IMMEDIATE":
        errors.append(
            Error(
                "SQLite 的 transaction_mode 不是 IMMEDIATE：并发保存会失败。",
                hint='OPTIONS 中设 "transaction_mode": "IMMEDIATE"。',
                id="examsite.E013",
            )
        )
    return errors


def _check_postgresql(alias: str) -> list[CheckMessage]:
    errors: list[CheckMessage] = []
    if _ask(alias, "SHOW synchronous_commit") == "off":
        errors.append(
            Error(
                "PostgreSQL 的 synchronous_commit 为 off：断电会丢失已确认的答案。",
                hint="设为 on。",
                id="examsite.E020",
            )
        )
    if _ask(alias, "SHOW fsync") == "off":
        errors.append(Error("PostgreSQL 的 fsync 为 off。", hint="设为 on。", id="examsite.E021"))
    if _ask(alias, "SHOW full_page_writes") == "off":
        errors.append(Error("PostgreSQL 的 full_page_writes 为 off。", hint="设为 on。", id="examsite.E022"))
    return errors
