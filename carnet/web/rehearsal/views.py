"""Into a rehearsal, and out of it; the exercises and their ticks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from carnet.web.rehearsal.middleware import ADDRESSES

DONE = "rehearsed"  # in the session: the exercises done, and what was last given; no person, no real number


@dataclass(frozen=True, slots=True)
class Exercise:
    """One thing to try: what to do, and with which pretend number."""

    key: str
    title: str
    text: str
    number: str
    url: str
    is_done: bool = False


def start(request: HttpRequest, home: str) -> HttpResponseBase:
    """Into a desk's rehearsal, or a counter's. Whoever comes in anew begins anew."""
    request.session.pop(DONE, None)
    return redirect(reverse(home, urlconf=ADDRESSES))


def beyond(request: HttpRequest, **_named: Any) -> HttpResponse:
    """A page that exists for good, and is not rehearsed."""
    return render(request, "rehearsal/beyond.html")


def tick(request: HttpRequest, key: str, **kept: Any) -> None:
    """Note that an exercise was done."""
    noted: dict[str, Any] = request.session.get(DONE, {})
    request.session[DONE] = noted | {"done": sorted({*noted.get("done", ()), key})} | kept


def noted(request: HttpRequest) -> dict[str, Any]:
    """What was done of this rehearsal."""
    found: dict[str, Any] = request.session.get(DONE, {})
    return found


def ticked(request: HttpRequest, exercises: Sequence[Exercise]) -> list[Exercise]:
    """The exercises, those done marked."""
    done = set(noted(request).get("done", ()))
    return [Exercise(each.key, each.title, each.text, each.number, each.url, each.key in done) for each in exercises]
