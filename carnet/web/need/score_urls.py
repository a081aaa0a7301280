"""Addresses of where vouchers are needed."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.need import files, views, writing

_see = door("planning.see-need")
_import = door("observatory.import-indicators")

urlpatterns = [
    path("", _see(views.home), name="home"),
    path("communes.<slug:kind>", _see(files.communes), name="file"),
    path("communes/<slug:code>/", _see(views.commune), name="commune"),
    path("communes/<slug:code>/neighbourhoods.<slug:kind>", _see(files.neighbourhoods), name="commune-file"),
    path("method/", _see(views.method), name="method"),
    path("false-alarms/", _see(views.false_alarms), name="false-alarms"),
    path("weights/new/", door("planning.weigh-need")(writing.KeepWeightsView.as_view()), name="keep"),
    path("files/", _import(writing.AreasView.as_view()), name="areas"),
]
