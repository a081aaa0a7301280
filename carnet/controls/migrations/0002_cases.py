"""Cases: heard, decided by somebody else, appealed; payments held meanwhile."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("controls", "0001_signals")]

    operations: ClassVar = []
