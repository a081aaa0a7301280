"""Neighbourhoods, what files say of areas, the weights an organisation keeps; and their wall."""

from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('planning_weighing', NULL, 'organisation_id');
SELECT carnet_guard_append_only('planning_weighing');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0001_journal'),
        ('planning', '0001_plans'),
    ]

    operations = [
        migrations.CreateModel(
            name='AreaFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('area_code', models.CharField(max_length=9)),
                ('indicator', models.CharField(max_length=20)),
                ('vintage', models.SmallIntegerField()),
                ('value', models.DecimalField(decimal_places=3, max_digits=16, null=True)),
                ('known', models.CharField(max_length=7)),
                ('source', models.CharField(max_length=200)),
                ('imported_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['indicator', 'vintage'], name='planning_areafigure_vintage')],
                'constraints': [models.UniqueConstraint(fields=('area_code', 'indicator', 'vintage'), name='planning_areafigure_once'), models.CheckConstraint(condition=models.Q(('indicator__regex', '^[A-Z][A-Z0-9_]*$')), name='planning_areafigure_named'), models.CheckConstraint(condition=models.Q(('area_code__regex', '^[0-9][0-9AB][0-9]{3}([0-9]{4})?$')), name='planning_areafigure_area'), models.CheckConstraint(condition=models.Q(models.Q(('known', 'VALUE'), ('value__isnull', False)), models.Q(('known__in', ['SECRET', 'MISSING']), ('value__isnull', True)), _connector='OR'), name='planning_areafigure_value'), models.CheckConstraint(condition=models.Q(('value__isnull', True), ('value__gte', 0), _connector='OR'), name='planning_areafigure_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Neighbourhood',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=9, unique=True)),
                ('commune_code', models.CharField(max_length=5)),
                ('name', models.CharField(max_length=120)),
                ('imported_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['commune_code'], name='planning_neighbourhood_of')],
                'constraints': [models.CheckConstraint(condition=models.Q(('code__regex', '^[0-9][0-9AB][0-9]{7}$')), name='planning_neighbourhood_code')],
            },
        ),
        migrations.CreateModel(
            name='Weighing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('name', models.CharField(max_length=80)),
                ('words', models.CharField(max_length=400)),
                ('weights', models.JSONField()),
                ('made_at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'indexes': [models.Index(fields=['organisation_id', '-made_at'], name='planning_weighings')],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
