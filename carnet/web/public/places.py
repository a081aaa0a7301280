"""The public directory as files, and what its pages share."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from carnet.funding import queries as funding
from carnet.kernel.periods import legal_day
from carnet.places import queries
from carnet.web import clock, theming
from carnet.web.calling import whom_to_call
from carnet.web.design.screens import actor_of
from carnet.web.tenancy import stream_as

# --- the file ---------------------------------------------------------------------------------------------------------


def places_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The whole directory in the national standard v1.0.2."""
    return _file(request, queries.export_lines, name="lieux-de-mediation-numerique.csv", kind="text/csv; charset=utf-8")


def places_inclusion(request: HttpRequest) -> StreamingHttpResponse:
    """The whole directory in data.inclusion's schema v1."""
    return _file(request, queries.inclusion_lines, name="data-inclusion.json", kind="application/json")


def _file(request: HttpRequest, lines: Callable[..., Iterator[str]], *, name: str, kind: str) -> StreamingHttpResponse:
    at = clock.now()
    response = StreamingHttpResponse(stream_as(actor_of(request), lambda: _encoded(lines(at=at))), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{legal_day(at):%Y-%m-%d}_carnet_{name}"'
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _encoded(lines: Iterator[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    for line in lines:
        waiting.append(line)
        if len(waiting) == 500:
            yield "".join(waiting).encode()
            waiting.clear()
    yield "".join(waiting).encode()


def shown(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A public page carries the programme when there is one only, and says whom to call."""
    at = clock.now()
    theming.carry_only_one(request, funding.programmes(), at)
    return render(request, template, {"call": whom_to_call(at)} | context, status=status)
