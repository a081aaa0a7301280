"""Figures counted ahead, and their walls."""

from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('observatory_dailyfigure', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('observatory_monthlyfigure', 'programme_id', NULL);
SELECT carnet_guard_rows('observatory_countedclaim', 'programme_id', 'organisation_id');
SELECT carnet_guard_append_only('observatory_figurecomparison');
"""

# Which hand-overs a used voucher comes from is asked series by series.
SERIES = "CREATE INDEX observatory_handovers_of_series ON distribution_handover (series_id, first_booklet_id);"
NO_SERIES = "DROP INDEX observatory_handovers_of_series;"


class Migration(migrations.Migration):

    dependencies = [
        ('observatory', '0003_territories'),
        ('distribution', '0010_came_before'),
    ]

    operations = [
        migrations.CreateModel(
            name='CountedClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('build_id', models.BigIntegerField()),
                ('claim_id', models.BigIntegerField()),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('paid_on', models.DateField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('build_id', 'claim_id'), name='observatory_countedclaim_once')],
            },
        ),
        migrations.CreateModel(
            name='DailyFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('build_id', models.BigIntegerField()),
                ('day', models.DateField()),
                ('programme_id', models.BigIntegerField()),
                ('series_id', models.BigIntegerField()),
                ('pattern', models.SmallIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
                ('service_code', models.CharField(max_length=60)),
                ('measure', models.CharField(max_length=24)),
                ('detail', models.CharField(max_length=60)),
                ('count', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['programme_id', 'day'], name='observatory_daily_programme'), models.Index(condition=models.Q(('place_id', 0), _negated=True), fields=['place_id', 'day'], name='observatory_daily_place'), models.Index(condition=models.Q(('organisation_id', 0), _negated=True), fields=['organisation_id', 'day'], name='observatory_daily_organisation')],
                'constraints': [models.UniqueConstraint(fields=('series_id', 'day', 'measure', 'organisation_id', 'place_id', 'service_code', 'pattern', 'detail', 'build_id'), name='observatory_dailyfigure_once')],
            },
        ),
        migrations.CreateModel(
            name='FigureBuild',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('xid', models.BigIntegerField()),
                ('is_current', models.BooleanField(default=False)),
                ('started_at', models.DateTimeField()),
                ('counted_at', models.DateTimeField()),
                ('whole_at', models.DateTimeField(null=True)),
                ('done_series_id', models.BigIntegerField(default=0)),
                ('series_done', models.IntegerField(default=0)),
                ('series_total', models.IntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('is_current',), name='observatory_figurebuild_one_current'), models.CheckConstraint(condition=models.Q(('is_current', False), ('whole_at__isnull', False), _connector='OR'), name='observatory_figurebuild_whole')],
            },
        ),
        migrations.CreateModel(
            name='FigureComparison',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('compared_at', models.DateTimeField()),
                ('build_id', models.BigIntegerField()),
                ('xid_counted', models.BigIntegerField()),
                ('row_count', models.BigIntegerField()),
                ('fault_count', models.IntegerField()),
                ('faults', models.JSONField(default=list)),
            ],
            options={
                'indexes': [models.Index(fields=['-compared_at'], name='observatory_comparison_latest')],
            },
        ),
        migrations.CreateModel(
            name='MonthlyFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('build_id', models.BigIntegerField()),
                ('month_on', models.DateField()),
                ('programme_id', models.BigIntegerField()),
                ('level', models.CharField(max_length=12)),
                ('area_code', models.CharField(max_length=9)),
                ('measure', models.CharField(max_length=24)),
                ('cut', models.CharField(max_length=8)),
                ('key', models.CharField(max_length=60)),
                ('count', models.BigIntegerField()),
                ('cents', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['programme_id', 'month_on'], name='observatory_monthly_programme')],
                'constraints': [models.UniqueConstraint(fields=('level', 'cut', 'area_code', 'programme_id', 'month_on', 'measure', 'key', 'build_id'), name='observatory_monthlyfigure_once')],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
        migrations.RunSQL(SERIES, NO_SERIES),
    ]
