"""One kind of application, as its pages see it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.views.decorators.http import require_POST

from carnet.parties.rules.applications import Problem
from carnet.web import clock
from carnet.web.applications import Part
from carnet.web.doors import public
from carnet.web.public.links import LinkedPages


@dataclass(frozen=True, slots=True)
class Words:
    """What the pages say to whoever applies, each kind with its own noun: a file, a request."""

    whole: Promise  # the way back to the whole application
    send: Promise
    sent: Promise
    locked: Promise
    take_back: Promise
    taken_back: Promise
    withdraw: Promise
    withdraw_asked: Promise
    withdraw_lead: Promise
    withdrawn: Promise


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of application.

    `name` begins its routes (``public:desk-file``); `folder` holds its templates; `key` is what its operations call the secret of its link.
    `steps` are in the order of the pages, the last one being where it is sent.
    """

    name: str
    folder: str
    key: str
    steps: type[StrEnum]
    titles: Mapping[Any, Promise]
    words: Words
    pages: LinkedPages[Any]
    is_begun: Callable[[Any, Any], bool]
    parts: Callable[[Any], Sequence[Part[Any]]]

    def route(self, page: str) -> str:
        """The name of one of its pages."""
        return f"public:{self.name}-{page}"

    def render(self, request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """One of its pages; a template of its folder, else the one common to all kinds, else a step of one form."""
        names = [f"public/{self.folder}/{template}.html", f"public/applications/{template}.html", "public/applications/one_form.html"]
        common = {"words": self.words, "file_url": reverse(self.route("file")), "link_route": self.route("link")}
        return render(request, names, {**common, **context}, status=status)

    def file(self, request: HttpRequest) -> Any:
        """The application of this page, as it is now."""
        return self.pages.file_of(request)

    def call(self, operation: Callable[..., Any], request: HttpRequest, **given: Any) -> Any:
        """One operation of its room, on the application of this page, now."""
        return operation(**{self.key: self.pages.link_of(request)}, **given, at=clock.now())

    def problems(self, request: HttpRequest, step: Any, item: str = "") -> list[Problem[Any]]:
        """What is left to mend in one step (in one item) of this page's application."""
        return [each for each in self.file(request).problems if each.step is step and (not item or each.item == item)]

    def door(self, page: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        """A page for whoever has the link of an application, and nobody else: without one, the page that asks for it."""
        return public(self.pages.with_file(page))

    def gesture(self, page: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        """The same, reached by a button only."""
        return public(require_POST(self.pages.with_file(page)))

    def whole(self) -> HttpResponseBase:
        """To the page of the whole application."""
        return redirect(self.route("file"))

    def after(self, request: HttpRequest, step: Any) -> HttpResponseBase:
        """To the next step, or to the whole for whoever has had enough for today."""
        following = list(self.steps)[list(self.steps).index(step) + 1]
        return self.whole() if "later" in request.POST else redirect(self.route(following.value))


def kept_first(wanted: Collection[Any], held: Collection[Any], more: Collection[Any]) -> list[Any]:
    """The kinds of papers still wanted first, then the others, each once."""
    return list(dict.fromkeys([*(each for each in wanted if each not in held), *wanted, *more]))
