from django.apps import AppConfig


class ConnectivityConfig(AppConfig):
    name = "carnet.connectivity"
    label = "connectivity"
