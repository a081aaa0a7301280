from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "carnet.settlement"
    label = "settlement"
    default_auto_field = "django.db.models.BigAutoField"
