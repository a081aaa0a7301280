"""The way in: which programmes take desks, what each asks to sign, an application opened by an e-mail address, a link asked for again."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from carnet.distribution import operations, queries
from carnet.distribution.rules.joining import TRAINING, DeskFileUnknown, DesksClosed
from carnet.funding.rules import ProgrammeUnknown
from carnet.kernel.refusals import Refusal
from carnet.web import clock
from carnet.web.design.screens import show_refusal
from carnet.web.desks import AGREEMENTS
from carnet.web.public.desks._link import LINK, gone
from carnet.web.public.links import EmailForm, may_write, urls_shown
from carnet.web.public.places import shown


def networks(request: HttpRequest) -> HttpResponse:
    """Why become a desk, how it goes, and the programmes that take desks."""
    context = {"networks": queries.desk_networks(at=clock.now()), "has_file": bool(LINK.secret_of(request))}
    return shown(request, "public/desks/networks.html", context)


def network(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One programme: what a desk does, its agreements word for word, its training; and the way to begin."""

    def begin(**given: Any) -> list[str]:
        opened = operations.open_desk_file(**given)
        return [opened.secret] if opened.secret else []

    return _by_letter(request, slug, begin, "public/desks/network.html")


def link(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A link asked for again. The answer is the same whether the address has an application or not."""
    return _by_letter(request, slug, operations.send_desk_link_again, "public/desks/link.html")


def _by_letter(request: HttpRequest, slug: str, send: Callable[..., Iterable[str]], template: str) -> HttpResponseBase:
    """A page with one field, the e-mail a link is written to. `send` gives the secrets of the links."""
    try:
        found = queries.desk_network(slug, at=clock.now())
    except (ProgrammeUnknown, DesksClosed):
        return render(request, "public/desks/closed.html", status=404)
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and may_write(request, form):
        given = form.cleaned_data
        try:
            secrets = send(
                slug=slug, email=given["email"], language=(get_language() or "fr")[:2], request_id=given["request_id"], at=clock.now()
            )
        except Refusal as refusal:
            show_refusal(form, refusal, {"email-invalid": "email"})
        else:
            context = {"email": given["email"], "urls": urls_shown(request, "public:desk-open", list(secrets))}
            return render(request, "public/joining/written.html", context)
    context = {
        "network": found,
        "texts": [(text, *AGREEMENTS[text.kind]) for text in found.texts],
        "training": TRAINING,
        "form": form,
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


@never_cache
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """The letter's link: kept in this browser, then out of the address."""
    try:
        queries.desk_file_of_link(secret, at=clock.now())
    except DeskFileUnknown:
        return gone(request)
    return LINK.keep(redirect("public:desk-file"), secret)  # type: ignore[arg-type]


def leave(request: HttpRequest) -> HttpResponse:
    """Leave the application on this computer; it stays as it is."""
    if request.method != "POST":
        return redirect("public:desks")  # type: ignore[return-value]
    return LINK.forget(redirect("public:desks"))  # type: ignore[arg-type]
