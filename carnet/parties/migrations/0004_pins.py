"""Shared computers, PINs, turns, and the vouchers counted in a day; and people without an e-mail address.

A station is opened by what its browser presents, like a token: the hash of its secret, or of the code that enrols it.
Somebody without an address is made by naming the row's own number, drawn beforehand: still one row, and nobody can list people.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('parties_station', NULL, 'organisation_id');
SELECT carnet_guard_rows('parties_pin', NULL, 'organisation_id');
SELECT carnet_guard_rows('parties_turn', NULL, 'organisation_id');
SELECT carnet_guard_rows('parties_pinday', NULL, 'organisation_id');
CREATE POLICY presented ON parties_station FOR SELECT USING (
  secret_hash = (SELECT carnet_presented()) OR code_hash = (SELECT carnet_presented())
);
CREATE POLICY made_without_email ON parties_person FOR INSERT WITH CHECK (email IS NULL AND id::text = (SELECT carnet_signing_in()));
"""

UNDO = """
DROP POLICY made_without_email ON parties_person;
DROP POLICY presented ON parties_station;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('parties', '0003_labels'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hash', models.CharField(blank=True, default='', max_length=200)),
                ('chosen_at', models.DateTimeField(null=True)),
                ('code_hash', models.BinaryField(max_length=32, null=True)),
                ('code_expires_at', models.DateTimeField(null=True)),
                ('wrong_count', models.PositiveSmallIntegerField(default=0)),
                ('locked_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='PinDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('voucher_count', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Station',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place_id', models.BigIntegerField(null=True)),
                ('name', models.CharField(max_length=60)),
                ('code_hash', models.BinaryField(max_length=32, null=True, unique=True)),
                ('code_expires_at', models.DateTimeField(null=True)),
                ('secret_hash', models.BinaryField(max_length=32, null=True, unique=True)),
                ('prepared_by_id', models.BigIntegerField(null=True)),
                ('prepared_at', models.DateTimeField()),
                ('enrolled_at', models.DateTimeField(null=True)),
                ('latest_used_at', models.DateTimeField(null=True)),
                ('wrong_count', models.PositiveSmallIntegerField(default=0)),
                ('locked_at', models.DateTimeField(null=True)),
                ('person_daily', models.PositiveIntegerField()),
                ('station_daily', models.PositiveIntegerField()),
                ('idle_minutes', models.PositiveSmallIntegerField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_at', models.DateTimeField()),
                ('latest_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
        ),
        migrations.AlterField(
            model_name='person',
            name='email',
            field=models.EmailField(max_length=254, null=True, unique=True),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('email__isnull', False), ('password__startswith', '!'), _connector='OR'), name='parties_person_password_needs_email'),
        ),
        migrations.AddField(
            model_name='pin',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='pin',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='pinday',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='pinday',
            name='person',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='station',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='pinday',
            name='station',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.station'),
        ),
        migrations.AddField(
            model_name='turn',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='turn',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='turn',
            name='station',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.station'),
        ),
        migrations.AddConstraint(
            model_name='pin',
            constraint=models.UniqueConstraint(fields=('organisation', 'person'), name='parties_pin_one'),
        ),
        migrations.AddConstraint(
            model_name='pin',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code_hash__isnull', True), ('code_expires_at__isnull', True)), models.Q(('code_hash__isnull', False), ('code_expires_at__isnull', False)), _connector='OR'), name='parties_pin_code_whole'),
        ),
        migrations.AddConstraint(
            model_name='pin',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('chosen_at__isnull', True), ('hash', '')), models.Q(models.Q(('hash', ''), _negated=True), ('chosen_at__isnull', False)), _connector='OR'), name='parties_pin_whole'),
        ),
        migrations.AddIndex(
            model_name='station',
            index=models.Index(fields=['organisation'], name='parties_station_of'),
        ),
        migrations.AddConstraint(
            model_name='station',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code_hash__isnull', True), ('code_expires_at__isnull', True)), models.Q(('code_hash__isnull', False), ('code_expires_at__isnull', False)), _connector='OR'), name='parties_station_code_whole'),
        ),
        migrations.AddConstraint(
            model_name='station',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('secret_hash__isnull', True), ('enrolled_at__isnull', True)), models.Q(('secret_hash__isnull', False), ('enrolled_at__isnull', False)), _connector='OR'), name='parties_station_enrolment_whole'),
        ),
        migrations.AddConstraint(
            model_name='station',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_by_id__isnull', True)), models.Q(('revoked_at__isnull', False), ('revoked_by_id__isnull', False)), _connector='OR'), name='parties_station_revocation_whole'),
        ),
        migrations.AddConstraint(
            model_name='station',
            constraint=models.CheckConstraint(condition=models.Q(('person_daily__gte', 1), ('station_daily__gte', models.F('person_daily')), ('station_daily__lte', 1000)), name='parties_station_limits_in_order'),
        ),
        migrations.AddConstraint(
            model_name='station',
            constraint=models.CheckConstraint(condition=models.Q(('idle_minutes__gte', 1), ('idle_minutes__lte', 15)), name='parties_station_idle_short'),
        ),
        migrations.AddConstraint(
            model_name='pinday',
            constraint=models.UniqueConstraint(condition=models.Q(('station', None)), fields=('organisation', 'person', 'day'), name='parties_pinday_person'),
        ),
        migrations.AddConstraint(
            model_name='pinday',
            constraint=models.UniqueConstraint(condition=models.Q(('person', None)), fields=('station', 'day'), name='parties_pinday_station'),
        ),
        migrations.AddConstraint(
            model_name='pinday',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', True), ('station__isnull', False)), models.Q(('person__isnull', False), ('station__isnull', True)), _connector='OR'), name='parties_pinday_whose'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('station',), name='parties_turn_one'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=models.CheckConstraint(condition=models.Q(('latest_at__gte', models.F('opened_at'))), name='parties_turn_in_order'),
        ),
        migrations.RunSQL(WALLS, UNDO),
    ]
