"""The lines said outside, for whoever audits: the latest ones, what the night found, and how to check them with nothing of ours."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.continuity.queries import anchors
from carnet.journal import queries as journal
from carnet.journal.queries import RunView
from carnet.journal.rules import What
from carnet.web.anchor_table import anchor_table
from carnet.web.design import formats
from carnet.web.design.components import Column, Download, Table


def page(request: HttpRequest) -> HttpResponse:
    found = anchors.latest()
    run = journal.latest_verifications().get(What.JOURNAL)
    context = {
        "table": anchor_table(found),
        "latest": found[0].line if found else None,
        "verified": _verified(run),
        "broken": _broken(run),
        "downloads": [
            Download(_("Toutes les lignes"), reverse("public:anchors-csv"), "CSV"),
            Download(_("Le programme qui les vérifie, seul"), reverse("public:anchors-script"), "Python"),
        ],
    }
    return render(request, "auditor/anchors.html", context)


def _verified(run: RunView | None) -> str:
    if run is None or run.ended_at is None:
        return _("La base n’a pas encore été comparée à ces lignes : cela se fait chaque nuit.")
    words = ngettext(
        "Comparé à la base le %(when)s : %(faults)d anomalie du journal.", "Comparé à la base le %(when)s : %(faults)d anomalies du journal.", run.fault_count
    )  # fmt: skip
    return words % {"when": formats.moment(run.ended_at), "faults": run.fault_count}


def _broken(run: RunView | None) -> Table | None:
    named = [each for each in run.faults if each.invariant == "anchor"] if run is not None else []
    if not named:
        return None
    rows = [[each.where, each.what] for each in named]
    return Table(_("Ce qui ne correspond plus à ce qui est sorti"), [Column(_("Ligne")), Column(_("Quoi"))], rows)
