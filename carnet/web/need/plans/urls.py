"""Addresses of allotment plans. The views are loaded by the first page that is asked: a process starts without numpy."""

from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path

from carnet.web.doors import View, door


def _late(name: str, *, module: str = "views") -> View:
    """The view of this name, loaded when it is asked."""

    def view(request: HttpRequest, **named: Any) -> HttpResponseBase:
        found: View = getattr(import_module(f"carnet.web.need.plans.{module}"), name)
        return found(request, **named)

    view.__name__ = name
    return view


_see, _plan, _order = door("planning.see"), door("planning.plan"), door("planning.order")
_VERSION = "plans/<int:plan_id>/versions/<int:number>"

urlpatterns = [
    path("plans/", _see(_late("plans")), name="plans"),
    path("plans/new/", _plan(_late("new_plan")), name="new-plan"),
    path("plans/<int:plan_id>/", _see(_late("plan")), name="plan"),
    path(f"{_VERSION}/", door("planning.see", post="planning.plan")(_late("version")), name="plan-version"),
    path(f"{_VERSION}/try/", _plan(_late("try_again")), name="plan-try"),
    path(f"{_VERSION}/keep/", _plan(_late("keep")), name="plan-keep"),
    path(f"{_VERSION}/order/", _order(_late("order", module="ordering")), name="plan-order"),
    path(f"{_VERSION}/communes.<slug:kind>", _see(_late("communes_file", module="files")), name="plan-communes"),
    path(f"{_VERSION}/desks.<slug:kind>", _see(_late("desks_file", module="files")), name="plan-desks"),
    path(f"{_VERSION}/plan.json", _see(_late("given", module="files")), name="plan-given"),
    path(f"{_VERSION}/plan.pdf", _see(_late("paper", module="files")), name="plan-paper"),
    path(f"{_VERSION}/map-<slug:method>.svg", _see(_late("map_of", module="files")), name="plan-map"),
]
