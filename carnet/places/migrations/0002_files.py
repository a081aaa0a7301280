"""Files of places on their way, in parts that go on where they were; and what their columns mean, remembered. Walled: a file may hold more than it says."""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('places_placefile', NULL, 'organisation_id');
SELECT carnet_guard_rows('places_placefilepart', NULL, 'organisation_id');
SELECT carnet_guard_rows('places_placemapping', NULL, 'organisation_id');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0001_places'),
    ]

    operations = [
        migrations.CreateModel(
            name='PlaceFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('file_name', models.CharField(max_length=200)),
                ('provenance', models.CharField(max_length=100)),
                ('digest', models.BinaryField(max_length=16)),
                ('form', models.CharField(max_length=8)),
                ('shape', models.CharField(max_length=32)),
                ('columns', models.JSONField()),
                ('read_count', models.IntegerField()),
                ('form_faults', models.JSONField()),
                ('state', models.CharField(max_length=10)),
                ('targets', models.JSONField(default=dict)),
                ('constants', models.JSONField(default=dict)),
                ('version', models.CharField(blank=True, max_length=10)),
                ('done', models.IntegerField(default=0)),
                ('total', models.IntegerField()),
                ('report', models.JSONField(null=True)),
                ('error', models.CharField(blank=True, max_length=60)),
                ('sent_at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
                ('place_import', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.placeimport')),
            ],
        ),
        migrations.CreateModel(
            name='PlaceFilePart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('number', models.IntegerField()),
                ('line_count', models.IntegerField()),
                ('lines', models.BinaryField()),
                ('judged', models.BinaryField(null=True)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='places.placefile')),
            ],
        ),
        migrations.CreateModel(
            name='PlaceMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('shape', models.CharField(max_length=32)),
                ('provenance', models.CharField(max_length=100)),
                ('targets', models.JSONField()),
                ('constants', models.JSONField()),
                ('saved_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation_id', 'shape'), name='places_mapping_one_per_shape')],
            },
        ),
        migrations.AddIndex(
            model_name='placefile',
            index=models.Index(fields=['organisation_id', 'sent_at'], name='places_file_sent'),
        ),
        migrations.AddConstraint(
            model_name='placefile',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['MAPPING', 'CHECKING', 'CHECKED', 'WRITING', 'DONE', 'FAILED'])), name='places_file_state'),
        ),
        migrations.AddConstraint(
            model_name='placefile',
            constraint=models.CheckConstraint(condition=models.Q(('done__gte', 0), ('done__lte', models.F('total'))), name='places_file_progress'),
        ),
        migrations.AddConstraint(
            model_name='placefile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'DONE'), _negated=True), ('place_import__isnull', False), _connector='OR'), name='places_file_done_has_its_import'),
        ),
        migrations.AddConstraint(
            model_name='placefilepart',
            constraint=models.UniqueConstraint(fields=('file', 'number'), name='places_filepart_number'),
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
