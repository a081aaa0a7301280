from django.apps import AppConfig


class IssuingConfig(AppConfig):
    name = "carnet.issuing"
    label = "issuing"
    default_auto_field = "django.db.models.BigAutoField"
