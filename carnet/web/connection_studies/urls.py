"""Addresses of feasibility studies, the same at every office.

The views need numpy: they are loaded by the first page that is asked, so that a process starts without it.
"""

from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path

from carnet.web.doors import View, door


def _late(name: str) -> View:
    """The view of this name, loaded when it is asked."""

    def view(request: HttpRequest, **named: Any) -> HttpResponseBase:
        found: View = getattr(import_module("carnet.web.connection_studies.views"), name)
        return found(request, **named)

    view.__name__ = name
    return view


_see, _make = door("connectivity.study"), door("connectivity.make-study")

app_name = "studies"
urlpatterns = [
    path("", _see(_late("home")), name="home"),
    path("new/", _make(_late("new_study")), name="new"),
    path("example.csv", _see(_late("example")), name="example"),
    path("published/", _see(_late("published")), name="published"),
    path("compare/", _see(_late("compare")), name="compare"),
    path("<int:study_id>/", _see(_late("study")), name="study"),
    path("<int:study_id>/try/", door("connectivity.study", post="connectivity.make-study")(_late("try_out")), name="try"),
    path("<int:study_id>/study.pdf", _see(_late("study_pdf")), name="pdf"),
    path("<int:study_id>/results.<slug:kind>", _see(_late("results_file")), name="results"),
    path("<int:study_id>/residences.<slug:kind>", _see(_late("residences_file")), name="residences"),
]
