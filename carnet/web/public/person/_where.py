"""Where can I go? Five needs, each a drawing and a few words, then the search of places."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from carnet.web import clock
from carnet.web.public.person._page import page


@dataclass(frozen=True, slots=True)
class Need:
    """What a person wants to do. `service`: the one of the catalogue that is searched for; empty: any."""

    service: str
    drawing: str
    words: Any


NEEDS = (
    Need("computer", "computer", _("Me servir d’un ordinateur")),
    Need("smartphone", "phone", _("Me servir de mon téléphone")),
    Need("mailbox", "mail", _("Écrire et lire des messages")),
    Need("online-procedures", "paper", _("Faire mes papiers en ligne")),
    Need("job-search", "work", _("Chercher un travail")),
    Need("", "help", _("Je ne sais pas encore")),
)


def where(request: HttpRequest) -> HttpResponse:
    """A town, then one of five needs: one form whose buttons are the needs."""
    return page(request, "where", {"needs": NEEDS}, clock.now())
