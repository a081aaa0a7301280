"""The addresses of a rehearsal: the names of the real screens, each leading to a pretend page; all other doors as they are."""

from collections.abc import Iterable
from importlib import import_module

from django.urls import URLPattern, URLResolver, include, path

from carnet.urls import DOORS
from carnet.urls import handler400 as handler400
from carnet.urls import handler500 as handler500
from carnet.web.doors import door
from carnet.web.rehearsal import counter, desk, views

_REHEARSED = {
    "prescriber": ("carnet.web.prescriber.urls", "prescriber/", desk.urlpatterns, "home.prescriber"),
    "slips": ("carnet.web.slips.urls", "", desk.slip_patterns, "home.prescriber"),
    "connections": ("carnet.web.connections.urls", "", [], "home.prescriber"),
    "place": ("carnet.web.place.urls", "place/", counter.urlpatterns, "home.place"),
}


def _with_ways_out(module: str, rehearsed: list[URLPattern], action: str) -> list[URLPattern]:
    """Every name of the real screens: rehearsed, or a page that says it is not."""
    known = {each.name for each in rehearsed}
    real: Iterable[URLPattern | URLResolver] = import_module(module).urlpatterns
    beyond = door(action)(views.beyond)
    others = [URLPattern(each.pattern, beyond, name=each.name) for each in real if isinstance(each, URLPattern) and each.name not in known]
    return [*rehearsed, *others]


urlpatterns: list[URLPattern | URLResolver] = [
    *(
        path(f"rehearsal/{prefix}", include((_with_ways_out(module, rehearsed, action), app)))
        for app, (module, prefix, rehearsed, action) in _REHEARSED.items()
    ),
    *(path(prefix, include(module)) for prefix, module in DOORS if module not in {each[0] for each in _REHEARSED.values()}),
]
