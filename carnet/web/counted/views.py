"""The page of definitions, for anybody; the comparisons of figures with the ledger, for those who run or audit a programme."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.observatory.queries import figures
from carnet.observatory.queries.comparing import Night
from carnet.observatory.queries.comparing import comparisons as nights
from carnet.observatory.rules import DEFINITIONS, STORY, Cut, Definition
from carnet.web.boards.words import CUTS, value_words
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.screens import actor_of


@dataclass(frozen=True, slots=True)
class Defined:
    """A measure as the page tells it; `anchor` is its name in files and in the API."""

    anchor: str
    name: str
    rows: tuple[Row, ...]


def definitions(request: HttpRequest) -> HttpResponse:
    """What each figure counts, from what, how, and an example that anybody can follow."""
    context = {
        "story": [_(sentence) for sentence in STORY],
        "defined": [_defined(each) for each in DEFINITIONS.values()],
        "mark": figures.watermark(),
    }
    return render(request, "counted/definitions.html", context)


def comparisons(request: HttpRequest) -> HttpResponse:
    """The latest nights, and every row that differs among the programmes one reads."""
    found = nights(actor_of(request))
    context = {"latest": found[0] if found else None, "rows": _rows_table(found[0]) if found else None, "nights": _nights_table(found)}
    return render(request, "counted/comparisons.html", context)


def _defined(each: Definition) -> Defined:
    cuts = _("Ne se découpe pas.") if not each.cuts else ", ".join(str(CUTS[cut]) for cut in Cut if cut in each.cuts)
    example = _("%(example)s Cela donne %(value)s.") % {"example": _(each.example), "value": value_words(each.measure, each.gives)}
    return Defined(
        each.measure.value,
        _(each.name),
        (
            Row(_("Ce que c’est"), _(each.definition)),
            Row(_("D’où cela vient"), _(each.source)),
            Row(_("Comment c’est compté"), _(each.query)),
            Row(_("Se lit"), cuts),
            Row(_("Exemple"), example),
            Row(_("Nom dans les fichiers"), each.measure.value),
        ),
    )


def _nights_table(found: list[Night]) -> Table:
    columns = [Column(_("Comparé le")), Column(_("Lignes comparées"), number=True), Column(_("Résultat"))]
    rows = [[formats.moment(each.compared_at), formats.number(each.row_count), _result(each)] for each in found]
    return Table(_("Les dernières comparaisons"), columns, rows, empty=_("Aucune comparaison pour l’instant : elle se fait chaque nuit."))


def _result(night: Night) -> Cell:
    if night.holds:
        return Cell(_("tout est pareil"), tone="success")
    count = len(night.differences) + night.other_count
    return Cell(ngettext("%(count)s différence", "%(count)s différences", count) % {"count": formats.number(count)}, tone="danger")


def _rows_table(night: Night) -> Table | None:
    if not night.differences:
        return None
    columns = [Column(_("Ligne")), Column(_("Ce qui diffère"))]
    return Table(_("Les lignes qui diffèrent"), columns, [[each.where, each.what] for each in night.differences])
