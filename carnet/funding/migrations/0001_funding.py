"""Tables of funding, their row-level walls, and shares that are never rewritten."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('funding_agreement', 'programme_id', NULL);
SELECT carnet_guard_rows('funding_shareversion', 'programme_id', NULL);
SELECT carnet_guard_rows('funding_share', 'programme_id', 'funder_id');
SELECT carnet_guard_rows('funding_commitment', 'programme_id', NULL);
SELECT carnet_guard_rows('funding_commitmentshare', 'programme_id', 'funder_id');
SELECT carnet_guard_rows('funding_moneyreceived', 'programme_id', 'funder_id');
SELECT carnet_guard_rows('funding_pledge', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('funding_auditengagement', 'programme_id', 'organisation_id');
SELECT carnet_guard_append_only('funding_shareversion');
SELECT carnet_guard_append_only('funding_share');
SELECT carnet_guard_append_only('funding_commitmentshare');
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("journal", "0001_journal"),
        ("parties", "0001_parties"),
    ]

    operations = [
        migrations.CreateModel(
            name="Programme",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("is_simulated", models.BooleanField(default=False)),
                (
                    "perimeter",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=9), size=None
                    ),
                ),
                ("public", models.CharField(blank=True, max_length=500)),
                ("voucher_value_cents", models.BigIntegerField()),
                ("booklet_size", models.SmallIntegerField()),
                (
                    "service_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), size=None
                    ),
                ),
                ("undo_window_minutes", models.IntegerField()),
                ("hand_over_from", models.DateTimeField()),
                ("hand_over_until", models.DateTimeField()),
                ("printed_until", models.DateTimeField(null=True)),
                ("months_after_hand_over", models.SmallIntegerField(null=True)),
                ("grace_days", models.SmallIntegerField()),
                ("payment_frequency", models.CharField(max_length=12)),
                ("phone", models.CharField(blank=True, max_length=30)),
                ("print_title", models.CharField(blank=True, max_length=120)),
                ("print_notice", models.CharField(blank=True, max_length=600)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "operator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("season", models.CharField(blank=True, max_length=40)),
                ("signed_on", models.DateField()),
                ("state", models.CharField(max_length=10)),
                ("account_holder", models.CharField(max_length=140)),
                ("iban", models.CharField(max_length=34)),
                ("bic", models.CharField(blank=True, max_length=11)),
                ("closed_at", models.DateTimeField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="funding.programme",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ShareVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("programme_id", models.BigIntegerField()),
                ("number", models.SmallIntegerField()),
                ("effective_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="funding.agreement",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("programme_id", models.BigIntegerField()),
                ("agreement_id", models.BigIntegerField()),
                ("rank", models.SmallIntegerField()),
                ("portion_numerator", models.BigIntegerField(null=True)),
                ("portion_denominator", models.BigIntegerField(null=True)),
                ("fixed_cents", models.BigIntegerField(null=True)),
                ("cap_cents", models.BigIntegerField(null=True)),
                ("pays", models.CharField(max_length=12)),
                (
                    "advanced_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.organisation",
                    ),
                ),
                (
                    "funder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.organisation",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="funding.shareversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pledge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("programme_id", models.BigIntegerField()),
                ("cents", models.BigIntegerField()),
                ("state", models.CharField(max_length=10)),
                ("pledged_at", models.DateTimeField()),
                ("signed_on", models.DateField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pledges",
                        to="funding.agreement",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.organisation",
                    ),
                ),
                (
                    "joined_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funding.shareversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Commitment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("programme_id", models.BigIntegerField()),
                ("total_cents", models.BigIntegerField()),
                ("committed_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commitments",
                        to="funding.agreement",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funding.shareversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AuditEngagement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("programme_id", models.BigIntegerField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organisation"], name="funding_audit_organisation"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="funding_auditengagement_dates",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CommitmentShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("programme_id", models.BigIntegerField()),
                ("agreement_id", models.BigIntegerField()),
                ("rank", models.SmallIntegerField()),
                ("cents", models.BigIntegerField()),
                ("by_portion_cents", models.BigIntegerField()),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="funding.commitment",
                    ),
                ),
                (
                    "funder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.organisation",
                    ),
                ),
                (
                    "held_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["agreement_id"], name="funding_commitshare_agreement"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("commitment", "funder"),
                        name="funding_commitmentshare_funder",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("by_portion_cents__gte", 0),
                            ("by_portion_cents__lte", models.F("cents")),
                            ("cents__gt", 0),
                        ),
                        name="funding_commitmentshare_cents",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MoneyReceived",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("programme_id", models.BigIntegerField()),
                ("cents", models.BigIntegerField()),
                ("received_on", models.DateField()),
                ("bank_reference", models.CharField(max_length=140)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by_id", models.BigIntegerField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by_id", models.BigIntegerField(null=True)),
                ("withdrawn_reason", models.CharField(blank=True, max_length=200)),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="funding.agreement",
                    ),
                ),
                (
                    "funder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("cents__gt", 0)),
                        name="funding_moneyreceived_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bank_reference", ""), _negated=True),
                        name="funding_moneyreceived_referenced",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("agreement", "bank_reference"),
                        name="funding_moneyreceived_once",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="programme",
            index=models.Index(fields=["operator"], name="funding_programme_operator"),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(("voucher_value_cents__gt", 0)),
                name="funding_programme_value",
            ),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(("booklet_size__gt", 0)),
                name="funding_programme_booklet",
            ),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(("hand_over_until__gt", models.F("hand_over_from"))),
                name="funding_programme_hand_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("months_after_hand_over__isnull", True),
                        ("printed_until__isnull", False),
                    ),
                    models.Q(
                        ("months_after_hand_over__gt", 0),
                        ("printed_until__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="funding_programme_acceptance",
            ),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(("grace_days__gte", 0)),
                name="funding_programme_grace",
            ),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("payment_frequency__in", ["WEEKLY", "FORTNIGHTLY", "MONTHLY"])
                ),
                name="funding_programme_frequency",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["SIGNED", "CLOSED"])),
                name="funding_agreement_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", False), ("state", "CLOSED")),
                    models.Q(
                        models.Q(("state", "CLOSED"), _negated=True),
                        ("closed_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="funding_agreement_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account_holder", ""), _negated=True),
                    models.Q(("iban", ""), _negated=True),
                ),
                name="funding_agreement_ring_fence",
            ),
        ),
        migrations.AddConstraint(
            model_name="shareversion",
            constraint=models.UniqueConstraint(
                fields=("agreement", "number"), name="funding_shareversion_number"
            ),
        ),
        migrations.AddIndex(
            model_name="share",
            index=models.Index(fields=["funder"], name="funding_share_of_funder"),
        ),
        migrations.AddIndex(
            model_name="share",
            index=models.Index(fields=["agreement_id"], name="funding_share_agreement"),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.UniqueConstraint(
                fields=("version", "rank"), name="funding_share_rank"
            ),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.UniqueConstraint(
                fields=("version", "funder"), name="funding_share_funder"
            ),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("fixed_cents__isnull", True),
                        ("portion_denominator__gte", models.F("portion_numerator")),
                        ("portion_denominator__isnull", False),
                        ("portion_numerator__gt", 0),
                    ),
                    models.Q(
                        ("cap_cents__isnull", True),
                        ("fixed_cents__gt", 0),
                        ("fixed_cents__isnull", False),
                        ("portion_denominator__isnull", True),
                        ("portion_numerator__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="funding_share_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cap_cents__isnull", True), ("cap_cents__gt", 0), _connector="OR"
                ),
                name="funding_share_cap",
            ),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("advanced_by__isnull", True), ("pays", "IN_ADVANCE")),
                    models.Q(("advanced_by__isnull", False), ("pays", "ON_USE")),
                    _connector="OR",
                ),
                name="funding_share_pays",
            ),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("advanced_by__isnull", True),
                    models.Q(("advanced_by", models.F("funder")), _negated=True),
                    _connector="OR",
                ),
                name="funding_share_advancer",
            ),
        ),
        migrations.AddConstraint(
            model_name="pledge",
            constraint=models.CheckConstraint(
                condition=models.Q(("cents__gt", 0)), name="funding_pledge_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="pledge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["PLEDGED", "SIGNED", "JOINED", "WITHDRAWN"])
                ),
                name="funding_pledge_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="pledge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("joined_version__isnull", False), ("state", "JOINED")),
                    models.Q(
                        models.Q(("state", "JOINED"), _negated=True),
                        ("joined_version__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="funding_pledge_joined",
            ),
        ),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.CheckConstraint(
                condition=models.Q(("total_cents__gt", 0)),
                name="funding_commitment_positive",
            ),
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
