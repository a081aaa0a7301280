"""Addresses of gaps. The views are loaded by the first page that is asked: a process starts without numpy."""

from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path

from carnet.web.doors import View, door


def _late(name: str) -> View:
    """The view of this name, loaded when it is asked."""

    def view(request: HttpRequest, **named: Any) -> HttpResponseBase:
        found: View = getattr(import_module("carnet.web.need.gaps.views"), name)
        return found(request, **named)

    view.__name__ = name
    return view


_see = door("planning.see-gaps")

urlpatterns = [
    path("gaps/", _see(_late("gaps")), name="gaps"),
    path("gaps/<slug:part>.<slug:kind>", _see(_late("gaps_file")), name="gaps-file"),
]
