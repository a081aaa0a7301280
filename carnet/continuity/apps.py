from django.apps import AppConfig


class ContinuityConfig(AppConfig):
    name = "carnet.continuity"
    label = "continuity"
