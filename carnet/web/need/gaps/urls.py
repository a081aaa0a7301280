"""Addresses of gaps. The views are loaded by the first page that is asked: a process starts without numpy."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.need.late import late

_see = door("planning.see-gaps")

urlpatterns = [
    path("gaps/", _see(late("gaps.views", "gaps")), name="gaps"),
    path("gaps/<slug:part>.<slug:kind>", _see(late("gaps.views", "gaps_file")), name="gaps-file"),
]
