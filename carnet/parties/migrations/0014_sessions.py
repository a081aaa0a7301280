"""The sessions of people, each seen by its own person only: a browser and a system by their names, never an address of a network."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BROWSERS = ["", "Chrome", "Edge", "Firefox", "Opera", "Safari", "Samsung Internet", "Vivaldi", "Yandex"]
SYSTEMS = ["", "Android", "ChromeOS", "Linux", "Windows", "iPad", "iPhone", "macOS"]
WALL = """
ALTER TABLE parties_browsersession ENABLE ROW LEVEL SECURITY;
ALTER TABLE parties_browsersession FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON parties_browsersession
  USING ((SELECT carnet_everything()) OR person_id = (SELECT carnet_person()))
  WITH CHECK ((SELECT carnet_everything()) OR person_id = (SELECT carnet_person()));
"""
UNDO = """
DROP POLICY own ON parties_browsersession;
ALTER TABLE parties_browsersession NO FORCE ROW LEVEL SECURITY;
ALTER TABLE parties_browsersession DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0013_withdrawn_approvals")]

    operations = [
        migrations.CreateModel(
            name="BrowserSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("browser", models.CharField(blank=True, max_length=20)),
                ("system", models.CharField(blank=True, max_length=20)),
                ("station_id", models.BigIntegerField(null=True)),
                ("began_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("browser__in", BROWSERS), ("system__in", SYSTEMS)), name="parties_browsersession_words_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seen_at__gte", models.F("began_at"))), name="parties_browsersession_in_order"
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALL, UNDO),
    ]
