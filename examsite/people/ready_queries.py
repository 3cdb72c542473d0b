"""Statements that are worked out once: those a hall of phones sends within one minute.

Django builds the SQL of a queryset anew each time it is asked, and PostgreSQL plans it anew; where a row is
found by its key, both take longer than the finding. What is ready is built at its first use in a thread,
sent with the values of the call, and prepared on PostgreSQL (`prepare_threshold` in the settings).

It stands here because this is the lowest app that knows Django. Use it where a benchmark says so, not
elsewhere: a plain queryset reads better.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import FlatValuesListIterable, ModelIterable, get_related_populators
from django.db.models.sql import InsertQuery
from django.db.transaction import TransactionManagementError

_T = TypeVar("_T")


def prepared_cursor(*, binary: bool = False) -> Any:
    """A cursor whose statement PostgreSQL plans once a connection; what Django's own sends is planned anew.

    `binary`: how PostgreSQL returns the values. Times are cheaper so, because Django reads them from text by
    a loader of its own; JSON cannot be returned so, because Django's fields expect its text. Where statements
    are logged it is Django's own: of a prepared one the log would not know the text.
    """
    if connection.vendor != "postgresql" or connection.queries_logged:
        return connection.cursor()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        plain = connection.Database.Cursor(connection.connection)
        if binary:
            plain.format = connection.Database.pq.Format.BINARY
    return connection.make_cursor(plain)


class Given(Expression):
    """The place, in the queryset of a `ReadyQuery`, of a value that each call brings by this name."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]  # travels among the parameters and is replaced when they are sent


class _Built(Generic[_T]):
    """A queryset with its SQL, and how its rows become what it yields."""

    def __init__(self, queryset: QuerySet[Any, _T]) -> None:
        compiler = queryset.query.get_compiler(connection=connection)
        self.sql, self.parameters = compiler.as_sql()
        self.locks = queryset.query.select_for_update
        self.compiler = compiler
        fields = [one[0] for one in compiler.select[: compiler.col_count]]
        self.converters = compiler.get_converters(fields)
        self.row_of: Callable[[Any], Any] = tuple
        if queryset._iterable_class is FlatValuesListIterable:
            self.row_of = lambda row: row[0]
        elif queryset._iterable_class is ModelIterable:
            self.row_of = self._instance
            self.model = compiler.klass_info["model"]
            places = compiler.klass_info["select_fields"]
            self.own = slice(places[0], places[-1] + 1)
            self.names = [field.target.attname for field in fields[self.own]]
            self.related = get_related_populators(compiler.klass_info, compiler.select, queryset.db)

    def ask(self, given: dict[str, Any]) -> list[_T]:
        values = [
            one.output_field.get_db_prep_value(given[one.name], connection) if isinstance(one, Given) else one
            for one in self.parameters
        ]
        with prepared_cursor() as cursor:
            cursor.execute(self.sql, values)
            rows = cursor.fetchall()
        if self.converters:
            rows = self.compiler.apply_converters(rows, self.converters)
        return [self.row_of(row) for row in rows]

    def _instance(self, row: Any) -> Model:
        found = self.model.from_db(connection.alias, self.names, row[self.own])
        for populator in self.related:
            populator.populate(row, found)
        return found


class ReadyQuery(Generic[_T]):
    """A queryset with places for the values of a call: `build` makes it, of instances or of `values_list`.

    `ReadyQuery(lambda: User.objects.filter(pk=Given("pk", User._meta.pk))).first(pk=…)`
    """

    def __init__(self, build: Callable[[], QuerySet[Any, _T]]) -> None:
        self._build = build
        self._of_thread = threading.local()

    def all(self, **given: Any) -> list[_T]:
        """What the queryset yields with these values. Raises KeyError for one that is missing."""
        built: _Built[_T] | None = getattr(self._of_thread, "built", None)
        if built is None:
            built = self._of_thread.built = _Built(self._build())
        if built.locks and connection.get_autocommit():
            raise TransactionManagementError("a lock outlives its statement only inside a transaction")
        return built.ask(given)

    def first(self, **given: Any) -> _T | None:
        """The first of them, None where there is none."""
        return next(iter(self.all(**given)), None)


def insert(row: Model) -> None:
    """Append a new row of a model of one table, in the transaction at hand.

    As `row.save(force_insert=True)` of Django's own, without signals. Raises IntegrityError.
    """
    sql, fields = _built_insert(type(row))
    values = [one.get_db_prep_save(one.pre_save(row, add=True), connection) for one in fields]
    with prepared_cursor() as cursor:
        cursor.execute(sql, values)
        if row._meta.auto_field:
            row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias


@cache
def _built_insert(model: type[Model]) -> tuple[str, Sequence[Field[Any, Any]]]:
    """The SQL, which returns the key where the database gives it, and the fields whose values it wants."""
    fields = [one for one in model._meta.concrete_fields if one is not model._meta.auto_field]
    query = InsertQuery(model)
    query.insert_values(fields, [model()])  # the values are each call's own
    compiler = query.get_compiler(connection=connection)
    compiler.returning_fields = model._meta.db_returning_fields
    [(sql, _)] = compiler.as_sql()
    return sql, fields
