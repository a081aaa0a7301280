from django.apps import AppConfig


class OpenIDConfig(AppConfig):
    name = "carnet.web.openid"
    label = "openid"
    default_auto_field = "django.db.models.BigAutoField"
