"""The way in: which networks take places, what each asks, a file opened by an e-mail address, a link asked for again."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from carnet.funding.rules import ProgrammeUnknown
from carnet.kernel.refusals import Refusal
from carnet.places import operations, queries
from carnet.places.rules.joining import JoiningClosed, JoiningFileUnknown
from carnet.web import clock
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import show_refusal
from carnet.web.doors import from_this_machine
from carnet.web.public.joining._link import forget, keep, secret_of

# Letters that one address on the internet may have written in an hour: an association does it twice, a nuisance a thousand times.
LETTERS, LETTERS_SECONDS = 20, 3600
# And that one mailbox may receive, whoever asks.
LETTERS_TO_ONE = 5


class EmailForm(OperationForm):
    """The address the link is written to."""

    email = forms.EmailField(
        label=gettext_lazy("Votre adresse électronique"),
        help_text=gettext_lazy("Nous vous écrivons un lien. Il ouvre votre dossier, aujourd’hui ou plus tard, sans mot de passe."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Écrivez votre adresse électronique."),
            "invalid": gettext_lazy("Cette adresse n’est pas complète, par exemple nom@exemple.fr."),
        },
    )


def networks(request: HttpRequest) -> HttpResponse:
    """Why join, how it goes, and the networks open to places."""
    context = {"networks": queries.networks(at=clock.now()), "has_file": bool(secret_of(request))}
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
    if request.method == "POST" and form.is_valid() and _may_write(request, form):
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
        "form": form,
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


@never_cache
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """The letter's link: kept in this browser, then out of the address."""
    try:
        queries.joining_file_of_link(secret, at=clock.now())
    except JoiningFileUnknown:
        return render(request, "public/joining/gone.html", {"networks": queries.networks(at=clock.now())}, status=404)
    return keep(redirect("public:joining-file"), secret)  # type: ignore[arg-type]


def leave(request: HttpRequest) -> HttpResponse:
    """Leave the file on this computer; it stays as it is."""
    if request.method != "POST":
        return redirect("public:joining")  # type: ignore[return-value]
    return forget(redirect("public:joining"))  # type: ignore[arg-type]


def _written(request: HttpRequest, email: str, secrets: list[str]) -> HttpResponse:
    """*We have written to you.* A demonstration writes to nobody: on its own machine it shows the link instead."""
    shown = settings.DEMO and from_this_machine(request)
    urls = [reverse("public:joining-open", args=[secret]) for secret in secrets] if shown else []
    return render(request, "public/joining/written.html", {"email": email, "urls": urls})


def _may_write(request: HttpRequest, form: EmailForm) -> bool:
    """Count one letter against whoever asks and whoever receives; say so on the form when there were too many."""
    client = get_adapter().get_client_ip(request)
    asked = ((f"from {client}", LETTERS), (f"to {form.cleaned_data['email'].lower()}", LETTERS_TO_ONE))
    keys = {f"joining-letters:{hashlib.sha256(text.encode()).hexdigest()[:32]}": most for text, most in asked}
    counts = cache.get_many(keys)
    if any(counts.get(key, 0) >= most for key, most in keys.items()):
        form.add_error(None, _("Trop de liens ont été demandés. Réessayez dans une heure."))
        return False
    cache.set_many({key: counts.get(key, 0) + 1 for key in keys}, LETTERS_SECONDS)
    return True
