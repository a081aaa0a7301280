from django.apps import AppConfig


class MandatesConfig(AppConfig):
    name = "carnet.mandates"
    label = "mandates"
