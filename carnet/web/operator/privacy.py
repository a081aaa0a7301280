"""What is kept of people, how long, what each night forgot, what is late; and what people asked. Numbers only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.gateways.database import acting_as_everything
from carnet.privacy.queries import mapping, periods
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table
from carnet.web.design.screens import actor_of
from carnet.web.doors import door
from carnet.web.follow import words
from carnet.web.privacy_words import GAPS

SHORT = 12


def privacy(request: HttpRequest) -> HttpResponse:
    """The report of the latest nights, and the data map by processing."""
    actor = actor_of(request)
    with acting_as_everything(why="data of every tenant is kept equally long, and counted together"):
        now, nights = periods.standings(at=clock.now()), periods.reports()
        asked = periods.asked()
    late = sum(each.late for each in now)
    context = {
        "base": words.base_of(actor),
        "figures": [
            Figure(formats.number(late), ngettext("ligne en retard", "lignes en retard", late)),
            Figure(formats.number(sum(each.forgotten for each in nights)), _("lignes effacées en un mois")),
            Figure(
                formats.number(asked.erased), ngettext("personne effacée à sa demande", "personnes effacées à leur demande", asked.erased)
            ),
            Figure(formats.number(asked.waiting), ngettext("demande en cours", "demandes en cours", asked.waiting)),
        ],
        "periods": Table(
            _("Combien de temps"),
            [
                Column(_("Donnée")),
                Column(_("Gardée")),
                Column(_("Lignes"), number=True),
                Column(_("En retard"), number=True),
                Column(_("Texte")),
            ],
            [
                [_what(each.code), _kept(each), formats.number(each.held), formats.number(each.late), each.basis]
                for each in now
                if not each.gap
            ],
        ),
        "gaps": [(_what(each.code), GAPS[each.code]) for each in now if each.gap],
        "nights": Table(
            _("Les nuits"),
            [Column(_("Nuit du")), Column(_("Effacées"), number=True), Column(_("En retard"), number=True), Column(_("Empreinte"))],
            [
                [formats.day(each.day), formats.number(each.forgotten), formats.number(each.late), Cell(each.digest[:SHORT])]
                for each in nights
            ],
            empty=_("Aucune nuit n’est encore passée."),
        ),
        "processings": Table(
            _("Les traitements"),
            [Column(_("Traitement")), Column(_("Personnes")), Column(_("Base légale")), Column(_("Qui voit")), Column(_("Durée"))],
            [[each.title, each.people, each.basis, each.seen_by, each.kept] for each in mapping.processings()],
        ),
    }
    return render(request, "operator/privacy.html", context)


def _kept(each: periods.Standing) -> str:
    if each.unit == "days":
        return ngettext("%(count)d jour", "%(count)d jours", each.kept) % {"count": each.kept}
    return ngettext("%(count)d mois", "%(count)d mois", each.kept) % {"count": each.kept}


def _what(code: str) -> str:
    names = {
        "accounts": _("Comptes de professionnels"),
        "invitations": _("Adresses d’invitations"),
        "head-changes": _("Changements de responsable"),
        "letters": _("Lettres qui n’ont pas pu partir"),
        "sessions": _("Connexions ouvertes"),
        "own-sessions": _("Navigateurs des connexions ouvertes"),
        "helped-people": _("Personnes aidées"),
        "drafts": _("Mandats en préparation"),
        "habilitations": _("Demandes d’habilitation refusées ou retirées"),
        "helpers": _("Aidants partis"),
        "households": _("Téléphones de foyers"),
        "postal-addresses": _("Adresses de courrier"),
        "reminders": _("Rappels demandés"),
        "questions": _("Questions posées avec accord"),
        "workshop-phones": _("Téléphones d’inscrits"),
        "workshop-booklets": _("Carnets d’inscrits"),
        "complaint-contacts": _("Contacts de réclamations"),
        "complaint-words": _("Mots de réclamations"),
        "self-check-contacts": _("Contacts pour faire le point"),
        "report-contacts": _("Contacts de signalements"),
        "joining-files": _("Candidatures de lieux refusées ou retirées"),
        "desk-files": _("Candidatures de guichets refusées ou retirées"),
        "sheet-pictures": _("Photographies de feuilles"),
        "case-papers": _("Papiers des dossiers"),
        "balance-tries": _("Essais de lecture d’un solde"),
        "outgoing-texts": _("SMS en attente"),
        "first-answers": _("Premières réponses à une machine"),
        "payments": _("Paiements"),
        "agreements": _("Signataires de conventions"),
        "journal": _("Journal"),
        "backups": _("Sauvegardes"),
        "logs": _("Lignes du service"),
    }
    return names.get(code, code)


urlpatterns = [path("donnees/", door("privacy.see")(privacy), name="privacy")]
