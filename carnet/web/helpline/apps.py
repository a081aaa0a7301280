from django.apps import AppConfig


class HelplineDeskConfig(AppConfig):
    name = "carnet.web.helpline"
    label = "helpline_desk"  # the room has the other one
