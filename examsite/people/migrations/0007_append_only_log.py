"""The log can be written and read, not changed; rows may go after three years, under their seals."""

from django.db import migrations

from examsite.lib.append_only import protect, unprotect

RECORDS, SEALS = "people_auditrecord", "people_auditseal"
SEAL_COLUMNS = ("id", "number", "previous", "digest", "records", "last_at", "sealed_at", "expired_at")


def protect_log(apps, schema_editor):
    protect(schema_editor, RECORDS, deletable="OLD.at < {three_years_ago}")
    protect(schema_editor, SEALS, columns=SEAL_COLUMNS, but=("expired_at",))


def unprotect_log(apps, schema_editor):
    unprotect(schema_editor, RECORDS)
    unprotect(schema_editor, SEALS)


class Migration(migrations.Migration):
    dependencies = [("people", "0006_seals_of_the_log")]
    operations = [migrations.RunPython(protect_log, unprotect_log)]
