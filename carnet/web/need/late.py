"""Views loaded by the first page that asks for them: a process starts without numpy, which travel times need."""

from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views import View as ClassView

from carnet.web.doors import View


def late(module: str, name: str) -> View:
    """The view `name` of `carnet.web.need.<module>`, a function or a class."""

    def view(request: HttpRequest, **named: Any) -> HttpResponseBase:
        found: Any = getattr(import_module(f"carnet.web.need.{module}"), name)
        answer: HttpResponseBase = (found.as_view() if _is_class(found) else found)(request, **named)
        return answer

    view.__name__ = name
    return view


def _is_class(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, ClassView)
