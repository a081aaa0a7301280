"""Sessions, which are public; bookings and presences behind their walls, a booking open to whoever has its number."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('workshops_booking', NULL, 'organisation_id,desk_id');
SELECT carnet_guard_rows('workshops_presence', NULL, 'organisation_id');
-- Whoever has a booking's number reads that one row (docs/decisions/0023-a-booking-is-a-number.md); writing it is the place's.
CREATE POLICY presented ON workshops_booking FOR SELECT USING (number = NULLIF(current_setting('carnet.booking', true), ''));
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
            name='Booking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=8, unique=True)),
                ('channel', models.CharField(max_length=6)),
                ('state', models.CharField(max_length=7)),
                ('booklet_id', models.BigIntegerField(null=True)),
                ('booked_at', models.DateTimeField()),
                ('moved_up_at', models.DateTimeField(null=True)),
                ('came', models.BooleanField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(default='', max_length=7)),
                ('request_id', models.UUIDField(unique=True)),
                ('desk', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service', models.CharField(max_length=60)),
                ('title', models.CharField(max_length=100)),
                ('note', models.CharField(max_length=300)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('seats', models.SmallIntegerField()),
                ('waiting_seats', models.SmallIntegerField()),
                ('voucher_count', models.SmallIntegerField()),
                ('taught_by', models.CharField(max_length=9)),
                ('needs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), default=list, size=None)),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=3), default=list, size=None)),
                ('is_online', models.BooleanField()),
                ('booked_count', models.SmallIntegerField(default=0)),
                ('waiting_count', models.SmallIntegerField(default=0)),
                ('came_count', models.SmallIntegerField(default=0)),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('cancelled_because', models.CharField(default='', max_length=200)),
                ('revision', models.IntegerField(default=0)),
                ('changed_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
            ],
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('redemption', models.CharField(max_length=60, unique=True)),
                ('noted_at', models.DateTimeField()),
                ('booking', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='presences', to='workshops.booking')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='presences', to='workshops.session')),
            ],
        ),
        migrations.AddField(
            model_name='booking',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='workshops.session'),
        ),
        migrations.CreateModel(
            name='Workshop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rhythm', models.CharField(max_length=11)),
                ('first_on', models.DateField()),
                ('until_on', models.DateField(null=True)),
                ('except_on', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), default=list, size=None)),
                ('skips_holidays', models.BooleanField()),
                ('planned_at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
            ],
        ),
        migrations.AddField(
            model_name='session',
            name='workshop',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='workshops.workshop'),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(fields=['desk', '-booked_at'], name='workshops_booking_of_desk'),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(condition=models.Q(('booklet_id__isnull', False)), fields=['booklet_id'], name='workshops_booking_booklet'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['BOOKED', 'WAITING', 'ENDED'])), name='workshops_booking_state'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['DESK', 'PLACE', 'PUBLIC'])), name='workshops_booking_channel'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('ended_by__in', ['PERSON', 'DESK', 'PLACE', 'SESSION']), ('state', 'ENDED')), models.Q(models.Q(('state', 'ENDED'), _negated=True), ('ended_at__isnull', True), ('ended_by', '')), _connector='OR'), name='workshops_booking_ended_whole'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(('came__isnull', True), ('state', 'BOOKED'), _connector='OR'), name='workshops_booking_came_seated'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channel', 'DESK'), ('desk__isnull', False)), models.Q(models.Q(('channel', 'DESK'), _negated=True), ('desk__isnull', True)), _connector='OR'), name='workshops_booking_desk'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.UniqueConstraint(condition=models.Q(('booklet_id__isnull', False), models.Q(('state', 'ENDED'), _negated=True)), fields=('session', 'booklet_id'), name='workshops_booking_one_seat_a_booklet'),
        ),
        migrations.AddConstraint(
            model_name='workshop',
            constraint=models.CheckConstraint(condition=models.Q(('rhythm__in', ['ONCE', 'WEEKLY', 'FORTNIGHTLY', 'MONTHLY'])), name='workshops_workshop_rhythm'),
        ),
        migrations.AddConstraint(
            model_name='workshop',
            constraint=models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('first_on')), _connector='OR'), name='workshops_workshop_in_order'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['starts_at'], name='workshops_session_agenda'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['place', 'starts_at'], name='workshops_session_of_place'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='workshops_session_in_order'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('booked_count__gte', 0), ('booked_count__lte', models.F('seats')), ('waiting_count__gte', 0), ('waiting_count__lte', models.F('waiting_seats'))), name='workshops_session_never_overfull'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('seats__range', (1, 60)), ('voucher_count__range', (0, 5)), ('waiting_seats__range', (0, 30))), name='workshops_session_bounds'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('taught_by__in', ['TEAM', 'VOLUNTEER', 'PARTNER'])), name='workshops_session_teacher'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('cancelled_at__isnull', True), models.Q(('booked_count', 0), ('waiting_count', 0)), _connector='OR'), name='workshops_session_cancelled_is_empty'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('came_count__gte', 0), models.Q(('title', ''), _negated=True)), name='workshops_session_said'),
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
