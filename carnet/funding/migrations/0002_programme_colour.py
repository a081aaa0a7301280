"""A programme's own colour. Empty is the neutral look, so nothing has to be filled in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funding", "0001_funding"),
    ]

    operations = [
        migrations.AddField(
            model_name="programme",
            name="brand_colour",
            field=models.CharField(blank=True, default="", max_length=7),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(("brand_colour", ""), ("brand_colour__regex", "^#[0-9a-f]{6}$"), _connector="OR"),
                name="funding_programme_colour",
            ),
        ),
    ]
