"""A key for each person, destroyed with them."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("parties", "0013_withdrawn_approvals")]

    operations: ClassVar = []
