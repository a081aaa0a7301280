"""Accounts and movements of clearing between operators."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("ledger", "0006_ring_fence")]

    operations: ClassVar = []
