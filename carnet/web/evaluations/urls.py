"""Addresses of the indicators of survey answers and of the evaluations, the same at every office.

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
        found: View = getattr(import_module("carnet.web.evaluations.views"), name)
        return found(request, **named)

    view.__name__ = name
    return view


_see, _study = door("observatory.see-evaluations"), door("observatory.study-answers")
_evaluate = door("observatory.evaluate")

app_name = "evaluations"
urlpatterns = [
    path("", _see(_late("home")), name="home"),
    path("answers/new/", _study(_late("new_study")), name="new-study"),
    path("answers/example.csv", _study(_late("example")), name="example"),
    path("answers/mapping.toml", _study(_late("mapping")), name="mapping"),
    path("answers/schema.json", _study(_late("schema")), name="schema"),
    path("answers/<int:study_id>/", _study(_late("study")), name="study"),
    path("answers/<int:study_id>/indicators.<slug:kind>", _study(_late("study_file")), name="study-file"),
    path("plans/new/", _evaluate(_late("new_plan")), name="new-plan"),
    path("plans/<int:plan_id>/", _see(_late("plan")), name="plan"),
    path("plans/<int:plan_id>/plan.toml", _see(_late("plan_file")), name="plan-file"),
    path("plans/<int:plan_id>/draw.<slug:kind>", _see(_late("draw_file")), name="draw-file"),
    path("plans/<int:plan_id>/results/new/", _evaluate(_late("new_reading")), name="new-reading"),
    path("plans/<int:plan_id>/results/<int:reading_id>/", _see(_late("reading")), name="reading"),
    path("plans/<int:plan_id>/results/<int:reading_id>.pdf", _see(_late("reading_pdf")), name="reading-pdf"),
]
