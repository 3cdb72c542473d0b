"""The groups of people that exams are held for; a county adds its own in the admin."""

from django.db import migrations

CATEGORIES = [
    ("cadre", "在编机关干部"),
    ("law-wise", "法律明白人"),
    ("village-cadre", "村（社区）干部"),
    ("contract-staff", "编外聘用人员"),
    ("other", "其他人员"),
]


def add_categories(apps, schema_editor):
    category = apps.get_model("people", "Category")
    for order, (code, name) in enumerate(CATEGORIES, 1):
        category.objects.get_or_create(code=code, defaults={"name": name, "order": order})


class Migration(migrations.Migration):
    dependencies = [("people", "0002_sign_in_and_shown_approvals")]
    operations = [migrations.RunPython(add_categories, migrations.RunPython.noop)]
