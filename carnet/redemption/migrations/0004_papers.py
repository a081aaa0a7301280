"""Sheets filled by hand, and telephones that write."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("redemption", "0003_devices")]
    operations = []
