"""The outbox."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("journal", "0001_journal")]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60)),
                ("to_email", models.CharField(blank=True, max_length=254)),
                ("to_organisation_id", models.BigIntegerField(null=True)),
                ("programme_id", models.BigIntegerField(null=True)),
                ("language", models.CharField(default="fr", max_length=5)),
                ("context", models.JSONField(default=dict)),
                ("posted_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("attempts", models.SmallIntegerField(default=0)),
                ("latest_error", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sent_at__isnull", False), models.Q(("to_email", ""), _negated=True), ("to_organisation_id__isnull", False), _connector="OR"
                        ),
                        name="notices_notice_addressed",
                    )
                ],
                "indexes": [models.Index(condition=models.Q(("sent_at__isnull", True)), fields=["id"], name="notices_notice_waiting")],
            },
        ),
        migrations.RunSQL(
            """
            SELECT carnet_guard_rows('notices_notice', 'programme_id', 'to_organisation_id');
            CREATE POLICY anyone_writes ON notices_notice FOR INSERT WITH CHECK (true);
            """,
            migrations.RunSQL.noop,
        ),
    ]
