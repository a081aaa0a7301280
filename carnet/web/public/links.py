"""A file without an account: the link that opens it, kept in this browser for a working day, in no address after the first.

Also the page where an e-mail address asks for such a link, and how many letters may be asked for.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Generic, TypeVar

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from carnet.kernel.refusals import Refusal
from carnet.web import clock, tries
from carnet.web.design.forms import OperationForm
from carnet.web.doors import from_this_machine

SECONDS = 12 * 3600
# Letters that one address on the internet may have written in an hour: an association does it twice, a nuisance a thousand times.
LETTERS, LETTERS_SECONDS = 20, 3600
# And that one mailbox may receive, whoever asks.
LETTERS_TO_ONE = 5

Page = Callable[..., HttpResponseBase]
# The file, as its room's query gives it.
Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class FileLink:
    """One kind of file: its signed cookie, and the only addresses that see it."""

    cookie: str
    path: str

    @property
    def salt(self) -> str:
        """What its signature is mixed with, so that one kind's cookie opens no other's."""
        return f"carnet.{self.cookie}"

    def keep(self, answer: HttpResponse, secret: str) -> HttpResponse:
        """Keep the link with whoever opened it."""
        answer.set_signed_cookie(
            self.cookie, secret, salt=self.salt, max_age=SECONDS, path=self.path, httponly=True, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
        return answer

    def forget(self, answer: HttpResponse) -> HttpResponse:
        """Leave the file on this computer."""
        answer.delete_cookie(self.cookie, path=self.path, samesite="Lax")
        return answer

    def secret_of(self, request: HttpRequest) -> str:
        """The link kept here; "" when there is none, or it was tampered with."""
        return request.get_signed_cookie(self.cookie, default="", salt=self.salt, max_age=SECONDS) or ""


@dataclass(frozen=True, slots=True)
class LinkedPages(Generic[Shown]):
    """The pages of one kind of file: how its link finds it, where one asks for a link, and what is said of a link that opens nothing."""

    link: FileLink
    find: Callable[[str, datetime], Shown]
    unknown: type[Refusal]
    start: str
    gone: Callable[[HttpRequest], HttpResponse]

    def with_file(self, page: Page) -> Page:
        """Give a page its file (`file_of`) and its link (`link_of`); without one, the page that asks for it."""

        @never_cache
        @wraps(page)
        def opened(request: HttpRequest, *arguments: object, **named: object) -> HttpResponseBase:
            secret = self.link.secret_of(request)
            if not secret:
                return redirect(self.start)
            try:
                request.file = self.find(secret, clock.now())  # type: ignore[attr-defined]
            except self.unknown:
                return self.link.forget(self.gone(request))
            request.secret = secret  # type: ignore[attr-defined]
            return page(request, *arguments, **named)

        return opened

    def file_of(self, request: HttpRequest) -> Shown:
        """The file of this page, as it is now."""
        found: Shown = request.file  # type: ignore[attr-defined]
        return found

    def reloaded(self, request: HttpRequest) -> Shown:
        """The same, after something was written."""
        request.file = self.find(self.link_of(request), clock.now())  # type: ignore[attr-defined]
        return self.file_of(request)

    def link_of(self, request: HttpRequest) -> str:
        """The link of this page's file."""
        found: str = request.secret  # type: ignore[attr-defined]
        return found


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


def may_write(request: HttpRequest, form: EmailForm) -> bool:
    """Count one letter against whoever asks and whoever receives; say so on the form when there were too many."""
    to = form.cleaned_data["email"].lower()
    from_here = tries.so_far(request, "letters-asked", seconds=LETTERS_SECONDS)
    if from_here >= LETTERS or tries.so_far_of(to, "letters-received", seconds=LETTERS_SECONDS) >= LETTERS_TO_ONE:
        form.add_error(None, _("Trop de liens ont été demandés. Réessayez dans une heure."))
        return False
    tries.note(request, "letters-asked", seconds=LETTERS_SECONDS)
    tries.note_of(to, "letters-received", seconds=LETTERS_SECONDS)
    return True


def urls_shown(request: HttpRequest, route: str, secrets: Iterable[str]) -> list[str]:
    """The links themselves, on a demonstration's own machine: it writes to nobody. Elsewhere, none."""
    return [reverse(route, args=[secret]) for secret in secrets] if settings.DEMO and from_this_machine(request) else []
