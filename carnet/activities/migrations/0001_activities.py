"""Records of activities, which only grow; bookings of seats, never two on one station. Both behind walls."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('activities_record', NULL, 'organisation_id');
SELECT carnet_guard_append_only('activities_record');
SELECT carnet_guard_rows('activities_seatbooking', NULL, 'organisation_id,desk_id');
-- Whoever has a booking's number reads that one row (docs/decisions/0023-a-booking-is-a-number.md); writing it is the place's.
CREATE POLICY presented ON activities_seatbooking FOR SELECT USING (number = NULLIF(current_setting('carnet.booking', true), ''));
-- Equality on plain ids as one-point ranges: an exclusion constraint without the btree_gist extension.
ALTER TABLE activities_seatbooking ADD CONSTRAINT activities_seat_held_once EXCLUDE USING gist (
  int8range(place_id, place_id, '[]') WITH &&,
  int4range(station::int, station::int, '[]') WITH &&,
  tstzrange(starts_at, ends_at) WITH &&
) WHERE (state = 'BOOKED');
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('journal', '0001_journal'),
        ('parties', '0001_parties'),
        ('places', '0001_places'),
    ]

    operations = [
        migrations.CreateModel(
            name='Record',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('activity', models.UUIDField()),
                ('revision', models.SmallIntegerField()),
                ('kind', models.CharField(max_length=16)),
                ('day', models.DateField()),
                ('where', models.CharField(max_length=13)),
                ('minutes', models.SmallIntegerField()),
                ('themes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('equipment', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), default=list, size=None)),
                ('people_count', models.SmallIntegerField()),
                ('under_12_count', models.SmallIntegerField()),
                ('from_12_count', models.SmallIntegerField()),
                ('from_18_count', models.SmallIntegerField()),
                ('from_25_count', models.SmallIntegerField()),
                ('from_40_count', models.SmallIntegerField()),
                ('from_60_count', models.SmallIntegerField()),
                ('from_70_count', models.SmallIntegerField()),
                ('unknown_age_count', models.SmallIntegerField()),
                ('returning_count', models.SmallIntegerField()),
                ('redirected_to', models.CharField(max_length=40)),
                ('level', models.CharField(max_length=13)),
                ('title', models.CharField(max_length=100)),
                ('is_withdrawn', models.BooleanField()),
                ('source', models.CharField(max_length=8)),
                ('source_key', models.CharField(max_length=100)),
                ('told_at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
            ],
            options={
                'indexes': [models.Index(fields=['place', 'day'], name='activities_record_of_place')],
                'constraints': [models.UniqueConstraint(fields=('activity', 'revision'), name='activities_record_one_revision'), models.UniqueConstraint(condition=models.Q(('revision', 0), models.Q(('source_key', ''), _negated=True)), fields=('source_key',), name='activities_record_told_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['ONE_TO_ONE', 'OPEN_ACCESS', 'SPACE_VISIT', 'WORKSHOP', 'EVENT', 'VOUCHER_LESSON', 'VOUCHER_WORKSHOP']), ('where__in', ['lieu_activite', 'domicile', 'a_distance', 'autre']), ('source__in', ['HAND', 'DOOR', 'SESSION', 'VOUCHERS', 'SEAT'])), name='activities_record_words'), models.CheckConstraint(condition=models.Q(('minutes__range', (5, 1439)), ('people_count__range', (1, 500)), ('revision__gte', 0), ('returning_count__gte', 0), ('returning_count__lte', models.F('people_count'))), name='activities_record_bounds'), models.CheckConstraint(condition=models.Q(('from_12_count__gte', 0), ('from_18_count__gte', 0), ('from_25_count__gte', 0), ('from_40_count__gte', 0), ('from_60_count__gte', 0), ('from_70_count__gte', 0), ('under_12_count__gte', 0), ('unknown_age_count__gte', 0), ('people_count', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('under_12_count'), '+', models.F('from_12_count')), '+', models.F('from_18_count')), '+', models.F('from_25_count')), '+', models.F('from_40_count')), '+', models.F('from_60_count')), '+', models.F('from_70_count')), '+', models.F('unknown_age_count')))), name='activities_record_ages_add_up')],
            },
        ),
        migrations.CreateModel(
            name='SeatBooking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('station', models.SmallIntegerField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('number', models.CharField(max_length=8, unique=True)),
                ('channel', models.CharField(max_length=6)),
                ('state', models.CharField(max_length=7)),
                ('booklet_id', models.BigIntegerField(null=True)),
                ('booked_at', models.DateTimeField()),
                ('came', models.BooleanField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(default='', max_length=7)),
                ('request_id', models.UUIDField(unique=True)),
                ('desk', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
            ],
            options={
                'indexes': [models.Index(fields=['place', 'starts_at'], name='activities_seat_of_place'), models.Index(fields=['desk', '-booked_at'], name='activities_seat_of_desk'), models.Index(condition=models.Q(('booklet_id__isnull', False)), fields=['booklet_id'], name='activities_seat_booklet')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at')), ('station__gte', 1)), name='activities_seat_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by', ''), ('state', 'BOOKED')), models.Q(('came__isnull', True), ('ended_at__isnull', False), ('ended_by__in', ['PERSON', 'DESK', 'PLACE']), ('state', 'ENDED')), _connector='OR'), name='activities_seat_state_whole'), models.CheckConstraint(condition=models.Q(models.Q(('channel', 'DESK'), ('desk__isnull', False)), models.Q(('channel__in', ['PLACE', 'PUBLIC']), ('desk__isnull', True)), _connector='OR'), name='activities_seat_desk')],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
