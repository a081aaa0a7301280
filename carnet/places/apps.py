"""The room's registration with Django."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """`places`: tables `places_*`."""

    name = "carnet.places"
    label = "places"
    default_auto_field = "django.db.models.BigAutoField"
