"""The guide of a desk, on one page to print: what to do, what the page may say, where to rehearse."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.web import clock
from carnet.web.design.screens import actor_of
from carnet.web.prescriber import desk
from carnet.web.rehearsal import pretend


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a desk does, with its drawing."""

    icon: str
    title: str
    lines: tuple[str, ...]


def guide(request: HttpRequest) -> HttpResponse:
    """One sheet of A4: pinned beside the screen, it is enough."""
    at = clock.now()
    own = desk.programmes(request, desk.organisation_of(actor_of(request)), at)
    context = {
        "steps": steps(),
        "says": says(),
        "phone": next((each.terms.phone for each in own if each.terms.phone), ""),
        "whole": pretend.booklet_serial(pretend.WHOLE),
        "gone": pretend.booklet_serial(pretend.GONE),
        "address": f"{urlsplit(settings.BASE_URL).netloc}{reverse('rehearsal:start')}",
    }
    return render(request, "rehearsal/guide.html", context)


def steps() -> list[Step]:
    """What a desk does, the most frequent first."""
    return [
        Step("hand-over", _("Remettre"), (
            _("Tapez le numéro du carnet, ou lisez son code-barres."),
            _("Posez les trois questions. Jamais de nom."),
            _("La personne ne veut rien dire ? Remettez tout de suite."),
        )),
        Step("calendar", _("Réserver la première leçon"), (
            _("La page montre les prochaines, près de chez vous."),
            _("« Remettre et réserver » : un seul geste."),
        )),
        Step("print", _("Imprimer la fiche"), (
            _("Où, quand, avec qui, qui appeler. En grand."),
            _("Par SMS ou par lettre, si la personne le souhaite."),
        )),
        Step("people", _("Prendre son tour"), (
            _("Sur l’ordinateur partagé : votre prénom, votre code PIN."),
            _("En partant : « Changer de personne »."),
        )),
        Step("box", _("Mon stock"), (
            _("Demander, recevoir, rendre, compter des carnets."),
            _("Loin d’un écran : sortez une série, notez sur la feuille."),
        )),
        Step("lost", _("Carnet perdu, volé, abîmé"), (
            _("« Remplacer un carnet » bloque ce qui reste."),
            _("La personne repart avec un autre carnet."),
        )),
    ]  # fmt: skip


def says() -> list[tuple[str, str]]:
    """What the page may say, and what to do then."""
    return [
        (_("Pas encore activé"), _("Prenez un autre carnet.")),
        (_("Déjà remis"), _("Prenez un autre carnet.")),
        (_("La remise est finie"), _("La saison est finie : rendez ces carnets.")),
        (_("Hors du territoire"), _("Pas de chèques ici. Donnez le téléphone.")),
    ]
