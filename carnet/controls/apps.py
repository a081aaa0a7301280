from django.apps import AppConfig


class ControlsConfig(AppConfig):
    name = "carnet.controls"
    label = "controls"
