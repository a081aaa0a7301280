"""The points of a desk, published or its own; a desk that is suspended or leaves."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('distribution_deskpoint', 'programme_id', 'organisation_id');
-- Where booklets are given is published; what has no such mark (a refuge, a street team) is not.
CREATE POLICY listed ON distribution_deskpoint FOR SELECT USING (is_listed AND closed_at IS NULL);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('distribution', '0003_triage'),
        ('funding', '0002_programme_colour'),
        ('parties', '0001_parties'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeskPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('street', models.CharField(max_length=200)),
                ('street_extra', models.CharField(blank=True, max_length=200)),
                ('postcode', models.CharField(max_length=5)),
                ('commune', models.CharField(max_length=100)),
                ('commune_code', models.CharField(max_length=5)),
                ('latitude', models.FloatField()),
                ('longitude', models.FloatField()),
                ('is_exact', models.BooleanField()),
                ('phone', models.CharField(blank=True, max_length=30)),
                ('opening_hours', models.CharField(blank=True, max_length=200)),
                ('age_from', models.SmallIntegerField(null=True)),
                ('age_until', models.SmallIntegerField(null=True)),
                ('commune_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), default=list, size=None)),
                ('by_appointment', models.BooleanField(default=False)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), default=list, size=None)),
                ('is_listed', models.BooleanField(default=True)),
                ('opened_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
        ),
        migrations.AddField(
            model_name='programmeprescriber',
            name='leaving_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='programmeprescriber',
            name='suspended_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='programmeprescriber',
            name='suspended_for',
            field=models.CharField(blank=True, max_length=12),
        ),
        migrations.AddConstraint(
            model_name='programmeprescriber',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('suspended_at__isnull', True), ('suspended_for', '')), models.Q(('suspended_at__isnull', False), ('suspended_for__in', ['DECISION', 'NOT_RENEWED'])), _connector='OR'), name='distribution_prescriber_suspended'),
        ),
        migrations.AddField(
            model_name='deskpoint',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='deskpoint',
            name='programme',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme'),
        ),
        migrations.AddIndex(
            model_name='deskpoint',
            index=models.Index(fields=['organisation', 'programme'], name='distribution_deskpoint_of'),
        ),
        migrations.AddIndex(
            model_name='deskpoint',
            index=models.Index(condition=models.Q(('closed_at', None), ('is_listed', True)), fields=['latitude', 'longitude'], name='distribution_deskpoint_near'),
        ),
        migrations.AddConstraint(
            model_name='deskpoint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('street', ''), _negated=True), models.Q(('commune_code', ''), _negated=True)), name='distribution_deskpoint_whole'),
        ),
        migrations.AddConstraint(
            model_name='deskpoint',
            constraint=models.CheckConstraint(condition=models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), name='distribution_deskpoint_on_earth'),
        ),
        migrations.AddConstraint(
            model_name='deskpoint',
            constraint=models.CheckConstraint(condition=models.Q(('age_from__isnull', True), ('age_until__isnull', True), ('age_from__lte', models.F('age_until')), _connector='OR'), name='distribution_deskpoint_ages'),
        ),
        migrations.AddConstraint(
            model_name='deskpoint',
            constraint=models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), ('closed_at__gte', models.F('opened_at')), _connector='OR'), name='distribution_deskpoint_dates'),
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
