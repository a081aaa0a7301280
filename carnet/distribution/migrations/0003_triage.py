"""What people asked for at a desk, what was proposed, the lessons booked on it; and their walls."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('distribution_plan', 'programme_id', 'organisation_id');
SELECT carnet_guard_append_only('distribution_plan');
SELECT carnet_guard_rows('distribution_plannedlesson', 'programme_id', 'organisation_id');
SELECT carnet_guard_append_only('distribution_plannedlesson');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('distribution', '0002_stock'),
        ('funding', '0002_programme_colour'),
        ('parties', '0001_parties'),
    ]

    operations = [
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wants', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), default=list, size=None)),
                ('sends_mail', models.BooleanField(null=True)),
                ('moves_files', models.BooleanField(null=True)),
                ('no_equipment', models.BooleanField()),
                ('no_connection', models.BooleanField()),
                ('too_costly', models.BooleanField()),
                ('prefers_somebody', models.BooleanField()),
                ('helps', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=14), default=list, size=None)),
                ('lessons', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), default=list, size=None)),
                ('hand_over', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='plan', to='distribution.handover')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('helps__contained_by', ['LESSONS', 'ACCOMPANIMENT', 'MANDATE', 'COMPUTER', 'CONNECTION'])), name='distribution_plan_helps'), models.CheckConstraint(condition=models.Q(('lessons__len__lte', 3)), name='distribution_plan_lessons')],
            },
        ),
        migrations.CreateModel(
            name='PlannedLesson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('booking_id', models.BigIntegerField(unique=True)),
                ('session_id', models.BigIntegerField()),
                ('booked_at', models.DateTimeField()),
                ('hand_over', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lessons', to='distribution.handover')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
