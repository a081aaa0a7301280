"""Print shops, their keys, what is sealed for them, and the packing list."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("issuing", "0002_proofs")]
    operations: ClassVar = []
