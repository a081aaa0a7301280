"""The index on what names begin with served nobody: behind walls, only the operators that leak nothing reach an index, and `@>` may leak.

A structure's people are read by their structure, then looked at one by one: thousands, in milliseconds.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("mandates", "0006_own_paper"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="assistedperson", name="mandates_person_search"),
    ]
