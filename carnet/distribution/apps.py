from django.apps import AppConfig


class DistributionConfig(AppConfig):
    name = "carnet.distribution"
    label = "distribution"
