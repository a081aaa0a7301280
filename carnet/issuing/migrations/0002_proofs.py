"""What an edition looks like, and its proofs."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("issuing", "0001_issuing")]
    operations: ClassVar = []
