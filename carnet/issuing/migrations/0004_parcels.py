"""Parcels: sent, counted, short, lost, found."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("issuing", "0003_print_shops")]
    operations: ClassVar = []
