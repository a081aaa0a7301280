"""Places, the programmes they accept, and the files they came from. Public facts: no wall."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

# Equality on plain ids as one-point ranges: an exclusion constraint without the btree_gist extension.
NO_OVERLAP = """
ALTER TABLE places_placeacceptance ADD CONSTRAINT places_acceptance_no_overlap EXCLUDE USING gist (
  int8range(place_id, place_id, '[]') WITH &&,
  int8range(programme_id, programme_id, '[]') WITH &&,
  daterange(from_on, until_on) WITH &&
);
"""
NO_OVERLAP_BACK = "ALTER TABLE places_placeacceptance DROP CONSTRAINT places_acceptance_no_overlap;"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('journal', '0001_journal'),
        ('funding', '0001_funding'),
        ('parties', '0001_parties'),
    ]

    operations = [
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provenance', models.CharField(max_length=100)),
                ('national_id', models.TextField()),
                ('imported_at', models.DateTimeField()),
                ('content_hash', models.BinaryField(max_length=16)),
                ('pivot', models.CharField(max_length=14)),
                ('name', models.TextField()),
                ('commune', models.TextField()),
                ('postcode', models.CharField(max_length=5)),
                ('commune_code', models.CharField(max_length=5)),
                ('address', models.TextField()),
                ('address_extra', models.TextField()),
                ('latitude', models.FloatField(null=True)),
                ('longitude', models.FloatField(null=True)),
                ('typologies', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('phone', models.CharField(max_length=16)),
                ('emails', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('websites', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('opening_hours', models.TextField()),
                ('summary', models.CharField(max_length=280)),
                ('detail', models.TextField()),
                ('source', models.TextField()),
                ('roaming', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('parent_structure', models.TextField()),
                ('updated_on', models.DateField()),
                ('services', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('audiences', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('specific_care', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('fees', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('national_programmes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('trainings', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('other_labels', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('access_modes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('support_modes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('accessibility_urls', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('booking_urls', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('extras', models.JSONField(default=dict)),
                ('ended_on', models.DateField(null=True)),
                ('operator', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='PlaceAcceptance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(null=True)),
                ('request_id', models.UUIDField(db_index=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acceptances', to='places.place')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='PlaceImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provenance', models.CharField(max_length=100)),
                ('file_name', models.CharField(max_length=200)),
                ('imported_at', models.DateTimeField()),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('version', models.CharField(max_length=10)),
                ('read_count', models.IntegerField()),
                ('created_count', models.IntegerField()),
                ('updated_count', models.IntegerField()),
                ('unchanged_count', models.IntegerField()),
                ('refused_count', models.IntegerField()),
                ('absent_count', models.IntegerField()),
                ('communes_found_count', models.IntegerField()),
                ('faults', models.JSONField()),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('read_count', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('created_count'), '+', models.F('updated_count')), '+', models.F('unchanged_count')), '+', models.F('refused_count')))), name='places_import_adds_up')],
            },
        ),
        migrations.AddIndex(
            model_name='place',
            index=models.Index(fields=['latitude', 'longitude'], name='places_place_box'),
        ),
        migrations.AddIndex(
            model_name='place',
            index=models.Index(fields=['commune_code'], name='places_place_commune'),
        ),
        migrations.AddIndex(
            model_name='place',
            index=models.Index(fields=['postcode'], name='places_place_postcode'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.UniqueConstraint(fields=('provenance', 'national_id'), name='places_place_once_per_provenance'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__gte', -90), ('latitude__isnull', False), ('latitude__lte', 90), ('longitude__gte', -180), ('longitude__isnull', False), ('longitude__lte', 180)), _connector='OR'), name='places_place_point_whole_and_on_earth'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(('postcode__regex', '^[0-9]{5}$')), name='places_place_postcode_shape'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(('commune_code', ''), ('commune_code__regex', '^([013-9][0-9]|2[AB1-9])[0-9]{3}$'), _connector='OR'), name='places_place_commune_code_shape'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('provenance', ''), _negated=True), models.Q(('national_id', ''), _negated=True)), name='places_place_identified'),
        ),
        migrations.AddConstraint(
            model_name='placeacceptance',
            constraint=models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='places_acceptance_in_order'),
        ),
        migrations.AddConstraint(
            model_name='placeacceptance',
            constraint=models.CheckConstraint(condition=models.Q(('service_codes__len__gte', 1)), name='places_acceptance_has_services'),
        ),
        migrations.RunSQL(NO_OVERLAP, NO_OVERLAP_BACK),
    ]
