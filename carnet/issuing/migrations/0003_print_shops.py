"""Print shops, their keys, what is sealed for them, and the packing list."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('issuing_printshop', NULL, 'operator_id,organisation_id');
SELECT carnet_guard_rows('issuing_printkey', NULL, 'operator_id,organisation_id');
SELECT carnet_guard_rows('issuing_printfetch', 'programme_id', 'shop_organisation_id');
SELECT carnet_guard_rows('issuing_spoiledrun', 'programme_id', 'shop_organisation_id');
SELECT carnet_guard_rows('issuing_packing', 'programme_id', 'to_organisation_id');
-- A print shop sees its own work and its own files, of whatever operator.
SELECT carnet_guard_rows('issuing_job', 'programme_id', 'shop_organisation_id');
SELECT carnet_guard_rows('issuing_printfile', 'programme_id', 'shop_organisation_id');
SELECT carnet_guard_append_only('issuing_printfetch');
SELECT carnet_guard_append_only('issuing_spoiledrun');

-- What the second person approved is what files are sealed for; a key that ended stays ended.
CREATE FUNCTION issuing_refuse_other_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.print_shop_id, NEW.operator_id, NEW.organisation_id, NEW.version, NEW.certificate, NEW.fingerprint, NEW.bits,
      NEW.valid_from, NEW.valid_until, NEW.proposed_at, NEW.proposed_by_id)
    IS DISTINCT FROM (OLD.print_shop_id, OLD.operator_id, OLD.organisation_id, OLD.version, OLD.certificate, OLD.fingerprint, OLD.bits,
      OLD.valid_from, OLD.valid_until, OLD.proposed_at, OLD.proposed_by_id)
    OR (OLD.approved_at IS NOT NULL AND NEW.approved_at IS DISTINCT FROM OLD.approved_at)
    OR (OLD.refused_at IS NOT NULL AND NEW.refused_at IS DISTINCT FROM OLD.refused_at)
    OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at) THEN
    RAISE EXCEPTION 'a print shop''s key is frozen once proposed, and its dated facts never move' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER issuing_printkey_frozen BEFORE UPDATE OR DELETE ON issuing_printkey
  FOR EACH ROW EXECUTE FUNCTION issuing_refuse_other_key();
"""

# Back to the walls of before: the columns they named go with the fields.
UNDO = """
DROP TRIGGER issuing_printkey_frozen ON issuing_printkey;
DROP FUNCTION issuing_refuse_other_key;
SELECT carnet_guard_rows('issuing_job', 'programme_id', NULL);
SELECT carnet_guard_rows('issuing_printfile', 'programme_id', NULL);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("issuing", "0002_proofs"), ("parties", "0012_print_shops")]

    operations: ClassVar = [
        migrations.CreateModel(
            name='PrintShop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('admitted_at', models.DateTimeField()),
                ('admitted_by_id', models.BigIntegerField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='SpoiledRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('first_rank', models.IntegerField()),
                ('last_rank', models.IntegerField()),
                ('reported_at', models.DateTimeField()),
                ('reported_by_id', models.BigIntegerField()),
                ('request_id', models.UUIDField(unique=True)),
            ],
        ),
        migrations.AddField(
            model_name='job',
            name='paper',
            field=models.CharField(db_default='DL', default='DL', max_length=2),
        ),
        migrations.AddField(
            model_name='job',
            name='shop_organisation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='job',
            name='with_accessible',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='job',
            name='with_data',
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name='job',
            name='with_pages',
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name='order',
            name='printed_count',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='printfile',
            name='shop_organisation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.CreateModel(
            name='Packing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('box', models.IntegerField()),
                ('first_rank', models.IntegerField()),
                ('last_rank', models.IntegerField()),
                ('point_id', models.BigIntegerField(null=True)),
                ('place_name', models.CharField(max_length=200)),
                ('address', models.CharField(blank=True, max_length=300)),
                ('nearest', models.JSONField(default=list)),
                ('packed_at', models.DateTimeField()),
                ('packed_by_id', models.BigIntegerField()),
                ('request_id', models.UUIDField()),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packing', to='issuing.order')),
                ('to_organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='PrintFetch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('fetched_at', models.DateTimeField()),
                ('fetched_by_id', models.BigIntegerField()),
                ('sha256', models.BinaryField(max_length=32)),
                ('request_id', models.UUIDField(unique=True)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fetches', to='issuing.printfile')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fetches', to='issuing.order')),
                ('shop_organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='PrintKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.SmallIntegerField()),
                ('certificate', models.TextField(max_length=16000)),
                ('fingerprint', models.BinaryField(max_length=32)),
                ('bits', models.IntegerField()),
                ('valid_from', models.DateTimeField()),
                ('valid_until', models.DateTimeField()),
                ('proposed_at', models.DateTimeField()),
                ('proposed_by_id', models.BigIntegerField()),
                ('approval_id', models.BigIntegerField(null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('approved_by_id', models.BigIntegerField(null=True)),
                ('refused_at', models.DateTimeField(null=True)),
                ('refused_by_id', models.BigIntegerField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
        ),
        migrations.AddField(
            model_name='job',
            name='print_key',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='issuing.printkey'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('print_key__isnull', True), ('shop_organisation__isnull', True)), models.Q(('kind', 'PRINT'), ('print_key__isnull', False), ('shop_organisation__isnull', False)), _connector='OR'), name='issuing_job_sealed'),
        ),
        migrations.AddField(
            model_name='printshop',
            name='operator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='printshop',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddField(
            model_name='printkey',
            name='print_shop',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='issuing.printshop'),
        ),
        migrations.AddField(
            model_name='spoiledrun',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spoiled', to='issuing.order'),
        ),
        migrations.AddField(
            model_name='spoiledrun',
            name='shop_organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
        migrations.AddConstraint(
            model_name='packing',
            constraint=models.UniqueConstraint(fields=('order', 'box'), name='issuing_packing_box'),
        ),
        migrations.AddConstraint(
            model_name='packing',
            constraint=models.UniqueConstraint(fields=('order', 'first_rank'), name='issuing_packing_first'),
        ),
        migrations.AddConstraint(
            model_name='packing',
            constraint=models.CheckConstraint(condition=models.Q(('box__gt', 0), ('first_rank__gt', 0), ('last_rank__gte', models.F('first_rank'))), name='issuing_packing_range'),
        ),
        migrations.AddIndex(
            model_name='printfetch',
            index=models.Index(fields=['order', 'id'], name='issuing_printfetch_order'),
        ),
        migrations.AddConstraint(
            model_name='printshop',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('operator', 'organisation'), name='issuing_printshop_once'),
        ),
        migrations.AddConstraint(
            model_name='printshop',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by_id__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by_id__isnull', False)), _connector='OR'), name='issuing_printshop_ended_paired'),
        ),
        migrations.AddConstraint(
            model_name='printkey',
            constraint=models.UniqueConstraint(fields=('print_shop', 'version'), name='issuing_printkey_version'),
        ),
        migrations.AddConstraint(
            model_name='printkey',
            constraint=models.UniqueConstraint(condition=models.Q(('approved_at__isnull', False), ('ended_at__isnull', True)), fields=('print_shop',), name='issuing_printkey_one_in_force'),
        ),
        migrations.AddConstraint(
            model_name='printkey',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__gt', models.F('valid_from'))), name='issuing_printkey_dates'),
        ),
        migrations.AddConstraint(
            model_name='printkey',
            constraint=models.CheckConstraint(condition=models.Q(('approved_at__isnull', True), ('refused_at__isnull', True), _connector='OR'), name='issuing_printkey_one_decision'),
        ),
        migrations.AddConstraint(
            model_name='printkey',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by_id__isnull', True), models.Q(('approved_by_id', models.F('proposed_by_id')), _negated=True), _connector='OR'), name='issuing_printkey_two_people'),
        ),
        migrations.AddConstraint(
            model_name='printkey',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('approved_by_id__isnull', True)), models.Q(('approved_at__isnull', False), ('approved_by_id__isnull', False)), _connector='OR'), name='issuing_printkey_approved_paired'),
        ),
        migrations.AddConstraint(
            model_name='printkey',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('refused_at__isnull', True), ('refused_by_id__isnull', True)), models.Q(('refused_at__isnull', False), ('refused_by_id__isnull', False)), _connector='OR'), name='issuing_printkey_refused_paired'),
        ),
        migrations.AddConstraint(
            model_name='printkey',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by_id__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by_id__isnull', False)), _connector='OR'), name='issuing_printkey_ended_paired'),
        ),
        migrations.AddConstraint(
            model_name='spoiledrun',
            constraint=models.CheckConstraint(condition=models.Q(('first_rank__gt', 0), ('last_rank__gte', models.F('first_rank'))), name='issuing_spoiledrun_range'),
        ),
        migrations.RunSQL(WALLS, UNDO),
    ]
