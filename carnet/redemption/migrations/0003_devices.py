"""Devices that accept without network, and everything they ever uploaded."""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
SELECT carnet_guard_rows('redemption_device', NULL, 'organisation_id');
SELECT carnet_guard_rows('redemption_uploadeditem', 'programme_id', 'organisation_id');
SELECT carnet_guard_append_only('redemption_uploadeditem');
REVOKE DELETE, TRUNCATE ON redemption_device FROM carnet_app;
ALTER TABLE redemption_device ADD CONSTRAINT redemption_device_key_size CHECK (octet_length(public_key) = 65);
ALTER TABLE redemption_uploadeditem ADD CONSTRAINT redemption_uploaded_hash_size CHECK (octet_length(body_hash) = 32);
-- What sends an upload has no session and no token: the number it gives opens its own row, whose key then says whether to believe it
-- (docs/decisions/0009-one-row-keys-at-sign-in.md).
CREATE POLICY presented ON redemption_device FOR SELECT
  USING (id = (SELECT NULLIF(current_setting('carnet.device', true), '')::bigint));
"""


class Migration(migrations.Migration):
    dependencies = [("redemption", "0002_counter")]

    operations = [
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation_id", models.BigIntegerField()),
                ("place_id", models.BigIntegerField()),
                ("name", models.CharField(max_length=60)),
                ("public_key", models.BinaryField()),
                ("count_max", models.SmallIntegerField()),
                ("limit_cents", models.IntegerField()),
                ("hours_max", models.SmallIntegerField()),
                ("enrolled_at", models.DateTimeField()),
                ("enrolled_by_id", models.BigIntegerField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by_id", models.BigIntegerField(null=True)),
                ("latest_seen_at", models.DateTimeField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
            ],
            options={
                "indexes": [models.Index(fields=["organisation_id", "place_id"], name="redemption_device_of_place")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at__isnull", True), ("revoked_by_id__isnull", True)),
                            models.Q(("revoked_at__isnull", False), ("revoked_by_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="redemption_device_revoked_paired",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("count_max__gt", 0),
                            ("count_max__lte", 500),
                            ("hours_max__gt", 0),
                            ("hours_max__lte", 168),
                            ("limit_cents__gt", 0),
                            ("limit_cents__lte", 1000000),
                        ),
                        name="redemption_device_limits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadedItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation_id", models.BigIntegerField()),
                ("place_id", models.BigIntegerField()),
                ("programme_id", models.BigIntegerField(null=True)),
                ("key", models.UUIDField(null=True)),
                ("counter", models.BigIntegerField(null=True)),
                ("body_hash", models.BinaryField()),
                ("signed", models.BooleanField()),
                ("follows", models.BooleanField()),
                ("service_code", models.CharField(blank=True, max_length=60)),
                ("device_at", models.DateTimeField(null=True)),
                ("attended_on", models.DateField(null=True)),
                ("received_at", models.DateTimeField()),
                ("outcome", models.CharField(max_length=40)),
                ("redemption_number", models.CharField(blank=True, max_length=60)),
                ("voucher_serial", models.CharField(blank=True, max_length=40)),
                ("value_cents", models.IntegerField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
                ("told_place_id", models.BigIntegerField(null=True)),
                ("device", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="redemption.device")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation_id", "received_at"], name="redemption_uploaded_of_place"),
                    models.Index(fields=["device", "counter"], name="redemption_uploaded_counter"),
                ],
                "constraints": [models.UniqueConstraint(fields=("device", "body_hash", "signed"), name="redemption_uploaded_once")],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
