"""Each line of an answer, how an agreement pays, the form a run left in: append-only, behind the programme's wall."""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
SELECT carnet_guard_rows('settlement_bankline', 'programme_id', NULL);
SELECT carnet_guard_rows('settlement_channelchoice', 'programme_id', NULL);
SELECT carnet_guard_rows('settlement_runfile', 'programme_id', NULL);
SELECT carnet_guard_append_only('settlement_bankline');
SELECT carnet_guard_append_only('settlement_channelchoice');
SELECT carnet_guard_append_only('settlement_runfile');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0005_runs_and_holds"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("agreement_id", models.BigIntegerField()),
                ("channel", models.CharField(max_length=20)),
                ("chosen_by_id", models.BigIntegerField(null=True)),
                ("chosen_at", models.DateTimeField()),
                ("request_id", models.UUIDField(unique=True)),
            ],
            options={
                "indexes": [models.Index(fields=["agreement_id", "-id"], name="settlement_channel_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["pain.001.001.09", "pain.001.001.03", "mandats"])),
                        name="settlement_channelchoice_channel",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BankLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("agreement_id", models.BigIntegerField()),
                ("rank", models.IntegerField()),
                ("reference", models.CharField(blank=True, max_length=140)),
                ("verdict", models.CharField(max_length=15)),
                ("cents", models.BigIntegerField(null=True)),
                ("reason_code", models.CharField(blank=True, max_length=10)),
                ("booked_on", models.DateField(null=True)),
                ("order_number", models.CharField(blank=True, max_length=20)),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "bank_file",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="settlement.bankfile"),
                ),
                (
                    "transfer",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="bank_lines", to="settlement.transfer"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("bank_file", "rank"), name="settlement_bankline_rank"),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("verdict", ""), _negated=True), ("rank__gt", 0)), name="settlement_bankline_says"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RunFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("channel", models.CharField(max_length=20)),
                ("run", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="file", to="settlement.paymentrun")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["pain.001.001.09", "pain.001.001.03", "mandats"])),
                        name="settlement_runfile_channel",
                    )
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
