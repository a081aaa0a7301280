"""Whoever is reminded by text may also agree to be asked, once in a while, whether a lesson took place."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("distribution", "0010_came_before")]

    operations: ClassVar = [
        migrations.AddField(model_name="remindercontact", name="question_consented_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="remindercontact", name="asked_on", field=models.DateField(null=True)),
    ]
