"""When somebody answers at a programme's telephone. Empty: nobody said, and no page says it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funding", "0002_programme_colour"),
    ]

    operations = [
        migrations.AddField(
            model_name="programme",
            name="phone_hours",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
    ]
