from django.apps import AppConfig


class HelplineConfig(AppConfig):
    name = "carnet.helpline"
    label = "helpline"
