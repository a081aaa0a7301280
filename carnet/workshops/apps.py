"""The room's registration with Django."""

from django.apps import AppConfig


class WorkshopsConfig(AppConfig):
    """`workshops`: tables `workshops_*`."""

    name = "carnet.workshops"
    label = "workshops"
    default_auto_field = "django.db.models.BigAutoField"
