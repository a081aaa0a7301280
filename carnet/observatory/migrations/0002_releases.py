"""Releases of open data: what was published, byte for byte, and the counts behind it, which only the making of releases reads."""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('observatory_releasetruth', NULL, NULL);
SELECT carnet_guard_append_only('observatory_release');
SELECT carnet_guard_append_only('observatory_releasefile');
SELECT carnet_guard_append_only('observatory_releasetruth');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('observatory', '0001_forecasts_and_letters'),
    ]

    operations = [
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month_on', models.DateField()),
                ('revision', models.SmallIntegerField()),
                ('made_at', models.DateTimeField()),
                ('line_count', models.IntegerField()),
                ('hidden_count', models.IntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('moved', models.JSONField(default=list)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('month_on', 'revision'), name='observatory_release_once'), models.CheckConstraint(condition=models.Q(('revision__gte', 0)), name='observatory_release_revision')],
            },
        ),
        migrations.CreateModel(
            name='ReleaseTruth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deflated', models.BinaryField()),
                ('release', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='truth', to='observatory.release')),
            ],
        ),
        migrations.CreateModel(
            name='ReleaseFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('size', models.IntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('deflated', models.BinaryField()),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='observatory.release')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('release', 'name'), name='observatory_releasefile_once')],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
