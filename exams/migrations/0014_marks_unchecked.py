"""PostgreSQL no longer looks up attempt and slot of every mark (exams/models/mark.py, docs/decisions.md).

SQLite keeps its constraints: to drop them, Django would remake the table.
"""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


class AlterFieldOnPostgreSQL(migrations.AlterField):
    """The new field is known on every database and changes the table on PostgreSQL alone."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    dependencies = [("exams", "0013_items_in_ones_own_order")]

    operations = [
        AlterFieldOnPostgreSQL(
            model_name="mark",
            name="attempt",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="marks",
                to="exams.attempt",
            ),
        ),
        AlterFieldOnPostgreSQL(
            model_name="mark",
            name="slot",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="marks",
                to="exams.slot",
            ),
        ),
    ]
