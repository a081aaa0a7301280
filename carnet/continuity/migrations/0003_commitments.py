"""What was published each day: owed, funded, in circulation, and what the account held."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("continuity", "0002_takeovers")]

    operations: ClassVar = []
