"""Programmes taken over: how far their rows are, the former journal's seals, receipts that places brought, vouchers known by a list only."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
SELECT carnet_guard_rows('continuity_takeover', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('continuity_takeoverpart', NULL, 'organisation_id');
SELECT carnet_guard_rows('continuity_formerblock', 'programme_id', NULL);
SELECT carnet_guard_rows('continuity_broughtreceipt', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('continuity_paperfile', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('continuity_papervoucher', 'programme_id', NULL);
SELECT carnet_guard_rows('continuity_paperclaim', 'programme_id', 'organisation_id,operator_id');
SELECT carnet_guard_rows('continuity_paperclaimline', 'programme_id', 'organisation_id');
SELECT carnet_guard_append_only('continuity_formerblock');
SELECT carnet_guard_append_only('continuity_paperfile');
SELECT carnet_guard_append_only('continuity_papervoucher');
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("continuity", "0001_archives")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="PaperClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("operator_id", models.BigIntegerField()),
                ("place_id", models.BigIntegerField()),
                ("line_count", models.SmallIntegerField()),
                ("cents", models.BigIntegerField()),
                ("paper_kept", models.BooleanField()),
                ("sealed_photograph", models.BinaryField(null=True)),
                ("photograph_digest", models.BinaryField(max_length=32, null=True)),
                ("state", models.CharField(default="WAITING", max_length=10)),
                ("approval_id", models.BigIntegerField(null=True)),
                ("claimed_at", models.DateTimeField()),
                ("claimed_by_id", models.BigIntegerField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("request_id", models.UUIDField(unique=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation_id", "claimed_at"], name="continuity_paperclaim_of"),
                    models.Index(fields=["programme_id", "state"], name="continuity_paperclaim_state_of"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["WAITING", "ACCEPTED", "REFUSED"])), name="continuity_paperclaim_state"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "WAITING")),
                            models.Q(models.Q(("state", "WAITING"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="continuity_paperclaim_decided_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("paper_kept", True), ("photograph_digest__isnull", False), _connector="OR"),
                        name="continuity_paperclaim_proved",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaperFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("agreement_id", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("sha256", models.BinaryField(max_length=32)),
                ("line_count", models.IntegerField()),
                ("funded_count", models.IntegerField()),
                ("funded_cents", models.BigIntegerField()),
                ("claims_until", models.DateField()),
                ("taken_at", models.DateTimeField()),
                ("request_id", models.UUIDField(unique=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("programme_id", "sha256"), name="continuity_paperfile_once")],
            },
        ),
        migrations.CreateModel(
            name="PaperVoucher",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("serial", models.CharField(max_length=40)),
                ("value_cents", models.IntegerField()),
                ("state", models.CharField(max_length=12)),
                ("accepted_until", models.DateField()),
                ("siret", models.CharField(blank=True, max_length=14)),
                ("series_id", models.BigIntegerField(null=True)),
                ("voucher_id", models.BigIntegerField(null=True)),
                ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="continuity.paperfile")),
            ],
        ),
        migrations.CreateModel(
            name="PaperClaimLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("service_code", models.CharField(max_length=60)),
                ("used_on", models.DateField()),
                ("stands", models.BooleanField(default=True)),
                ("redemption_number", models.CharField(blank=True, max_length=60)),
                ("claim", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="continuity.paperclaim")),
                ("voucher", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="continuity.papervoucher")),
            ],
        ),
        migrations.CreateModel(
            name="Takeover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("programme_name", models.CharField(max_length=200)),
                ("former_name", models.CharField(max_length=200)),
                ("former_siret", models.CharField(blank=True, max_length=14)),
                ("former_organisation_id", models.BigIntegerField(null=True)),
                ("base_digest", models.CharField(max_length=64)),
                ("latest_digest", models.CharField(max_length=64)),
                ("signing_key", models.CharField(max_length=64)),
                ("base_number", models.IntegerField()),
                ("latest_number", models.IntegerField()),
                ("known_until", models.DateTimeField()),
                ("state", models.CharField(default="LOADING", max_length=10)),
                ("begun_at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(null=True)),
                ("refused_at", models.DateTimeField(null=True)),
                ("refusal", models.CharField(blank=True, max_length=60)),
                ("row_count", models.BigIntegerField(default=0)),
                ("archive_bytes", models.BigIntegerField(default=0)),
                ("seconds", models.IntegerField(default=0)),
                ("facts", models.JSONField(default=dict)),
                ("request_id", models.UUIDField(unique=True)),
            ],
            options={
                "indexes": [models.Index(fields=["organisation_id"], name="continuity_takeover_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["LOADING", "DONE", "REFUSED"])), name="continuity_takeover_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "DONE"), ("taken_at__isnull", False)),
                            models.Q(models.Q(("state", "DONE"), _negated=True), ("taken_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="continuity_takeover_done_dated",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "REFUSED"), _negated=True),
                        fields=("programme_id",),
                        name="continuity_takeover_one_per_programme",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FormerBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("table_name", models.CharField(max_length=63)),
                ("number", models.BigIntegerField()),
                ("from_xid", models.BigIntegerField()),
                ("to_xid", models.BigIntegerField()),
                ("row_count", models.BigIntegerField()),
                ("rows", models.BinaryField()),
                ("previous", models.BinaryField()),
                ("digest", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
                ("takeover", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="continuity.takeover")),
            ],
        ),
        migrations.CreateModel(
            name="BroughtReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("place_id", models.BigIntegerField()),
                ("digest", models.BinaryField(max_length=32)),
                ("receipt", models.CharField(max_length=2000)),
                ("voucher_serial", models.CharField(max_length=40)),
                ("service_code", models.CharField(max_length=60)),
                ("value_cents", models.IntegerField()),
                ("redeemed_at", models.DateTimeField()),
                ("outcome", models.CharField(max_length=40)),
                ("reason", models.CharField(blank=True, max_length=60)),
                ("redemption_number", models.CharField(blank=True, max_length=60)),
                ("told_at", models.DateTimeField(null=True)),
                ("brought_by_id", models.BigIntegerField(null=True)),
                ("brought_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by_id", models.BigIntegerField(null=True)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("request_id", models.UUIDField()),
                ("takeover", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="continuity.takeover")),
            ],
        ),
        migrations.CreateModel(
            name="TakeoverPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation_id", models.BigIntegerField()),
                ("step", models.IntegerField()),
                ("table_name", models.CharField(max_length=63)),
                ("row_count", models.BigIntegerField()),
                ("done_count", models.BigIntegerField(default=0)),
                ("takeover", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="continuity.takeover")),
            ],
        ),
        migrations.AddConstraint(
            model_name="papervoucher",
            constraint=models.UniqueConstraint(fields=("programme_id", "serial"), name="continuity_papervoucher_serial"),
        ),
        migrations.AddConstraint(
            model_name="papervoucher",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["handed_over", "owed", "redeemed", "void"])), name="continuity_papervoucher_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="papervoucher",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("series_id__isnull", False), ("state__in", ["handed_over", "owed"]), ("voucher_id__isnull", False)),
                    models.Q(("series_id__isnull", True), ("state__in", ["redeemed", "void"]), ("voucher_id__isnull", True)),
                    _connector="OR",
                ),
                name="continuity_papervoucher_circulates",
            ),
        ),
        migrations.AddConstraint(
            model_name="paperclaimline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stands", True)), fields=("voucher",), name="continuity_paperclaimline_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="paperclaimline",
            constraint=models.UniqueConstraint(fields=("claim", "voucher"), name="continuity_paperclaimline_of"),
        ),
        migrations.AddConstraint(
            model_name="formerblock",
            constraint=models.UniqueConstraint(fields=("takeover", "table_name", "number"), name="continuity_formerblock_number"),
        ),
        migrations.AddIndex(
            model_name="broughtreceipt",
            index=models.Index(fields=["organisation_id", "brought_at"], name="continuity_receipt_of_place"),
        ),
        migrations.AddIndex(
            model_name="broughtreceipt",
            index=models.Index(fields=["programme_id", "brought_at"], name="continuity_receipt_of"),
        ),
        migrations.AddConstraint(
            model_name="broughtreceipt",
            constraint=models.UniqueConstraint(fields=("takeover", "digest"), name="continuity_receipt_once"),
        ),
        migrations.AddConstraint(
            model_name="broughtreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("note", ""), ("settled_at__isnull", True), ("settled_by_id__isnull", True)),
                    models.Q(("settled_at__isnull", False), ("settled_by_id__isnull", False), models.Q(("note", ""), _negated=True)),
                    _connector="OR",
                ),
                name="continuity_receipt_settled_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="takeoverpart",
            constraint=models.UniqueConstraint(fields=("takeover", "step", "table_name"), name="continuity_takeoverpart_once"),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
