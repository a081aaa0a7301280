"""How many vouchers each service of a programme costs; one unless it is said."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("funding", "0003_phone_hours")]

    operations = [migrations.AddField(model_name="programme", name="service_voucher_counts", field=models.JSONField(blank=True, default=dict))]
