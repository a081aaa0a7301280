"""What each night's verification of the ledger and of the journal found. A rule and how often it is broken; which rows, the command says."""

from collections import Counter
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.journal import queries
from carnet.journal.queries import RunView
from carnet.journal.rules import What
from carnet.kernel.actors import Actor
from carnet.parties.rules import allowed
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table, Task
from carnet.web.doors import door

WORDS = {What.LEDGER: gettext_lazy("Grand livre"), What.JOURNAL: gettext_lazy("Journal")}
BROKEN = {
    What.LEDGER: gettext_lazy("Le grand livre ne tombe plus juste"),
    What.JOURNAL: gettext_lazy("Le journal ne correspond plus à ses sceaux"),
}
NIGHTS_SHOWN, LATEST_SHOWN = 60, 4


def verifications(request: HttpRequest) -> HttpResponse:
    """The latest verifications, and the rules that the latest of each found broken. Of the installation: nobody's rows are named."""
    latest = queries.latest_verifications()
    context = {
        "table": table_of(queries.verifications(limit=NIGHTS_SHOWN)),
        "faults": [_faults(each) for each in latest.values() if each.fault_count],
        "never": not latest,
    }
    return render(request, "operator/verifications.html", context)


def table_of_latest() -> Table:
    """For the page of background work: what is being verified, and what was last."""
    return table_of(queries.verifications(limit=LATEST_SHOWN))


def table_of(runs: list[RunView]) -> Table:
    """One line a verification."""
    columns = [
        Column(_("Registre")),
        Column(_("Commencé le")),
        Column(_("Avancement")),
        Column(_("Durée")),
        Column(_("Résultat")),
    ]
    rows = [
        [
            str(WORDS[each.what]),
            formats.moment(each.begun_at),
            formats.percent(each.done, each.total),
            _spent(each),
            _result(each),
        ]
        for each in runs
    ]
    return Table(_("Vérifications de la nuit"), columns, rows, empty=_("Aucune n’a encore été faite."))


def _spent(run: RunView) -> str:
    if run.ended_at is None:
        return "–"
    return _("%(seconds)s s") % {"seconds": formats.number(round((run.ended_at - run.begun_at).total_seconds()))}


def _result(run: RunView) -> Cell:
    if run.fault_count:
        title = ngettext("%(count)s anomalie", "%(count)s anomalies", run.fault_count)
        return Cell(title % {"count": formats.number(run.fault_count)}, tone="danger")
    return Cell(_("en cours"), tone="info") if run.ended_at is None else Cell(_("exact"), tone="success")


def _faults(run: RunView) -> Table:
    """Rules, never rows: a row may be another operator's."""
    columns = [Column(_("Règle")), Column(_("Constat")), Column(_("Lignes"), number=True)]
    counted = Counter((each.invariant, each.what) for each in run.faults)
    rows = [[invariant, what, formats.number(count)] for (invariant, what), count in sorted(counted.items())]
    return Table(str(BROKEN[run.what]), columns, rows)


def tasks(actor: Actor) -> Iterator[Task]:
    """A break waits for whoever administers, until a verification finds nothing any more."""
    if not allowed(actor.roles, "journal.see"):
        return
    for each in queries.latest_verifications().values():
        if each.fault_count:
            title = ngettext("%(count)s anomalie", "%(count)s anomalies", each.fault_count) % {"count": formats.number(each.fault_count)}
            yield Task(str(BROKEN[each.what]), _("Voir"), reverse("operator:verifications"), each.begun_at, title, "danger", _("urgent"))


urlpatterns = [path("work/verifications/", door("jobs.see")(verifications), name="verifications")]
