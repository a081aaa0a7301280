from django.apps import AppConfig


class RedemptionConfig(AppConfig):
    name = "carnet.redemption"
    label = "redemption"
    default_auto_field = "django.db.models.BigAutoField"
