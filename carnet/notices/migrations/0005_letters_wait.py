"""A letter that could not leave waits longer each time, and lets the others pass."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0004_announcements")]

    operations = [migrations.AddField(model_name="notice", name="next_at", field=models.DateTimeField(null=True))]
