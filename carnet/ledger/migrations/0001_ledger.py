"""Vouchers and money, and what PostgreSQL itself refuses about them."""

import django.contrib.postgres.fields
from django.db import migrations, models

SHARES = """
CREATE FUNCTION ledger_sum(amounts integer[]) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT COALESCE(sum(each), 0) FROM unnest(amounts) AS each $$;
ALTER TABLE ledger_sharepattern
  ADD CONSTRAINT ledger_sharepattern_makes_face CHECK (
    ledger_sum(held_cents) = face_value_cents AND ledger_sum(borne_cents) = face_value_cents
    AND cardinality(held_cents) = cardinality(funder_ids) AND cardinality(borne_cents) = cardinality(funder_ids)
    AND voucher_count > 0);
"""

STATES = """
-- The same as carnet.ledger.rules.effective_state; a test holds both equal.
CREATE FUNCTION ledger_effective_state(mark smallint, booklet_handed_over_at timestamptz, booklet_voided_at timestamptz, series_lapsed_at timestamptz)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN mark = 2 THEN 'redeemed'
    WHEN mark = 4 OR booklet_voided_at IS NOT NULL THEN 'void'
    WHEN series_lapsed_at IS NOT NULL THEN 'lapsed'
    WHEN mark = 1 OR booklet_handed_over_at IS NOT NULL THEN 'handed_over'
    ELSE 'in_stock'
  END
$$;
"""

STORAGE = """
-- Room in the page for the one update of a voucher's life, so that it touches no index.
ALTER TABLE ledger_voucher SET (fillfactor = 85);
ALTER TABLE ledger_booklet SET (fillfactor = 85);
"""

GUARDS = """
SELECT carnet_guard_rows('ledger_series', 'programme_id', NULL);
-- What a series is worth and until when is printed on every voucher of it.
CREATE POLICY printed_facts ON ledger_series FOR SELECT USING (true);
SELECT carnet_guard_rows('ledger_sharepattern', 'programme_id', NULL);
SELECT carnet_guard_rows('ledger_booklet', 'programme_id', 'holder_id,in_transit_to_id');
SELECT carnet_guard_rows('ledger_passage', 'programme_id', 'from_holder_id,to_holder_id');
SELECT carnet_guard_rows('ledger_account', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('ledger_movement', 'programme_id', NULL);

-- A voucher is seen by its programme, or by whoever holds its booklet (the booklet's own policy decides).
ALTER TABLE ledger_voucher ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_voucher FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON ledger_voucher USING (
  (SELECT carnet_everything()) OR programme_id = ANY ((SELECT carnet_programmes())::bigint[])
  OR EXISTS (SELECT 1 FROM ledger_booklet b WHERE b.id = booklet_id));

SELECT carnet_guard_append_only('ledger_sharepattern');
SELECT carnet_guard_append_only('ledger_passage');
SELECT carnet_guard_append_only('ledger_movement');

-- The application changes only cached columns, never a spent voucher, and never writes a redemption's money:
-- that is the redeeming function's, under its own role.
REVOKE UPDATE, DELETE ON ledger_series, ledger_booklet, ledger_voucher, ledger_account FROM carnet_app;
GRANT UPDATE (drawn_at, activated_at, lapsed_at) ON ledger_series TO carnet_app;
GRANT UPDATE (holder_id, in_transit_to_id, opened, handed_over_at, accepted_until, voided_at) ON ledger_booklet TO carnet_app;
GRANT UPDATE (mark, reserved_by_id, reserved_until, accepted_until) ON ledger_voucher TO carnet_app;
CREATE POLICY spent_is_spent ON ledger_voucher AS RESTRICTIVE FOR UPDATE TO carnet_app USING (mark IN (0, 1)) WITH CHECK (mark IN (0, 1, 4));
CREATE POLICY no_redemption ON ledger_movement AS RESTRICTIVE FOR INSERT TO carnet_app WITH CHECK (kind NOT IN ('REDEEM', 'REVERSE'));
"""

FOREIGN_KEYS = """
ALTER TABLE ledger_movement ADD CONSTRAINT ledger_movement_debit_fk FOREIGN KEY (debit_account_id) REFERENCES ledger_account (id);
ALTER TABLE ledger_movement ADD CONSTRAINT ledger_movement_credit_fk FOREIGN KEY (credit_account_id) REFERENCES ledger_account (id);
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [('journal', '0001_journal')]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('programme_id', models.BigIntegerField()),
                ('agreement_id', models.BigIntegerField()),
                ('series_id', models.BigIntegerField(default=0)),
                ('organisation_id', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('agreement_id', 'kind', 'series_id', 'organisation_id'), name='ledger_account_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['SOURCE', 'UNISSUED', 'CIRCULATION', 'OWED', 'PAID', 'RETURNED'])), name='ledger_account_kind')],
            },
        ),
        migrations.CreateModel(
            name='Booklet',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('series_id', models.BigIntegerField()),
                ('programme_id', models.BigIntegerField()),
                ('holder_id', models.BigIntegerField()),
                ('in_transit_to_id', models.BigIntegerField(null=True)),
                ('opened', models.BooleanField(default=False)),
                ('handed_over_at', models.DateTimeField(null=True)),
                ('accepted_until', models.DateTimeField(null=True)),
                ('voided_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['holder_id', 'id'], name='ledger_booklet_holder'), models.Index(condition=models.Q(('in_transit_to_id__isnull', False)), fields=['in_transit_to_id'], name='ledger_booklet_in_transit')],
            },
        ),
        migrations.CreateModel(
            name='Movement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=8)),
                ('series_id', models.BigIntegerField()),
                ('programme_id', models.BigIntegerField()),
                ('debit_account_id', models.BigIntegerField()),
                ('credit_account_id', models.BigIntegerField()),
                ('cents', models.BigIntegerField()),
                ('funder_id', models.BigIntegerField(null=True)),
                ('pattern', models.SmallIntegerField(null=True)),
                ('quantity', models.IntegerField(default=0)),
                ('voucher_id', models.BigIntegerField(null=True)),
                ('generation', models.SmallIntegerField(null=True)),
                ('request_id', models.UUIDField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['debit_account_id', 'id'], name='ledger_movement_debit'), models.Index(condition=models.Q(('voucher_id__isnull', True)), fields=['credit_account_id', 'id'], name='ledger_movement_credit')],
                'constraints': [models.CheckConstraint(condition=models.Q(('cents__gt', 0), models.Q(('debit_account_id', models.F('credit_account_id')), _negated=True)), name='ledger_movement_real'), models.CheckConstraint(condition=models.Q(models.Q(('funder_id__isnull', False), ('pattern__isnull', True), ('quantity', 0)), models.Q(('funder_id__isnull', True), ('pattern__isnull', False), ('quantity__gt', 0), ('series_id__gt', 0)), _connector='OR'), name='ledger_movement_attributed'), models.CheckConstraint(condition=models.Q(models.Q(('generation__isnull', True), ('voucher_id__isnull', True)), models.Q(('generation__isnull', False), ('quantity', 1), ('voucher_id__isnull', False)), _connector='OR'), name='ledger_movement_voucher_paired'), models.UniqueConstraint(condition=models.Q(('voucher_id__isnull', False)), fields=('series_id', 'voucher_id', 'generation', 'kind'), name='ledger_movement_once_per_voucher'), models.UniqueConstraint(condition=models.Q(('voucher_id__isnull', True)), fields=('series_id', 'request_id', 'kind', 'pattern', 'funder_id', 'debit_account_id'), name='ledger_movement_once_per_request', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Passage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('series_id', models.BigIntegerField()),
                ('programme_id', models.BigIntegerField()),
                ('first_voucher_id', models.BigIntegerField()),
                ('last_voucher_id', models.BigIntegerField()),
                ('from_holder_id', models.BigIntegerField(null=True)),
                ('to_holder_id', models.BigIntegerField(null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('actor_person_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['series_id', 'first_voucher_id'], name='ledger_passage_series')],
                'constraints': [models.UniqueConstraint(fields=('series_id', 'request_id', 'kind', 'first_voucher_id'), name='ledger_passage_once'), models.CheckConstraint(condition=models.Q(('last_voucher_id__gte', models.F('first_voucher_id'))), name='ledger_passage_range')],
            },
        ),
        migrations.CreateModel(
            name='Series',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('agreement_id', models.BigIntegerField()),
                ('issuer_prefix', models.CharField(max_length=6)),
                ('first_serial', models.BigIntegerField()),
                ('first_booklet_serial', models.BigIntegerField()),
                ('voucher_count', models.IntegerField()),
                ('booklet_size', models.SmallIntegerField()),
                ('face_value_cents', models.IntegerField()),
                ('first_voucher_id', models.BigIntegerField(unique=True)),
                ('first_booklet_id', models.BigIntegerField(unique=True)),
                ('key_version', models.SmallIntegerField(default=1)),
                ('funder_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('held_cents', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('borne_cents', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('hand_over_until', models.DateTimeField()),
                ('printed_until', models.DateTimeField()),
                ('accepted_until', models.DateTimeField()),
                ('drawn_at', models.DateTimeField(null=True)),
                ('activated_at', models.DateTimeField(null=True)),
                ('lapsed_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['programme_id'], name='ledger_series_programme')],
                'constraints': [models.UniqueConstraint(fields=('issuer_prefix', 'first_serial'), name='ledger_series_serial'), models.UniqueConstraint(fields=('issuer_prefix', 'first_booklet_serial'), name='ledger_series_booklet_serial'), models.CheckConstraint(condition=models.Q(('booklet_size__gt', 0), ('face_value_cents__gt', 0), ('first_serial__gt', 0), ('voucher_count__gt', 0)), name='ledger_series_positive'), models.CheckConstraint(condition=models.Q(('hand_over_until__lte', models.F('printed_until')), ('printed_until__lte', models.F('accepted_until'))), name='ledger_series_dates_in_order'), models.CheckConstraint(condition=models.Q(('lapsed_at__isnull', True), ('lapsed_at__gte', models.F('accepted_until')), _connector='OR'), name='ledger_series_lapse_after_grace')],
            },
        ),
        migrations.CreateModel(
            name='SharePattern',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series_id', models.BigIntegerField()),
                ('programme_id', models.BigIntegerField()),
                ('number', models.SmallIntegerField()),
                ('funder_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('held_cents', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                ('borne_cents', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                ('face_value_cents', models.IntegerField()),
                ('voucher_count', models.IntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('series_id', 'number'), name='ledger_sharepattern_number')],
            },
        ),
        migrations.CreateModel(
            name='Voucher',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('series_id', models.BigIntegerField()),
                ('programme_id', models.BigIntegerField()),
                ('booklet_id', models.BigIntegerField()),
                ('code_hash', models.BinaryField(max_length=16)),
                ('mark', models.SmallIntegerField(default=0)),
                ('pattern', models.SmallIntegerField(default=0)),
                ('generation', models.SmallIntegerField(default=0)),
                ('reserved_by_id', models.BigIntegerField(null=True)),
                ('reserved_until', models.DateTimeField(null=True)),
                ('accepted_until', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('code_hash', 'series_id'), name='ledger_voucher_code'), models.CheckConstraint(condition=models.Q(('mark__in', [0, 1, 2, 4])), name='ledger_voucher_mark'), models.CheckConstraint(condition=models.Q(models.Q(('reserved_by_id__isnull', True), ('reserved_until__isnull', True)), models.Q(('reserved_by_id__isnull', False), ('reserved_until__isnull', False)), _connector='OR'), name='ledger_voucher_reservation_paired')],
            },
        ),
        migrations.RunSQL(SHARES, "ALTER TABLE ledger_sharepattern DROP CONSTRAINT ledger_sharepattern_makes_face; DROP FUNCTION ledger_sum(integer[]);"),
        migrations.RunSQL(STATES, "DROP FUNCTION ledger_effective_state;"),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL(FOREIGN_KEYS, migrations.RunSQL.noop),
    ]
