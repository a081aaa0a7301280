"""Heads of the chain given to somebody outside."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("journal", "0002_verifications")]

    operations: ClassVar = []
