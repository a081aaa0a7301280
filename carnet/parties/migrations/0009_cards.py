"""Cards of one-time codes, the recoveries of whoever lost a second factor, and helpers' accounts closed when they do not serve.

A card is seen by its operator, by the structure it was sent to, and by its holder while signing in; an accepted code by its holder only.
A card that ended never lives again, its seed never changes, and the last step accepted never goes back.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('parties_cardshipment', NULL, 'operator_id,organisation_id');
SELECT carnet_guard_rows('parties_codecard', NULL, 'operator_id,organisation_id');
SELECT carnet_guard_rows('parties_cardcode', NULL, NULL);
SELECT carnet_guard_rows('parties_factorrecovery', NULL, 'operator_id,organisation_id');
CREATE POLICY own ON parties_codecard USING (holder_id = (SELECT carnet_person())) WITH CHECK (holder_id = (SELECT carnet_person()));
CREATE POLICY own ON parties_cardcode USING (person_id = (SELECT carnet_person())) WITH CHECK (person_id = (SELECT carnet_person()));
CREATE POLICY own ON parties_factorrecovery USING (person_id = (SELECT carnet_person())) WITH CHECK (person_id = (SELECT carnet_person()));

CREATE FUNCTION parties_freeze_card() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'card %: a card that ended never lives again', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.id, NEW.operator_id, NEW.serial, NEW.step_seconds, NEW.digits, NEW.algorithm, NEW.imported_at, NEW.import_id)
     IS DISTINCT FROM
     (OLD.id, OLD.operator_id, OLD.serial, OLD.step_seconds, OLD.digits, OLD.algorithm, OLD.imported_at, OLD.import_id)
     OR (NEW.sealed_seed IS NOT NULL AND NEW.sealed_seed IS DISTINCT FROM OLD.sealed_seed) THEN
    RAISE EXCEPTION 'card %: what its maker said never changes', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.latest_step < OLD.latest_step THEN
    RAISE EXCEPTION 'card %: the last code accepted never goes back', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER parties_codecard_frozen BEFORE UPDATE ON parties_codecard FOR EACH ROW EXECUTE FUNCTION parties_freeze_card();
CREATE TRIGGER parties_codecard_kept BEFORE DELETE ON parties_codecard FOR EACH ROW EXECUTE FUNCTION carnet_refuse_change();
CREATE TRIGGER parties_cardcode_kept BEFORE UPDATE ON parties_cardcode FOR EACH ROW EXECUTE FUNCTION carnet_refuse_change();
"""

UNDO = """
DROP TRIGGER parties_cardcode_kept ON parties_cardcode;
DROP TRIGGER parties_codecard_kept ON parties_codecard; DROP TRIGGER parties_codecard_frozen ON parties_codecard;
DROP FUNCTION parties_freeze_card;
DROP POLICY own ON parties_factorrecovery; DROP POLICY own ON parties_cardcode; DROP POLICY own ON parties_codecard;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('parties', '0008_helpers'),
    ]

    operations = [
        migrations.CreateModel(
            name='CardCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.BigIntegerField()),
                ('accepted_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='CardShipment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('card_count', models.PositiveSmallIntegerField()),
                ('sent_by_id', models.BigIntegerField(null=True)),
                ('sent_at', models.DateTimeField()),
                ('received_by_id', models.BigIntegerField(null=True)),
                ('received_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='CodeCard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('serial', models.CharField(max_length=32)),
                ('sealed_seed', models.BinaryField(null=True)),
                ('step_seconds', models.PositiveSmallIntegerField()),
                ('digits', models.PositiveSmallIntegerField()),
                ('algorithm', models.CharField(max_length=6)),
                ('imported_at', models.DateTimeField()),
                ('import_id', models.UUIDField()),
                ('assigned_by_id', models.BigIntegerField(null=True)),
                ('assigned_at', models.DateTimeField(null=True)),
                ('validated_at', models.DateTimeField(null=True)),
                ('drift', models.SmallIntegerField(default=0)),
                ('reach', models.PositiveSmallIntegerField(default=1)),
                ('latest_step', models.BigIntegerField(default=0)),
                ('latest_at', models.DateTimeField(null=True)),
                ('wrong_count', models.PositiveIntegerField(default=0)),
                ('rests_until', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_reason', models.CharField(max_length=6, null=True)),
                ('ended_by_id', models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='FactorRecovery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(max_length=10)),
                ('state', models.CharField(max_length=10)),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('asked_by_id', models.BigIntegerField(null=True)),
                ('asked_at', models.DateTimeField()),
                ('agreed_by_id', models.BigIntegerField(null=True)),
                ('opens_at', models.DateTimeField(null=True)),
                ('code_hash', models.BinaryField(max_length=32, null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('wrong_count', models.PositiveSmallIntegerField(default=0)),
                ('ended_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='membership',
            name='parties_membership_suspension_whole',
        ),
        migrations.AddField(
            model_name='membership',
            name='is_unused',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='membership',
            name='reopened_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='membership',
            name='warned_unused_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('is_unused', False), ('suspended_at__isnull', True), ('suspended_by_id__isnull', True)), models.Q(('is_unused', False), ('suspended_at__isnull', False), ('suspended_by_id__isnull', False)), models.Q(('is_unused', True), ('suspended_at__isnull', False), ('suspended_by_id__isnull', True)), _connector='OR'), name='parties_membership_suspension_whole'),
        ),
        migrations.AddField(
            model_name='cardcode',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='cardshipment',
            name='operator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='cardshipment',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='codecard',
            name='holder',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='codecard',
            name='operator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='codecard',
            name='organisation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='codecard',
            name='shipment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.cardshipment'),
        ),
        migrations.AddField(
            model_name='cardcode',
            name='card',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.codecard'),
        ),
        migrations.AddField(
            model_name='factorrecovery',
            name='operator',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='factorrecovery',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='factorrecovery',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='cardshipment',
            index=models.Index(fields=['organisation'], name='parties_cardshipment_of'),
        ),
        migrations.AddConstraint(
            model_name='cardshipment',
            constraint=models.CheckConstraint(condition=models.Q(('card_count__gte', 1)), name='parties_cardshipment_something'),
        ),
        migrations.AddConstraint(
            model_name='cardshipment',
            constraint=models.CheckConstraint(condition=models.Q(('received_at__isnull', True), ('received_at__gte', models.F('sent_at')), _connector='OR'), name='parties_cardshipment_in_order'),
        ),
        migrations.AddIndex(
            model_name='codecard',
            index=models.Index(fields=['operator', 'organisation'], name='parties_codecard_stock'),
        ),
        migrations.AddIndex(
            model_name='codecard',
            index=models.Index(fields=['organisation'], name='parties_codecard_of'),
        ),
        migrations.AddConstraint(
            model_name='codecard',
            constraint=models.UniqueConstraint(fields=('operator', 'serial'), name='parties_codecard_one_serial'),
        ),
        migrations.AddConstraint(
            model_name='codecard',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('holder',), name='parties_codecard_one_each'),
        ),
        migrations.AddConstraint(
            model_name='codecard',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('organisation__isnull', True), ('shipment__isnull', True)), models.Q(('organisation__isnull', False), ('shipment__isnull', False)), _connector='OR'), name='parties_codecard_sent_whole'),
        ),
        migrations.AddConstraint(
            model_name='codecard',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('holder__isnull', True), ('assigned_at__isnull', True)), models.Q(('holder__isnull', False), ('assigned_at__isnull', False)), _connector='OR'), name='parties_codecard_given_whole'),
        ),
        migrations.AddConstraint(
            model_name='codecard',
            constraint=models.CheckConstraint(condition=models.Q(('holder__isnull', True), ('organisation__isnull', False), _connector='OR'), name='parties_codecard_given_by_a_structure'),
        ),
        migrations.AddConstraint(
            model_name='codecard',
            constraint=models.CheckConstraint(condition=models.Q(('validated_at__isnull', True), ('holder__isnull', False), _connector='OR'), name='parties_codecard_proved_by_its_holder'),
        ),
        migrations.AddConstraint(
            model_name='codecard',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_reason__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_reason__isnull', False)), _connector='OR'), name='parties_codecard_end_whole'),
        ),
        migrations.AddConstraint(
            model_name='codecard',
            constraint=models.CheckConstraint(condition=models.Q(('ended_reason__isnull', True), ('ended_reason__in', ['LOST', 'BROKEN']), _connector='OR'), name='parties_codecard_end_known'),
        ),
        migrations.AddConstraint(
            model_name='codecard',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('sealed_seed__isnull', False)), models.Q(('ended_at__isnull', False), ('sealed_seed__isnull', True)), _connector='OR'), name='parties_codecard_dead_without_seed'),
        ),
        migrations.AddConstraint(
            model_name='codecard',
            constraint=models.CheckConstraint(condition=models.Q(('drift__gte', -20), ('drift__lte', 20), ('reach__gte', 1), ('reach__lte', 2)), name='parties_codecard_drift_bounded'),
        ),
        migrations.AddConstraint(
            model_name='codecard',
            constraint=models.CheckConstraint(condition=models.Q(('algorithm__in', ('SHA1', 'SHA256', 'SHA512')), ('digits__in', (6, 8)), ('step_seconds__in', (30, 60))), name='parties_codecard_kind_known'),
        ),
        migrations.AddIndex(
            model_name='cardcode',
            index=models.Index(fields=['accepted_at'], name='parties_cardcode_old'),
        ),
        migrations.AddConstraint(
            model_name='cardcode',
            constraint=models.UniqueConstraint(fields=('card', 'step'), name='parties_cardcode_once'),
        ),
        migrations.AddIndex(
            model_name='factorrecovery',
            index=models.Index(fields=['organisation'], name='parties_recovery_of'),
        ),
        migrations.AddConstraint(
            model_name='factorrecovery',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['ASKED', 'AGREED', 'OPEN', 'DONE', 'REFUSED', 'CANCELLED'])), name='parties_recovery_state_known'),
        ),
        migrations.AddConstraint(
            model_name='factorrecovery',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ['LEAD', 'OPERATOR'])), name='parties_recovery_way_known'),
        ),
        migrations.AddConstraint(
            model_name='factorrecovery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code_hash__isnull', True), ('expires_at__isnull', True)), models.Q(('code_hash__isnull', False), ('expires_at__isnull', False)), _connector='OR'), name='parties_recovery_code_whole'),
        ),
        migrations.AddConstraint(
            model_name='factorrecovery',
            constraint=models.CheckConstraint(condition=models.Q(('agreed_by_id__isnull', True), models.Q(('agreed_by_id', models.F('asked_by_id')), _negated=True), _connector='OR'), name='parties_recovery_two_people'),
        ),
        migrations.AddConstraint(
            model_name='factorrecovery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['AGREED', 'OPEN', 'DONE']), ('way', 'OPERATOR'), _negated=True), ('agreed_by_id__isnull', False), _connector='OR'), name='parties_recovery_agreed_by_a_second'),
        ),
        migrations.AddConstraint(
            model_name='factorrecovery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state__in', ['ASKED', 'AGREED', 'OPEN'])), models.Q(models.Q(('state__in', ['ASKED', 'AGREED', 'OPEN']), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='parties_recovery_end_whole'),
        ),
        migrations.AddConstraint(
            model_name='factorrecovery',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['ASKED', 'AGREED', 'OPEN'])), fields=('person',), name='parties_recovery_one_waiting'),
        ),
        migrations.RunSQL(WALLS, UNDO),
    ]
