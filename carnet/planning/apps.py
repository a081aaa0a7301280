from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "carnet.planning"
    label = "planning"
