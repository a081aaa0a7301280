"""Labels the State gives operators, changes of head, and the State's officer, a role of its own.

A label is published, so its table has no wall. What was prepared, and an earlier head, are their organisations' own.
"""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('parties_operatorlabeldecision', NULL, 'organisation_id,authority_id');
SELECT carnet_guard_rows('parties_headchange', NULL, 'organisation_id,operator_id');

CREATE FUNCTION parties_freeze_label_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.decision IS NOT NULL THEN
    RAISE EXCEPTION 'label decision %: already decided', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.id, NEW.label_id, NEW.organisation_id, NEW.authority_id, NEW.act, NEW.reason, NEW.order_reference, NEW.from_on, NEW.until_on,
      NEW.prepared_by_id, NEW.prepared_at, NEW.request_id)
     IS DISTINCT FROM
     (OLD.id, OLD.label_id, OLD.organisation_id, OLD.authority_id, OLD.act, OLD.reason, OLD.order_reference, OLD.from_on, OLD.until_on,
      OLD.prepared_by_id, OLD.prepared_at, OLD.request_id) THEN
    RAISE EXCEPTION 'label decision %: what was prepared never changes', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER parties_labeldecision_frozen BEFORE UPDATE ON parties_operatorlabeldecision
  FOR EACH ROW EXECUTE FUNCTION parties_freeze_label_decision();
CREATE TRIGGER parties_labeldecision_kept BEFORE DELETE ON parties_operatorlabeldecision
  FOR EACH ROW EXECUTE FUNCTION carnet_refuse_change();
CREATE TRIGGER parties_label_kept BEFORE DELETE ON parties_operatorlabel FOR EACH ROW EXECUTE FUNCTION carnet_refuse_change();
"""

UNDO = """
DROP TRIGGER parties_label_kept ON parties_operatorlabel;
DROP TRIGGER parties_labeldecision_kept ON parties_operatorlabeldecision;
DROP TRIGGER parties_labeldecision_frozen ON parties_operatorlabeldecision;
DROP FUNCTION parties_freeze_label_decision;
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0002_second_factor_wall")]

    operations = [
        migrations.CreateModel(
            name='HeadChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('display_name', models.CharField(max_length=120)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('state', models.CharField(max_length=10)),
                ('sealed_document', models.BinaryField(null=True)),
                ('media_type', models.CharField(blank=True, max_length=40)),
                ('asked_by_id', models.BigIntegerField()),
                ('asked_at', models.DateTimeField()),
                ('decided_by_id', models.BigIntegerField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='OperatorLabel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(max_length=12)),
                ('state', models.CharField(default='REQUESTED', max_length=10)),
                ('statement', models.CharField(max_length=2000)),
                ('requested_at', models.DateTimeField()),
                ('requested_by_id', models.BigIntegerField()),
                ('order_reference', models.CharField(blank=True, max_length=120)),
                ('answered_at', models.DateTimeField(null=True)),
                ('from_on', models.DateField(null=True)),
                ('until_on', models.DateField(null=True)),
                ('withdrawn_on', models.DateField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='OperatorLabelDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(max_length=10)),
                ('reason', models.CharField(max_length=2000)),
                ('order_reference', models.CharField(blank=True, max_length=120)),
                ('from_on', models.DateField(null=True)),
                ('until_on', models.DateField(null=True)),
                ('prepared_by_id', models.BigIntegerField()),
                ('prepared_at', models.DateTimeField()),
                ('decision', models.CharField(max_length=10, null=True)),
                ('decided_by_id', models.BigIntegerField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='invitation',
            name='parties_invitation_role_known',
        ),
        migrations.RemoveConstraint(
            model_name='membership',
            name='parties_membership_role_known',
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['OPERATOR_ADMIN', 'OPERATOR_AGENT', 'TREASURER', 'APPROVER', 'FUNDER', 'PRESCRIBER_LEAD', 'PRESCRIBER', 'PLACE_MANAGER', 'MEDIATOR', 'AUDITOR', 'STATE_OFFICER'])), name='parties_invitation_role_known'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['OPERATOR_ADMIN', 'OPERATOR_AGENT', 'TREASURER', 'APPROVER', 'FUNDER', 'PRESCRIBER_LEAD', 'PRESCRIBER', 'PLACE_MANAGER', 'MEDIATOR', 'AUDITOR', 'STATE_OFFICER'])), name='parties_membership_role_known'),
        ),
        migrations.AddField(
            model_name='headchange',
            name='invitation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.invitation'),
        ),
        migrations.AddField(
            model_name='headchange',
            name='leaving',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.membership'),
        ),
        migrations.AddField(
            model_name='headchange',
            name='operator',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='headchange',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='operatorlabel',
            name='authority',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='operatorlabel',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='operatorlabeldecision',
            name='authority',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='operatorlabeldecision',
            name='label',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.operatorlabel'),
        ),
        migrations.AddField(
            model_name='operatorlabeldecision',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddIndex(
            model_name='headchange',
            index=models.Index(fields=['organisation'], name='parties_headchange_of'),
        ),
        migrations.AddConstraint(
            model_name='headchange',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['ASKED', 'INVITED', 'DONE', 'REFUSED'])), name='parties_headchange_state_known'),
        ),
        migrations.AddConstraint(
            model_name='headchange',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by_id__isnull', True), models.Q(('decided_by_id', models.F('asked_by_id')), _negated=True), _connector='OR'), name='parties_headchange_two_people'),
        ),
        migrations.AddConstraint(
            model_name='headchange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'INVITED'), _negated=True), ('invitation__isnull', False), _connector='OR'), name='parties_headchange_invited'),
        ),
        migrations.AddConstraint(
            model_name='headchange',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['ASKED', 'INVITED'])), fields=('organisation',), name='parties_headchange_one'),
        ),
        migrations.AddIndex(
            model_name='operatorlabel',
            index=models.Index(fields=['organisation', 'state'], name='parties_label_of'),
        ),
        migrations.AddConstraint(
            model_name='operatorlabel',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ['INITIATIVE', 'VOUCHERS'])), name='parties_label_level_known'),
        ),
        migrations.AddConstraint(
            model_name='operatorlabel',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['REQUESTED', 'GRANTED', 'REFUSED', 'WITHDRAWN'])), name='parties_label_state_known'),
        ),
        migrations.AddConstraint(
            model_name='operatorlabel',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('authority__isnull', True), ('state', 'REQUESTED')), models.Q(models.Q(('state', 'REQUESTED'), _negated=True), ('answered_at__isnull', False), ('authority__isnull', False)), _connector='OR'), name='parties_label_answer_whole'),
        ),
        migrations.AddConstraint(
            model_name='operatorlabel',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['GRANTED', 'WITHDRAWN']), _negated=True), models.Q(('from_on__isnull', False), ('until_on__gt', models.F('from_on')), ('until_on__isnull', False), models.Q(('order_reference', ''), _negated=True)), _connector='OR'), name='parties_label_granted_whole'),
        ),
        migrations.AddConstraint(
            model_name='operatorlabel',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'WITHDRAWN'), ('withdrawn_on__isnull', False)), models.Q(models.Q(('state', 'WITHDRAWN'), _negated=True), ('withdrawn_on__isnull', True)), _connector='OR'), name='parties_label_withdrawn_whole'),
        ),
        migrations.AddConstraint(
            model_name='operatorlabel',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'REQUESTED')), fields=('organisation', 'level'), name='parties_label_one_request'),
        ),
        migrations.AddConstraint(
            model_name='operatorlabeldecision',
            constraint=models.CheckConstraint(condition=models.Q(('act__in', ['GRANT', 'REFUSE', 'WITHDRAW'])), name='parties_labeldecision_act_known'),
        ),
        migrations.AddConstraint(
            model_name='operatorlabeldecision',
            constraint=models.CheckConstraint(condition=models.Q(('decision__in', ['APPROVED', 'REFUSED']), ('decision__isnull', True), _connector='OR'), name='parties_labeldecision_known'),
        ),
        migrations.AddConstraint(
            model_name='operatorlabeldecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision__isnull', True), ('decided_by_id__isnull', True), ('decided_at__isnull', True)), models.Q(('decision__isnull', False), ('decided_by_id__isnull', False), ('decided_at__isnull', False)), _connector='OR'), name='parties_labeldecision_whole'),
        ),
        migrations.AddConstraint(
            model_name='operatorlabeldecision',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by_id__isnull', True), models.Q(('decided_by_id', models.F('prepared_by_id')), _negated=True), _connector='OR'), name='parties_labeldecision_two_people'),
        ),
        migrations.AddConstraint(
            model_name='operatorlabeldecision',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='parties_labeldecision_motivated'),
        ),
        migrations.AddConstraint(
            model_name='operatorlabeldecision',
            constraint=models.UniqueConstraint(condition=models.Q(('decision__isnull', True)), fields=('label',), name='parties_labeldecision_one'),
        ),
        migrations.RunSQL(WALLS, UNDO),
    ]
