from django.apps import AppConfig


class ObservatoryConfig(AppConfig):
    name = "carnet.observatory"
    label = "observatory"
