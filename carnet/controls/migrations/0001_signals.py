"""What was noticed, by which rule, on what evidence, and what became of it."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("funding", "0010_ring_fence_changes")]

    operations: ClassVar = []
