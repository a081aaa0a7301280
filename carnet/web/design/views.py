"""The page that shows every component alive. What is not on it does not exist."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.periods import legal_day
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Download, Figure, Row, Table, Task, Ticket
from carnet.web.design.drawn import specimens
from carnet.web.design.forms import DayField, EurosField, WeighedFileField

SPECIMEN_DIGITS = "482915006731284906"  # of no series
# fmt: off
PICTOGRAMS = (
    "alert", "aloud", "arrow-back", "arrow-next", "bag", "booklet", "box", "calendar", "check", "clock", "computer",
    "cross", "download", "euro", "eye", "hand-over", "help", "info", "language", "learn", "lock", "lost", "mail",
    "money", "number", "paper", "people", "person", "phone", "place", "print", "scan", "search", "stop", "ticket",
    "undo", "way", "work",
)
# fmt: on


class SpecimenForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label=gettext_lazy("Nom de la commande"), help_text=gettext_lazy("Tel qu’il sera imprimé sur le carnet."), max_length=80
    )
    amount = EurosField(label=gettext_lazy("Montant reçu"), help_text=gettext_lazy("En euros, par exemple 1 250,50."))
    on = DayField(label=gettext_lazy("Reçu le"), required=False)
    territory = forms.ChoiceField(label=gettext_lazy("Territoire"), choices=[("44", "Loire-Atlantique"), ("44109", "Nantes")])
    reason = forms.ChoiceField(
        label=gettext_lazy("Motif"),
        widget=forms.RadioSelect,
        choices=[("mail", gettext_lazy("Boîte aux lettres électronique")), ("cv", gettext_lazy("Curriculum vitæ"))],
    )
    ticks = forms.MultipleChoiceField(
        label=gettext_lazy("Services acceptés"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[("lesson", gettext_lazy("Cours")), ("help", gettext_lazy("Aide à une démarche"))],
    )
    agree = forms.BooleanField(label=gettext_lazy("Je confirme avoir vérifié le nombre de carnets"))
    file = WeighedFileField(label=gettext_lazy("Fichier de lieux"), most_bytes=20 * 10**6, accept=".csv", required=False)
    note = forms.CharField(label=gettext_lazy("Remarque"), widget=forms.Textarea(attrs={"rows": 3}), required=False)


def gallery(request: HttpRequest) -> HttpResponse:
    wrong = SpecimenForm({"name": "", "amount": "douze", "territory": "44"}, auto_id="wrong_%s")
    return render(request, "design/gallery.html", {**_drawn(), "form": SpecimenForm(), "wrong_form": wrong})


def _drawn() -> dict[str, Any]:
    now = clock.now()
    until = now + timedelta(days=120)
    states = ("HANDED_OVER", "IN_STOCK", "RESERVED", "REDEEMED", "LAPSED", "VOID")
    return {
        "tickets": [Ticket(f"NM-{1204 + rank:07d}-4", 1000, state, "Nantes 2026", until) for rank, state in enumerate(states)],
        "secret_ticket": replace(Ticket("NM-0001210-8", 1000, "HANDED_OVER", "Nantes 2026", until), secret=SPECIMEN_DIGITS),
        "tasks": [
            Task(_("Recevoir 40 carnets expédiés"), _("Recevoir"), "#tasks", now - timedelta(days=6)),
            Task(_("Approuver le paiement de 12 lieux"), _("Approuver"), "#tasks", now - timedelta(days=1), formats.euros(184000)),
            Task(_("Compléter l’IBAN d’un lieu"), _("Compléter"), "#tasks", legal_day(now), "", "warning", _("bloque un paiement")),
        ],
        "figures": [
            Figure(formats.number(8123), _("chèques utilisés")),
            Figure(_("%(days)s jours") % {"days": 9}, _("pour être payé"), _("médiane des 12 derniers mois")),
            Figure(formats.euros(0), _("manquant")),
        ],
        "rows": [
            Row(_("Programme"), "Nantes 2026"),
            Row(_("Valeur d’un chèque"), formats.euros(1000)),
            Row(_("IBAN"), "FR76 •••• •••• 0189", "#summary", _("Modifier")),
        ],
        "table": _table(),
        "empty_table": Table(
            _("Paiements à venir"), [Column(_("Lieu")), Column(_("Montant"), number=True)], [], empty=_("Aucun paiement à venir.")
        ),
        "step_labels": [_("Commander"), _("Imprimer"), _("Expédier"), _("Activer")],
        "files": [Download(_("Carnets à imprimer"), "#downloads", "PDF", _("2 000 carnets, 48 Mo"))],
        "page_of": Paginator(range(240), 20).page(3),
        "paid": formats.euros(1000, short=True),
        "spent_on": formats.day(now - timedelta(days=9)),
        "charts": specimens(),
        "tones": ["success", "warning", "danger", "info", "neutral"],
        "pictograms": PICTOGRAMS,
    }


def _table() -> Table:
    columns = [Column(_("Financeur")), Column(_("Apporté"), number=True), Column(_("Payé"), number=True), Column(_("État"))]
    rows = [
        ["Nantes Métropole", formats.euros(5000000), formats.euros(3912000), Cell(_("à jour"), tone="success")],
        [
            Cell("Loire-Atlantique", url="#tables"),
            formats.euros(5000000),
            formats.euros(3911000),
            Cell(_("avance attendue"), tone="warning"),
        ],
    ]
    return Table(_("Où est l’argent"), columns, rows, [_("Total"), formats.euros(10000000), formats.euros(7823000), ""])
