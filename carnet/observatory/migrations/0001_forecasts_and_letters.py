"""Forecasts and monthly statements, kept as they were, and who receives them; and their walls."""

import django.contrib.postgres.fields
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('observatory_forecast', 'programme_id', NULL);
SELECT carnet_guard_rows('observatory_monthlyletter', 'programme_id', 'funder_id');
SELECT carnet_guard_rows('observatory_letterchoice', NULL, 'organisation_id');
SELECT carnet_guard_append_only('observatory_forecast');
SELECT carnet_guard_append_only('observatory_monthlyletter');
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("journal", "0001_journal"),
    ]

    operations = [
        migrations.CreateModel(
            name='Forecast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('agreement_id', models.BigIntegerField()),
                ('made_on', models.DateField()),
                ('made_at', models.DateTimeField()),
                ('content', models.JSONField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('agreement_id', 'made_on'), name='observatory_forecast_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='LetterChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField(unique=True)),
                ('is_stopped', models.BooleanField(default=False)),
                ('emails', django.contrib.postgres.fields.ArrayField(base_field=models.EmailField(max_length=254), default=list, size=None)),
                ('language', models.CharField(default='fr', max_length=2)),
                ('chosen_at', models.DateTimeField()),
                ('chosen_by_id', models.BigIntegerField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('language__in', ['fr', 'en'])), name='observatory_letterchoice_language')],
            },
        ),
        migrations.CreateModel(
            name='MonthlyLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('agreement_id', models.BigIntegerField()),
                ('funder_id', models.BigIntegerField()),
                ('month_on', models.DateField()),
                ('made_at', models.DateTimeField()),
                ('content', models.JSONField()),
                ('posted_count', models.SmallIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['funder_id', '-month_on'], name='observatory_letters_of_funder')],
                'constraints': [models.UniqueConstraint(fields=('agreement_id', 'funder_id', 'month_on'), name='observatory_monthlyletter_once_a_month')],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
