"""The way in: which networks take places, what each asks, a file opened by an e-mail address, a link asked for again."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from carnet.funding.rules import ProgrammeUnknown
from carnet.kernel.refusals import Refusal
from carnet.places import operations, queries
from carnet.places.rules.joining import JoiningClosed, JoiningFileUnknown
from carnet.settlement import queries as settlement
from carnet.web import clock
from carnet.web.design.screens import show_refusal
from carnet.web.public.joining._link import LINK, gone
from carnet.web.public.links import EmailForm, may_write, urls_shown
from carnet.web.statements.fee_invoice import stated_words


def networks(request: HttpRequest) -> HttpResponse:
    """Why join, how it goes, and the networks open to places."""
    context = {"networks": queries.networks(at=clock.now()), "has_file": bool(LINK.secret_of(request))}
    return render(request, "public/joining/networks.html", context)


def network(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One network: its criteria, its charter, its delays; and the way to begin."""

    def begin(**given: Any) -> list[str]:
        opened = operations.open_joining_file(**given)
        return [opened.secret] if opened.secret else []

    return _by_letter(request, slug, begin, "public/joining/network.html")


def link(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A link asked for again. The answer is the same whether the address has a file or not."""
    return _by_letter(request, slug, operations.send_joining_link_again, "public/joining/link.html")


def _by_letter(request: HttpRequest, slug: str, send: Callable[..., Iterable[str]], template: str) -> HttpResponseBase:
    """A page of an open network with one field, the e-mail a link is written to. `send` gives the secrets of the links."""
    try:
        found = queries.network(slug, at=clock.now())
    except (ProgrammeUnknown, JoiningClosed):
        return render(request, "public/joining/closed.html", status=404)
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and may_write(request, form):
        given = form.cleaned_data
        try:
            secrets = send(
                programme_id=found.programme.id,
                email=given["email"],
                language=(get_language() or "fr")[:2],
                request_id=given["request_id"],
                at=clock.now(),
            )
        except Refusal as refusal:
            show_refusal(form, refusal, {"email-invalid": "email"})
        else:
            return _written(request, given["email"], list(secrets))
    context = {
        "network": found,
        "terms": found.published.terms,
        "published_at": found.published.published_at,
        "versions": queries.terms_versions(found.programme.id),
        "fees": stated_words(settlement.fees_stated(programme_id=found.programme.id, at=clock.now())),
        "form": form,
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


@never_cache
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """The letter's link: kept in this browser, then out of the address."""
    try:
        queries.joining_file_of_link(secret, at=clock.now())
    except JoiningFileUnknown:
        return gone(request)
    return LINK.keep(redirect("public:joining-file"), secret)  # type: ignore[arg-type]


def leave(request: HttpRequest) -> HttpResponse:
    """Leave the file on this computer; it stays as it is."""
    if request.method != "POST":
        return redirect("public:joining")  # type: ignore[return-value]
    return LINK.forget(redirect("public:joining"))  # type: ignore[arg-type]


def _written(request: HttpRequest, email: str, secrets: list[str]) -> HttpResponse:
    """*We have written to you.* A demonstration writes to nobody: on its own machine it shows the link instead."""
    context = {"email": email, "urls": urls_shown(request, "public:joining-open", secrets)}
    return render(request, "public/joining/written.html", context)
