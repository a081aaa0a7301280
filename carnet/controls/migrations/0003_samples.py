"""Samples drawn and questions asked by consent."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("controls", "0002_cases")]

    operations: ClassVar = []
