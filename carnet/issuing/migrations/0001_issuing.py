"""Orders, background work, files for the print shop, shipments: their tables and their walls."""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('issuing_order', 'programme_id', NULL);
SELECT carnet_guard_rows('issuing_job', 'programme_id', NULL);
SELECT carnet_guard_rows('issuing_printfile', 'programme_id', NULL);
SELECT carnet_guard_rows('issuing_shipment', 'programme_id', 'from_organisation_id,to_organisation_id');

-- What the second person approved is what is drawn and printed; a dated fact never moves.
CREATE FUNCTION issuing_refuse_other_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.programme_id, NEW.agreement_id, NEW.operator_id, NEW.issuer_prefix, NEW.booklet_count, NEW.booklet_size,
      NEW.face_value_cents, NEW.ordered_at, NEW.ordered_by_id)
    IS DISTINCT FROM (OLD.programme_id, OLD.agreement_id, OLD.operator_id, OLD.issuer_prefix, OLD.booklet_count, OLD.booklet_size,
      OLD.face_value_cents, OLD.ordered_at, OLD.ordered_by_id)
    OR (OLD.approved_at IS NOT NULL AND NEW.approved_at IS DISTINCT FROM OLD.approved_at)
    OR (OLD.refused_at IS NOT NULL AND NEW.refused_at IS DISTINCT FROM OLD.refused_at)
    OR (OLD.series_id IS NOT NULL AND NEW.series_id IS DISTINCT FROM OLD.series_id)
    OR (OLD.drawn_at IS NOT NULL AND NEW.drawn_at IS DISTINCT FROM OLD.drawn_at)
    OR (OLD.printed_at IS NOT NULL AND NEW.printed_at IS DISTINCT FROM OLD.printed_at)
    OR (OLD.seed_destroyed_at IS NOT NULL AND NEW.seed_destroyed_at IS DISTINCT FROM OLD.seed_destroyed_at)
    OR (OLD.activated_at IS NOT NULL AND NEW.activated_at IS DISTINCT FROM OLD.activated_at) THEN
    RAISE EXCEPTION 'an order is frozen once placed, and its dated facts never move' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER issuing_order_frozen BEFORE UPDATE OR DELETE ON issuing_order
  FOR EACH ROW EXECUTE FUNCTION issuing_refuse_other_order();
"""

UNDO = """
DROP TRIGGER issuing_order_frozen ON issuing_order;
DROP FUNCTION issuing_refuse_other_order;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('journal', '0001_journal'),
        ('funding', '0001_funding'),
        ('parties', '0001_parties'),
    ]

    operations = [
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issuer_prefix', models.CharField(max_length=4)),
                ('booklet_count', models.IntegerField()),
                ('booklet_size', models.SmallIntegerField()),
                ('face_value_cents', models.IntegerField()),
                ('ordered_at', models.DateTimeField()),
                ('ordered_by_id', models.BigIntegerField()),
                ('approval_id', models.BigIntegerField(null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('approved_by_id', models.BigIntegerField(null=True)),
                ('refused_at', models.DateTimeField(null=True)),
                ('refused_by_id', models.BigIntegerField(null=True)),
                ('series_id', models.BigIntegerField(null=True, unique=True)),
                ('commitment_id', models.BigIntegerField(null=True)),
                ('redrawn', models.JSONField(default=dict)),
                ('drawn_at', models.DateTimeField(null=True)),
                ('drawn_by_id', models.BigIntegerField(null=True)),
                ('printed_at', models.DateTimeField(null=True)),
                ('printed_by_id', models.BigIntegerField(null=True)),
                ('print_reference', models.CharField(blank=True, max_length=120)),
                ('seed_destroyed_at', models.DateTimeField(null=True)),
                ('seed_destroyed_by_id', models.BigIntegerField(null=True)),
                ('activated_at', models.DateTimeField(null=True)),
                ('activated_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.agreement')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('kind', models.CharField(max_length=10)),
                ('state', models.CharField(default='WAITING', max_length=10)),
                ('done', models.IntegerField(default=0)),
                ('total', models.IntegerField()),
                ('first_rank', models.IntegerField(default=1)),
                ('error', models.CharField(blank=True, max_length=60)),
                ('requested_at', models.DateTimeField()),
                ('requested_by_id', models.BigIntegerField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='issuing.order')),
            ],
        ),
        migrations.CreateModel(
            name='PrintFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('name', models.CharField(max_length=120)),
                ('first_rank', models.IntegerField()),
                ('last_rank', models.IntegerField()),
                ('size_bytes', models.BigIntegerField()),
                ('sha256', models.BinaryField(max_length=32)),
                ('written_at', models.DateTimeField()),
                ('deleted_at', models.DateTimeField(null=True)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='issuing.job')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='issuing.order')),
            ],
        ),
        migrations.CreateModel(
            name='Shipment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('series_id', models.BigIntegerField()),
                ('first_booklet_id', models.BigIntegerField()),
                ('last_booklet_id', models.BigIntegerField()),
                ('shipped_at', models.DateTimeField()),
                ('shipped_by_id', models.BigIntegerField()),
                ('received_at', models.DateTimeField(null=True)),
                ('received_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('from_organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shipments', to='issuing.order')),
                ('to_organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['programme', 'id'], name='issuing_order_programme'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('booklet_count__gt', 0), ('booklet_size__gt', 0), ('face_value_cents__gt', 0)), name='issuing_order_positive'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('approved_at__isnull', True), ('refused_at__isnull', True), _connector='OR'), name='issuing_order_one_decision'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by_id__isnull', True), models.Q(('approved_by_id', models.F('ordered_by_id')), _negated=True), _connector='OR'), name='issuing_order_two_people'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('series_id__isnull', True), models.Q(('approved_at__isnull', False), ('commitment_id__isnull', False)), _connector='OR'), name='issuing_order_series'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('drawn_at__isnull', True), ('series_id__isnull', False), _connector='OR'), name='issuing_order_drawn'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('printed_at__isnull', True), ('drawn_at__isnull', False), _connector='OR'), name='issuing_order_printed'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('seed_destroyed_at__isnull', True), ('printed_at__isnull', False), _connector='OR'), name='issuing_order_seed_after_print'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('activated_at__isnull', True), ('printed_at__isnull', False), _connector='OR'), name='issuing_order_activated'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('approved_by_id__isnull', True)), models.Q(('approved_at__isnull', False), ('approved_by_id__isnull', False)), _connector='OR'), name='issuing_order_approved_paired'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('refused_at__isnull', True), ('refused_by_id__isnull', True)), models.Q(('refused_at__isnull', False), ('refused_by_id__isnull', False)), _connector='OR'), name='issuing_order_refused_paired'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('drawn_at__isnull', True), ('drawn_by_id__isnull', True)), models.Q(('drawn_at__isnull', False), ('drawn_by_id__isnull', False)), _connector='OR'), name='issuing_order_drawn_paired'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('printed_at__isnull', True), ('printed_by_id__isnull', True)), models.Q(('printed_at__isnull', False), ('printed_by_id__isnull', False)), _connector='OR'), name='issuing_order_printed_paired'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('seed_destroyed_at__isnull', True), ('seed_destroyed_by_id__isnull', True)), models.Q(('seed_destroyed_at__isnull', False), ('seed_destroyed_by_id__isnull', False)), _connector='OR'), name='issuing_order_seed_destroyed_paired'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('activated_at__isnull', True), ('activated_by_id__isnull', True)), models.Q(('activated_at__isnull', False), ('activated_by_id__isnull', False)), _connector='OR'), name='issuing_order_activated_paired'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['DRAW', 'PRINT'])), name='issuing_job_kind'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['WAITING', 'RUNNING', 'DONE', 'FAILED'])), name='issuing_job_state'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('done__gte', 0), ('done__lte', models.F('total'))), name='issuing_job_progress'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['WAITING', 'RUNNING'])), fields=('order', 'kind'), name='issuing_job_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='printfile',
            constraint=models.UniqueConstraint(fields=('job', 'name'), name='issuing_printfile_once'),
        ),
        migrations.AddConstraint(
            model_name='printfile',
            constraint=models.CheckConstraint(condition=models.Q(('first_rank__gt', 0), ('last_rank__gte', models.F('first_rank'))), name='issuing_printfile_range'),
        ),
        migrations.AddIndex(
            model_name='shipment',
            index=models.Index(condition=models.Q(('received_at__isnull', True)), fields=['to_organisation'], name='issuing_shipment_awaited'),
        ),
        migrations.AddConstraint(
            model_name='shipment',
            constraint=models.CheckConstraint(condition=models.Q(('last_booklet_id__gte', models.F('first_booklet_id'))), name='issuing_shipment_range'),
        ),
        migrations.AddConstraint(
            model_name='shipment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('received_at__isnull', True), ('received_by_id__isnull', True)), models.Q(('received_at__gte', models.F('shipped_at')), ('received_at__isnull', False), ('received_by_id__isnull', False)), _connector='OR'), name='issuing_shipment_received'),
        ),
        migrations.RunSQL(WALLS, UNDO),
    ]
