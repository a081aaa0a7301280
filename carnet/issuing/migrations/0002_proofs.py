"""What an edition looks like, and its proofs: their tables, their walls, and what no longer changes once answered."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('issuing_designlogo', 'programme_id', NULL);
SELECT carnet_guard_rows('issuing_design', 'programme_id', NULL);
SELECT carnet_guard_rows('issuing_proof', 'programme_id', NULL);
SELECT carnet_guard_append_only('issuing_designlogo');

-- What is printed is what was approved: a design does not change while a proof of it waits or stands.
CREATE FUNCTION issuing_refuse_other_design() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.order_id IS DISTINCT FROM OLD.order_id OR EXISTS (
    SELECT 1 FROM issuing_proof p WHERE p.order_id = OLD.order_id
      AND (p.decision IS NULL OR (p.decision = 'APPROVED' AND p.reopened_at IS NULL))
  ) THEN
    RAISE EXCEPTION 'a design is frozen while a proof of it waits or is approved' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER issuing_design_frozen BEFORE UPDATE OR DELETE ON issuing_design
  FOR EACH ROW EXECUTE FUNCTION issuing_refuse_other_design();

-- A proof shows for ever what it showed; it is answered once.
CREATE FUNCTION issuing_refuse_other_proof() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.order_id, NEW.programme_id, NEW.version, NEW.content, NEW.digest, NEW.sent_at, NEW.sent_by_id, NEW.asked_of_id)
    IS DISTINCT FROM (OLD.order_id, OLD.programme_id, OLD.version, OLD.content, OLD.digest, OLD.sent_at, OLD.sent_by_id, OLD.asked_of_id)
    OR (OLD.decision IS NOT NULL AND (NEW.decision, NEW.decided_at, NEW.decided_by_id, NEW.remarks)
      IS DISTINCT FROM (OLD.decision, OLD.decided_at, OLD.decided_by_id, OLD.remarks))
    OR (OLD.reopened_at IS NOT NULL AND (NEW.reopened_at, NEW.reopened_by_id, NEW.reopened_because)
      IS DISTINCT FROM (OLD.reopened_at, OLD.reopened_by_id, OLD.reopened_because)) THEN
    RAISE EXCEPTION 'a proof is frozen once sent, and is answered once' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER issuing_proof_frozen BEFORE UPDATE OR DELETE ON issuing_proof
  FOR EACH ROW EXECUTE FUNCTION issuing_refuse_other_proof();
"""

UNDO = """
DROP TRIGGER issuing_proof_frozen ON issuing_proof;
DROP FUNCTION issuing_refuse_other_proof;
DROP TRIGGER issuing_design_frozen ON issuing_design;
DROP FUNCTION issuing_refuse_other_design;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("issuing", "0001_issuing")]

    operations: ClassVar = [
        migrations.CreateModel(
            name='DesignLogo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('width_px', models.IntegerField()),
                ('height_px', models.IntegerField()),
                ('pixels', models.BinaryField()),
                ('digest', models.BinaryField(max_length=32)),
                ('kept_at', models.DateTimeField()),
                ('kept_by_id', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('programme_id', 'digest'), name='issuing_designlogo_once'), models.CheckConstraint(condition=models.Q(('height_px__gt', 0), ('width_px__gt', 0)), name='issuing_designlogo_size')],
            },
        ),
        migrations.CreateModel(
            name='Design',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('title', models.CharField(max_length=120)),
                ('notice', models.CharField(blank=True, max_length=600)),
                ('perimeter', models.CharField(blank=True, max_length=300)),
                ('services', models.JSONField(default=list)),
                ('phone', models.CharField(blank=True, max_length=30)),
                ('phone_hours', models.CharField(blank=True, max_length=200)),
                ('accent', models.CharField(max_length=7)),
                ('funders', models.JSONField(default=list)),
                ('logos', models.JSONField(default=list)),
                ('paper', models.CharField(max_length=2)),
                ('with_marks', models.BooleanField()),
                ('begun_at', models.DateTimeField()),
                ('begun_by_id', models.BigIntegerField()),
                ('changed_at', models.DateTimeField()),
                ('changed_by_id', models.BigIntegerField()),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='design', to='issuing.order')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='issuing_design_titled'), models.CheckConstraint(condition=models.Q(('accent__regex', '^#[0-9a-f]{6}$')), name='issuing_design_accent'), models.CheckConstraint(condition=models.Q(('paper__in', ['DL', 'A4'])), name='issuing_design_paper')],
            },
        ),
        migrations.CreateModel(
            name='Proof',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('version', models.SmallIntegerField()),
                ('content', models.JSONField()),
                ('digest', models.BinaryField(max_length=32)),
                ('sent_at', models.DateTimeField()),
                ('sent_by_id', models.BigIntegerField()),
                ('approval_id', models.BigIntegerField(null=True)),
                ('decision', models.CharField(max_length=10, null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by_id', models.BigIntegerField(null=True)),
                ('remarks', models.CharField(blank=True, default='', max_length=500)),
                ('reopened_at', models.DateTimeField(null=True)),
                ('reopened_by_id', models.BigIntegerField(null=True)),
                ('reopened_because', models.CharField(blank=True, default='', max_length=500)),
                ('request_id', models.UUIDField(unique=True)),
                ('asked_of', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proofs', to='issuing.order')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('order', 'version'), name='issuing_proof_version_once'), models.UniqueConstraint(condition=models.Q(('decision__isnull', True)), fields=('order',), name='issuing_proof_one_waiting'), models.UniqueConstraint(condition=models.Q(('decision', 'APPROVED'), ('reopened_at__isnull', True)), fields=('order',), name='issuing_proof_one_standing'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by_id__isnull', True), ('decision__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by_id__isnull', False), ('decision__in', ['APPROVED', 'RETURNED', 'WITHDRAWN'])), _connector='OR'), name='issuing_proof_decision_whole'), models.CheckConstraint(condition=models.Q(('decision__isnull', True), models.Q(('decision__in', ['APPROVED', 'RETURNED']), _negated=True), models.Q(('decided_by_id', models.F('sent_by_id')), _negated=True), _connector='OR'), name='issuing_proof_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('decision', 'RETURNED'), _negated=True), models.Q(('remarks', ''), _negated=True), _connector='OR'), name='issuing_proof_returned_with_remarks'), models.CheckConstraint(condition=models.Q(models.Q(('reopened_at__isnull', True), ('reopened_by_id__isnull', True)), models.Q(('decision', 'APPROVED'), ('reopened_at__isnull', False), ('reopened_by_id__isnull', False)), _connector='OR'), name='issuing_proof_reopened')],
            },
        ),
        migrations.RunSQL(WALLS, UNDO),
    ]
