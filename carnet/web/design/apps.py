from django.apps import AppConfig


class DesignConfig(AppConfig):
    name = "carnet.web.design"
    label = "web_design"
