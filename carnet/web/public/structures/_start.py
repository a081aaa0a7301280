"""The way in: which programmes take structures, what helpers accept, a request opened by an e-mail address, resumed by number and code."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from carnet.funding.rules import ProgrammeUnknown
from carnet.kernel.refusals import Refusal
from carnet.mandates.operations import habilitation as operations
from carnet.mandates.queries import habilitation as queries
from carnet.mandates.rules.habilitation import COMMITMENTS, RequestNumber, StructuresClosed, key_of
from carnet.web import clock, lessons
from carnet.web.design.screens import show_refusal
from carnet.web.public.applications import StartPages
from carnet.web.public.places import shown
from carnet.web.public.structures._forms import ResumeForm
from carnet.web.public.structures._pages import KIND
from carnet.workshops.rules import TooManyTries

START = StartPages(
    KIND,
    network=queries.structure_network,
    closed=(ProgrammeUnknown, StructuresClosed),
    context=lambda _found, _at: {"commitments": [_(each.text) for each in COMMITMENTS]},
    about=lambda found: {"slug": found.programme.slug},
)
WRONG = ("structure-file-unknown", "structure-number-mistyped")


def networks(request: HttpRequest) -> HttpResponse:
    """What it is to act for people under a mandate, how a structure is admitted, and the programmes that take some."""
    context = {"networks": queries.structure_networks(at=clock.now()), "has_file": bool(KIND.pages.link.secret_of(request))}
    return shown(request, "public/structures/networks.html", context)


def network(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One programme: what is promised, the terms word for word, and the way to begin."""

    def begin(**given: Any) -> list[str]:
        opened = operations.open_structure_file(**given)
        return [opened.key] if opened.key else []

    return START.by_letter(request, slug, begin, "network")


def link(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A link asked for again. The answer is the same whether the address has a request or not."""
    return START.by_letter(request, slug, operations.send_structure_link_again, "link")


@never_cache
@sensitive_post_parameters()
def resume(request: HttpRequest) -> HttpResponse:
    """A request opened again by the number and the code of its letter. Both come in the form, never in an address."""
    form = ResumeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            lessons.check_tries(request)
            key = key_of(RequestNumber.parse(form.cleaned_data["number"]), form.cleaned_data["code"])
            queries.structure_file_of_key(key, at=clock.now())
            return KIND.pages.link.keep(redirect("public:structure-file"), key)  # type: ignore[arg-type]
        except Refusal as refusal:
            if refusal.code in WRONG:
                lessons.note_wrong(request)
            show_refusal(form, refusal, {"structure-file-unknown": "code", "structure-number-mistyped": "number"})
    status = 200 if not form.is_bound else 429 if form.has_error(NON_FIELD_ERRORS, TooManyTries.code) else 422
    return render(request, "public/structures/resume.html", {"form": form}, status=status)


@never_cache
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """The letter's link: kept in this browser, then out of the address."""
    return START.open_link(request, secret)


def leave(request: HttpRequest) -> HttpResponse:
    """Leave the request on this computer; it stays as it is."""
    return START.leave(request)
