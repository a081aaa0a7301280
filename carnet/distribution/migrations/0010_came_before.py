"""Whether the person had come before to a place of digital help: one more coarse tick of a hand-over, and of its line on paper."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("distribution", "0009_exchanges")]

    operations = [
        migrations.AddField(model_name=model, name="came_before", field=models.BooleanField(null=True))
        for model in ("handover", "papersheetline")
    ]
