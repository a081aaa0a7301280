"""Parcels: the boxes of a shipment, packed, sent, counted; what was missing from them, and what became of it."""

from typing import ClassVar

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('issuing_parcel', 'programme_id', 'from_organisation_id,to_organisation_id');
SELECT carnet_guard_rows('issuing_parcelgap', 'programme_id', 'from_organisation_id,to_organisation_id');
SELECT carnet_guard_rows('issuing_parcelsettlement', 'programme_id', 'from_organisation_id,to_organisation_id');
SELECT carnet_guard_append_only('issuing_parcelgap');
SELECT carnet_guard_append_only('issuing_parcelsettlement');

-- A label that was printed never says another thing; a dated fact never moves.
CREATE FUNCTION issuing_refuse_other_parcel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.order_id, NEW.programme_id, NEW.series_id, NEW.first_booklet_id, NEW.last_booklet_id, NEW.position, NEW.of_count,
      NEW.from_organisation_id, NEW.to_organisation_id, NEW.packed_at, NEW.packed_by_id)
    IS DISTINCT FROM (OLD.order_id, OLD.programme_id, OLD.series_id, OLD.first_booklet_id, OLD.last_booklet_id, OLD.position, OLD.of_count,
      OLD.from_organisation_id, OLD.to_organisation_id, OLD.packed_at, OLD.packed_by_id)
    OR (OLD.sent_at IS NOT NULL AND (NEW.sent_at, NEW.shipment_id) IS DISTINCT FROM (OLD.sent_at, OLD.shipment_id))
    OR (OLD.ended_at IS NOT NULL AND (NEW.ended_at, NEW.ending) IS DISTINCT FROM (OLD.ended_at, OLD.ending)) THEN
    RAISE EXCEPTION 'a parcel is frozen once packed, and its dated facts never move' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER issuing_parcel_frozen BEFORE UPDATE OR DELETE ON issuing_parcel
  FOR EACH ROW EXECUTE FUNCTION issuing_refuse_other_parcel();
"""

UNDO = """
DROP TRIGGER issuing_parcel_frozen ON issuing_parcel;
DROP FUNCTION issuing_refuse_other_parcel;
"""

# Every shipment of before was one box, received whole or still on its way.
FIRST_BOXES = """
SELECT set_config('carnet.everything', 'on', true);
INSERT INTO issuing_parcel (order_id, programme_id, series_id, shipment_id, first_booklet_id, last_booklet_id, position, of_count,
  from_organisation_id, to_organisation_id, place_name, address, packed_at, packed_by_id, sent_at, sent_by_id, seen, damaged, ending, ended_at,
  ended_by_id, request_id)
SELECT order_id, programme_id, series_id, id, first_booklet_id, last_booklet_id, 1, 1, from_organisation_id, to_organisation_id, '', '',
  shipped_at, shipped_by_id, shipped_at, shipped_by_id, '[]', '[]', CASE WHEN received_at IS NULL THEN '' ELSE 'RECEIVED' END, received_at,
  received_by_id, request_id
FROM issuing_shipment;
SELECT set_config('carnet.everything', '', true);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("issuing", "0003_print_shops"), ("parties", "0012_print_shops")]

    operations: ClassVar = [
        migrations.AddField(
            model_name='shipment',
            name='carrier',
            field=models.CharField(blank=True, db_default='', max_length=80),
        ),
        migrations.AddField(
            model_name='shipment',
            name='receiver_reminded_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='shipment',
            name='sender_reminded_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='shipment',
            name='tracking',
            field=models.CharField(blank=True, db_default='', max_length=80),
        ),
        migrations.CreateModel(
            name='Parcel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('series_id', models.BigIntegerField()),
                ('first_booklet_id', models.BigIntegerField()),
                ('last_booklet_id', models.BigIntegerField()),
                ('position', models.IntegerField()),
                ('of_count', models.IntegerField()),
                ('place_name', models.CharField(blank=True, max_length=200)),
                ('address', models.CharField(blank=True, max_length=300)),
                ('packed_at', models.DateTimeField()),
                ('packed_by_id', models.BigIntegerField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('sent_by_id', models.BigIntegerField(null=True)),
                ('seen', models.JSONField(default=list)),
                ('damaged', models.JSONField(default=list)),
                ('ending', models.CharField(blank=True, max_length=10)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField()),
                ('from_organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parcels', to='issuing.order')),
                ('shipment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parcels', to='issuing.shipment')),
                ('to_organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='ParcelGap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('series_id', models.BigIntegerField()),
                ('kind', models.CharField(max_length=10)),
                ('first_booklet_id', models.BigIntegerField()),
                ('last_booklet_id', models.BigIntegerField()),
                ('told_at', models.DateTimeField()),
                ('told_by_id', models.BigIntegerField()),
                ('told_by_organisation_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField()),
                ('from_organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('parcel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gaps', to='issuing.parcel')),
                ('to_organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='ParcelSettlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('series_id', models.BigIntegerField()),
                ('outcome', models.CharField(max_length=10)),
                ('first_booklet_id', models.BigIntegerField()),
                ('last_booklet_id', models.BigIntegerField()),
                ('settled_at', models.DateTimeField()),
                ('settled_by_id', models.BigIntegerField()),
                ('request_id', models.UUIDField()),
                ('from_organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('gap', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='issuing.parcelgap')),
                ('to_organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
        ),
        migrations.AddIndex(
            model_name='parcel',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['to_organisation'], name='issuing_parcel_awaited'),
        ),
        migrations.AddIndex(
            model_name='parcel',
            index=models.Index(fields=['order', 'first_booklet_id'], name='issuing_parcel_order'),
        ),
        migrations.AddConstraint(
            model_name='parcel',
            constraint=models.CheckConstraint(condition=models.Q(('last_booklet_id__gte', models.F('first_booklet_id'))), name='issuing_parcel_range'),
        ),
        migrations.AddConstraint(
            model_name='parcel',
            constraint=models.CheckConstraint(condition=models.Q(('position__gte', 1), ('position__lte', models.F('of_count'))), name='issuing_parcel_position'),
        ),
        migrations.AddConstraint(
            model_name='parcel',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', True), ('sent_by_id__isnull', True), ('shipment__isnull', True)), models.Q(('sent_at__isnull', False), ('sent_by_id__isnull', False), ('shipment__isnull', False)), _connector='OR'), name='issuing_parcel_sent'),
        ),
        migrations.AddConstraint(
            model_name='parcel',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by_id__isnull', True), ('ending', '')), models.Q(('ended_at__isnull', False), ('ended_by_id__isnull', False), ('ending', 'UNPACKED'), ('sent_at__isnull', True)), models.Q(('ended_at__gte', models.F('sent_at')), ('ended_at__isnull', False), ('ended_by_id__isnull', False), ('ending__in', ['RECEIVED', 'GONE'])), _connector='OR'), name='issuing_parcel_ended'),
        ),
        migrations.AddConstraint(
            model_name='parcel',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('ended_at__isnull', True)), expressions=[(models.Func(models.F('first_booklet_id'), models.F('last_booklet_id'), models.Value('[]'), function='int8range'), '&&')], name='issuing_parcel_one_box'),
        ),
        migrations.AddConstraint(
            model_name='parcelgap',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['MISSING', 'DAMAGED'])), name='issuing_parcelgap_kind'),
        ),
        migrations.AddConstraint(
            model_name='parcelgap',
            constraint=models.CheckConstraint(condition=models.Q(('last_booklet_id__gte', models.F('first_booklet_id'))), name='issuing_parcelgap_range'),
        ),
        migrations.AddConstraint(
            model_name='parcelgap',
            constraint=models.UniqueConstraint(fields=('parcel', 'first_booklet_id'), name='issuing_parcelgap_once'),
        ),
        migrations.AddConstraint(
            model_name='parcelsettlement',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['ARRIVED', 'BACK', 'LOST', 'STOLEN', 'DAMAGED'])), name='issuing_parcelsettlement_outcome'),
        ),
        migrations.AddConstraint(
            model_name='parcelsettlement',
            constraint=models.CheckConstraint(condition=models.Q(('last_booklet_id__gte', models.F('first_booklet_id'))), name='issuing_parcelsettlement_range'),
        ),
        migrations.AddConstraint(
            model_name='parcelsettlement',
            constraint=models.UniqueConstraint(fields=('gap', 'first_booklet_id'), name='issuing_parcelsettlement_once'),
        ),
        migrations.RunSQL(WALLS, UNDO),
        migrations.RunSQL(FIRST_BOXES, migrations.RunSQL.noop),
    ]
