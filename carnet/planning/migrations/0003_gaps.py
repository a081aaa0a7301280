"""What the weekly looks at people far from any place found, and its wall."""

from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('planning_gapweek', 'programme_id', NULL);
SELECT carnet_guard_append_only('planning_gapweek');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0001_journal'),
        ('planning', '0002_need'),
    ]

    operations = [
        migrations.CreateModel(
            name='GapWeek',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('week_on', models.DateField()),
                ('commune_code', models.CharField(blank=True, max_length=5)),
                ('limit_minutes', models.SmallIntegerField()),
                ('people', models.IntegerField()),
                ('far', models.IntegerField()),
                ('looked_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('programme_id', 'week_on', 'commune_code'), name='planning_gapweek_once'), models.CheckConstraint(condition=models.Q(('far__gte', 0), ('far__lte', models.F('people')), ('people__gte', 0)), name='planning_gapweek_counts'), models.CheckConstraint(condition=models.Q(('limit_minutes__gt', 0)), name='planning_gapweek_limit')],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
