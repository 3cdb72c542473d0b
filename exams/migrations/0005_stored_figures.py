import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def name_the_exam(apps, schema_editor):
    """Fill in the exam of events that were written before they had one."""
    get = apps.get_model
    pairs = ((get("exams", "AttemptEvent"), get("exams", "Attempt"), "attempt"),
             (get("exams", "RosterEvent"), get("exams", "RosterEntry"), "entry"))
    for model, owner, field in pairs:
        exam = owner.objects.filter(pk=OuterRef(field)).values("exam")[:1]
        model.objects.filter(exam__isnull=True).update(exam=Subquery(exam))


def exam_key(null):
    return models.ForeignKey(
        db_index=False, editable=False, null=null, on_delete=django.db.models.deletion.PROTECT,
        related_name='+', to='exams.exam',
    )


class Migration(migrations.Migration):
    # Rows are changed and then the table: PostgreSQL refuses both in one transaction.
    atomic = False

    dependencies = [
        ('exams', '0004_series_and_attachments'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.AddField(model_name='attemptevent', name='exam', field=exam_key(True)),
        migrations.AddField(model_name='rosterevent', name='exam', field=exam_key(True)),
        migrations.RunPython(name_the_exam, migrations.RunPython.noop),
        migrations.AlterField(model_name='attemptevent', name='exam', field=exam_key(False)),
        migrations.AlterField(model_name='rosterevent', name='exam', field=exam_key(False)),
        migrations.AddIndex(
            model_name='attemptevent',
            index=models.Index(fields=['exam', 'id'], name='attempt_event_newest'),
        ),
        migrations.AddIndex(
            model_name='rosterevent',
            index=models.Index(fields=['exam', 'id'], name='roster_event_newest'),
        ),
        migrations.CreateModel(
            name='ExamFigures',
            fields=[
                ('exam', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='figures', serialize=False, to='exams.exam')),
                ('stamp', models.CharField(max_length=64)),
                ('computed_at', models.DateTimeField()),
                ('is_settled', models.BooleanField()),
                ('slots', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='UnitFigures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('depth', models.PositiveSmallIntegerField()),
                ('counts', models.JSONField()),
                ('laws', models.JSONField(default=dict)),
                ('exam', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='unit_figures', to='exams.exam')),
                ('parent', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.unit')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.unit')),
            ],
            options={
                'indexes': [models.Index(fields=['parent', 'exam'], name='unit_figures_below')],
                'constraints': [models.UniqueConstraint(fields=('exam', 'unit'), name='unit_figures_once')],
            },
        ),
    ]
