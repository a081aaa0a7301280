"""What is left of a booklet, asked by whoever holds it: the tries that are counted, and the one question the database answers."""

from pathlib import Path

from django.db import migrations, models

HELD = (Path(__file__).parent / "0006_balance.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("redemption", "0005_lookups")]

    operations = [
        migrations.CreateModel(
            name="BalanceTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address_mark", models.BinaryField(max_length=32)),
                ("number_mark", models.BinaryField(max_length=32)),
                ("secret_mark", models.BinaryField(max_length=32)),
                ("was_wrong", models.BooleanField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["address_mark"], name="redemption_balance_from"),
                    models.Index(condition=models.Q(("was_wrong", True)), fields=["number_mark"], name="redemption_balance_number"),
                    models.Index(condition=models.Q(("was_wrong", True)), fields=["at"], name="redemption_balance_wrong"),
                ],
            },
        ),
        migrations.RunSQL(HELD, "DROP FUNCTION redemption_held_booklet;"),
    ]
