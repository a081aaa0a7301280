"""The way in: which programmes take structures, what helpers accept, a request opened by an e-mail address, resumed by number and code."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from carnet.funding.rules import ProgrammeUnknown
from carnet.kernel.refusals import Refusal
from carnet.mandates.operations import habilitation as operations
from carnet.mandates.queries import habilitation as queries
from carnet.mandates.rules.habilitation import COMMITMENTS, RequestNumber, StructureFileUnknown, StructuresClosed, key_of
from carnet.web import clock, lessons
from carnet.web.design.screens import show_refusal
from carnet.web.public.links import EmailForm, may_write, urls_shown
from carnet.web.public.places import shown
from carnet.web.public.structures._forms import ResumeForm
from carnet.web.public.structures._link import LINK, gone
from carnet.workshops.rules import TooManyTries

WRONG = ("structure-file-unknown", "structure-number-mistyped")


def networks(request: HttpRequest) -> HttpResponse:
    """What it is to act for people under a mandate, how a structure is admitted, and the programmes that take some."""
    context = {"networks": queries.structure_networks(at=clock.now()), "has_file": bool(LINK.secret_of(request))}
    return shown(request, "public/structures/networks.html", context)


def network(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One programme: what is promised, the terms word for word, and the way to begin."""

    def begin(**given: Any) -> list[str]:
        opened = operations.open_structure_file(**given)
        return [opened.key] if opened.key else []

    return _by_letter(request, slug, begin, "public/structures/network.html")


def link(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A link asked for again. The answer is the same whether the address has a request or not."""
    return _by_letter(request, slug, operations.send_structure_link_again, "public/structures/link.html")


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
            return LINK.keep(redirect("public:structure-file"), key)  # type: ignore[arg-type]
        except Refusal as refusal:
            if refusal.code in WRONG:
                lessons.note_wrong(request)
            show_refusal(form, refusal, {"structure-file-unknown": "code", "structure-number-mistyped": "number"})
    status = 200 if not form.is_bound else 429 if form.has_error(NON_FIELD_ERRORS, TooManyTries.code) else 422
    return render(request, "public/structures/resume.html", {"form": form}, status=status)


def _by_letter(request: HttpRequest, slug: str, send: Callable[..., Iterable[str]], template: str) -> HttpResponseBase:
    """A page with one field, the e-mail a link is written to. `send` gives the keys of the links."""
    try:
        found = queries.structure_network(slug, at=clock.now())
    except (ProgrammeUnknown, StructuresClosed):
        return render(request, "public/structures/closed.html", status=404)
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and may_write(request, form):
        given = form.cleaned_data
        try:
            keys = send(
                slug=slug, email=given["email"], language=(get_language() or "fr")[:2], request_id=given["request_id"], at=clock.now()
            )
        except Refusal as refusal:
            show_refusal(form, refusal, {"email-invalid": "email"})
        else:
            context = {"email": given["email"], "urls": urls_shown(request, "public:structure-open", list(keys))}
            return render(request, "public/joining/written.html", context)
    context = {"network": found, "commitments": [_(each.text) for each in COMMITMENTS], "form": form}
    return render(request, template, context, status=422 if form.is_bound else 200)


@never_cache
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """The letter's link: kept in this browser, then out of the address."""
    try:
        queries.structure_file_of_key(secret, at=clock.now())
    except StructureFileUnknown:
        return gone(request)
    return LINK.keep(redirect("public:structure-file"), secret)  # type: ignore[arg-type]


def leave(request: HttpRequest) -> HttpResponse:
    """Leave the request on this computer; it stays as it is."""
    if request.method != "POST":
        return redirect("public:structures")  # type: ignore[return-value]
    return LINK.forget(redirect("public:structures"))  # type: ignore[arg-type]
