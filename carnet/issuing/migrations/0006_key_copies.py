"""Which machine first held each version of a programme's keys: a digest of the public half, so that two folders are noticed."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("issuing", "0005_key_versions")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="KeyCopy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("version", models.SmallIntegerField()),
                ("fingerprint", models.CharField(max_length=32)),
                ("machine", models.CharField(max_length=120)),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("programme_id", "version", "fingerprint"), name="issuing_keycopy_once")],
            },
        ),
        migrations.RunSQL("SELECT carnet_guard_rows('issuing_keycopy', 'programme_id', NULL)", migrations.RunSQL.noop),
    ]
