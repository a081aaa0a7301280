"""Programmes taken over, and what is still to settle in each."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("continuity", "0001_archives")]

    operations: ClassVar = []
