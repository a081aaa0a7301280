"""Devices that accept without network, and everything they ever uploaded."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("redemption", "0002_counter")]
    operations = []
