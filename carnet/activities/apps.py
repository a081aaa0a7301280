"""The room's registration with Django."""

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    """`activities`: tables `activities_*`."""

    name = "carnet.activities"
    label = "activities"
    default_auto_field = "django.db.models.BigAutoField"
