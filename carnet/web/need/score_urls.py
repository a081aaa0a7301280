"""Addresses of where vouchers are needed."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.need.late import late

_see = door("planning.see-need")

urlpatterns = [
    path("", _see(late("views", "home")), name="home"),
    path("communes.<slug:kind>", _see(late("files", "communes")), name="file"),
    path("communes/<slug:code>/", _see(late("views", "commune")), name="commune"),
    path("communes/<slug:code>/neighbourhoods.<slug:kind>", _see(late("files", "neighbourhoods")), name="commune-file"),
    path("method/", _see(late("views", "method")), name="method"),
    path("false-alarms/", _see(late("views", "false_alarms")), name="false-alarms"),
    path("weights/new/", door("planning.weigh-need")(late("writing", "KeepWeightsView")), name="keep"),
    path("files/", door("observatory.import-indicators")(late("writing", "AreasView")), name="areas"),
]
