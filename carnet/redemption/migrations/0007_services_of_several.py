"""A service may cost several vouchers: all taken or none, and each says which others went with it."""

import re
from importlib import import_module
from pathlib import Path

from django.db import migrations, models

HERE = Path(__file__).parent
SEVERAL = (HERE / "0007_services_of_several.sql").read_text(encoding="utf-8")


def as_before(file: str, name: str) -> str:
    """A function as an earlier migration made it: what going back restores."""
    found = re.search(rf"^CREATE FUNCTION {name}\(.*?^(?:END )?\$\$;?$", (HERE / file).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None, name
    return found[0].rstrip(";") + ";"


BACK = "\n".join(
    (
        "DROP FUNCTION redeem_many; DROP FUNCTION check_vouchers; DROP FUNCTION redemption_evaluate;",
        as_before("0001_redeem_many.sql", "redemption_evaluate"),
        as_before("0001_redeem_many.sql", "check_vouchers"),
        # Its name begins with a digit: it is imported by its name in words.
        import_module("carnet.redemption.migrations.0005_lookups").with_lookups(as_before("0002_counter_throttles.sql", "redeem_many")),
        "ALTER FUNCTION check_vouchers OWNER TO carnet_redeemer; ALTER FUNCTION redeem_many OWNER TO carnet_redeemer;",
        "REVOKE EXECUTE ON FUNCTION check_vouchers, redeem_many FROM PUBLIC;",
        "GRANT EXECUTE ON FUNCTION check_vouchers, redeem_many TO carnet_app;",
    )
)


class Migration(migrations.Migration):
    dependencies = [("redemption", "0006_balance"), ("funding", "0004_service_voucher_counts")]

    operations = [
        migrations.AddField(model_name="redemption", name="group_id", field=models.UUIDField(null=True)),
        migrations.AddField(model_name="redemption", name="group_rank", field=models.SmallIntegerField(null=True)),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.CheckConstraint(
                condition=models.Q(("group_id__isnull", True), ("group_rank__isnull", True))
                | models.Q(("group_id__isnull", False), ("group_rank__gt", 0)),
                name="redemption_group_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="redemption",
            index=models.Index(condition=models.Q(("group_id__isnull", False)), fields=["group_id"], name="redemption_of_group"),
        ),
        migrations.RunSQL(SEVERAL, BACK),
    ]
