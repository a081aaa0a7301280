"""Payments that a case holds."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("settlement", "0006_bank_lines")]

    operations: ClassVar = []
