"""Clearing between operators: partners, messages, claims, statements."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("continuity", "0003_commitments")]

    operations: ClassVar = []
