"""Archives of programmes: what was written, when, and where it is kept."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("ledger", "0005_connections")]

    operations: ClassVar = []
