"""Reservations, disputes, throttles by every dimension, and the lock of a serial after wrong secrets."""

import re
from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

HERE = Path(__file__).parent
FIRST = (HERE / "0001_redeem_many.sql").read_text(encoding="utf-8")


def first_function(name: str) -> str:
    """A function as the first migration made it, with its owner and who may call it: what going back restores."""
    found = re.search(rf"^CREATE FUNCTION {name}\(.*?^END \$\$;$", FIRST, re.MULTILINE | re.DOTALL)
    assert found is not None, name
    return f"""{found[0]}
ALTER FUNCTION {name} OWNER TO carnet_redeemer; REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {name} TO carnet_app;"""


GUARDS = """
SELECT carnet_guard_rows('redemption_guess', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('redemption_pressure', 'programme_id', NULL);
SELECT carnet_guard_rows('redemption_serialevent', 'programme_id', NULL);
SELECT carnet_guard_rows('redemption_reservation', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('redemption_reservationend', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('redemption_dispute', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('redemption_disputedecision', 'programme_id', 'organisation_id');
SELECT carnet_guard_append_only('redemption_guess');
SELECT carnet_guard_append_only('redemption_pressure');
SELECT carnet_guard_append_only('redemption_serialevent');
SELECT carnet_guard_append_only('redemption_reservation');
SELECT carnet_guard_append_only('redemption_reservationend');
SELECT carnet_guard_append_only('redemption_dispute');
SELECT carnet_guard_append_only('redemption_disputedecision');
"""

# (file, what going back does)
FUNCTIONS = (
    (
        "0002_counter_throttles.sql",
        "DROP FUNCTION redeem_many; DROP FUNCTION redemption_note_attempts; DROP FUNCTION redemption_keep_attempts;"
        " DROP FUNCTION redemption_throttled; DROP FUNCTION redemption_guesses; GRANT INSERT ON redemption_attempt TO carnet_app;"
        + first_function("redeem_many"),
    ),
    ("0002_counter_serials.sql", "DROP FUNCTION redemption_match_serials;"),
    (
        "0002_counter_reservations.sql",
        "DROP FUNCTION redemption_reserved; DROP FUNCTION release_reservation; DROP FUNCTION reserve_voucher; DROP FUNCTION redemption_reservations;",
    ),
    (
        "0002_counter_disputes.sql",
        "DROP FUNCTION decide_dispute; DROP FUNCTION reverse_redemption; DROP FUNCTION redemption_undo;" + first_function("reverse_redemption"),
    ),
)


class Migration(migrations.Migration):
    dependencies = [("redemption", "0001_redemption")]

    operations = [
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series_id', models.BigIntegerField()),
                ('voucher_id', models.BigIntegerField()),
                ('generation', models.SmallIntegerField()),
                ('rank', models.SmallIntegerField()),
                ('programme_id', models.BigIntegerField()),
                ('agreement_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
                ('cents', models.IntegerField()),
                ('reason', models.CharField(max_length=200)),
                ('opened_for_place', models.BooleanField(default=False)),
                ('opened_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='DisputeDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(max_length=10)),
                ('programme_id', models.BigIntegerField()),
                ('agreement_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('cents', models.IntegerField()),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('decided_by_id', models.BigIntegerField()),
                ('request_id', models.UUIDField(unique=True)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Guess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
                ('token_id', models.BigIntegerField(null=True)),
                ('instrument', models.CharField(max_length=24, null=True)),
                ('reason', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Pressure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField(default=0)),
                ('guess_count', models.IntegerField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Reservation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series_id', models.BigIntegerField()),
                ('voucher_id', models.BigIntegerField()),
                ('generation', models.SmallIntegerField()),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
                ('service_code', models.CharField(max_length=60)),
                ('until', models.DateTimeField()),
                ('channel', models.CharField(max_length=8)),
                ('actor_person_id', models.BigIntegerField(null=True)),
                ('token_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ReservationEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=8)),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('actor_person_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='SerialEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series_id', models.BigIntegerField()),
                ('voucher_id', models.BigIntegerField()),
                ('programme_id', models.BigIntegerField()),
                ('kind', models.CharField(max_length=8)),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('place_id', models.BigIntegerField(null=True)),
                ('actor_person_id', models.BigIntegerField(null=True)),
                ('token_id', models.BigIntegerField(null=True)),
                ('instrument', models.CharField(max_length=24, null=True)),
                ('channel', models.CharField(blank=True, max_length=8)),
                ('guess', models.BinaryField(max_length=8, null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('request_id', models.UUIDField(null=True)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='attempt',
            name='instrument',
            field=models.CharField(max_length=24, null=True),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('reason__in', ['code-mistyped', 'voucher-unknown'])), fields=['place_id', 'at'], name='redemption_attempt_at_place'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('reason__in', ['code-mistyped', 'voucher-unknown'])), fields=['actor_person_id', 'at'], name='redemption_attempt_by_person'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('reason__in', ['code-mistyped', 'voucher-unknown'])), fields=['token_id', 'at'], name='redemption_attempt_by_token'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('reason__in', ['code-mistyped', 'voucher-unknown'])), fields=['instrument', 'at'], name='redemption_attempt_with'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('reason__in', ['code-mistyped', 'voucher-unknown'])), fields=['at'], name='redemption_attempt_anywhere'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(fields=['organisation_id', 'id'], name='redemption_dispute_own'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(fields=['programme_id', 'id'], name='redemption_dispute_programme'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.UniqueConstraint(fields=('series_id', 'voucher_id', 'generation', 'rank'), name='redemption_dispute_rank'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('cents__gt', 0)), name='redemption_dispute_positive'),
        ),
        migrations.AddField(
            model_name='disputedecision',
            name='dispute',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='redemption.dispute'),
        ),
        migrations.AddIndex(
            model_name='guess',
            index=models.Index(fields=['programme_id', 'at'], name='redemption_guess_programme'),
        ),
        migrations.AddIndex(
            model_name='pressure',
            index=models.Index(fields=['programme_id', 'at'], name='redemption_pressure_on'),
        ),
        migrations.AddIndex(
            model_name='reservation',
            index=models.Index(fields=['organisation_id', 'until'], name='redemption_reservation_own'),
        ),
        migrations.AddIndex(
            model_name='reservation',
            index=models.Index(fields=['series_id', 'voucher_id', 'generation'], name='redemption_reservation_of'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.UniqueConstraint(fields=('organisation_id', 'request_id'), name='redemption_reservation_once'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('at'))), name='redemption_reservation_ahead'),
        ),
        migrations.AddField(
            model_name='reservationend',
            name='reservation',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='end', to='redemption.reservation'),
        ),
        migrations.AddIndex(
            model_name='serialevent',
            index=models.Index(fields=['series_id', 'voucher_id', 'id'], name='redemption_serial_events'),
        ),
        migrations.AddIndex(
            model_name='serialevent',
            index=models.Index(condition=models.Q(('kind', 'WRONG'), _negated=True), fields=['programme_id', 'id'], name='redemption_serial_locks'),
        ),
        migrations.AddConstraint(
            model_name='serialevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['WRONG', 'LOCKED', 'UNLOCKED'])), name='redemption_serialevent_kind'),
        ),
        migrations.AddIndex(
            model_name='disputedecision',
            index=models.Index(condition=models.Q(('outcome', 'TO_RECOVER')), fields=['agreement_id', 'organisation_id'], name='redemption_dispute_to_recover'),
        ),
        migrations.AddConstraint(
            model_name='disputedecision',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['REVERSED', 'TO_RECOVER', 'REFUSED'])), name='redemption_disputedecision_outcome'),
        ),
        migrations.AddConstraint(
            model_name='disputedecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'REFUSED'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='redemption_disputedecision_reasoned'),
        ),
        migrations.AddConstraint(
            model_name='reservationend',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['RELEASED', 'REPLACED'])), name='redemption_reservationend_kind'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL("DROP FUNCTION redeem_many; DROP FUNCTION reverse_redemption;", migrations.RunSQL.noop),
        *(migrations.RunSQL((HERE / file).read_text(encoding="utf-8"), back) for file, back in FUNCTIONS),
    ]
