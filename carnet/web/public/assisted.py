"""Assisted procedures as anybody reads them: counts, and *hidden* where a count is too small to be said: a dash would look like nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.mandates.rules import FAMILIES, Family
from carnet.mandates.rules.counting import By
from carnet.observatory.rules import AfterwardsFigures, AssistedFigures, AssistedLine
from carnet.observatory.rules.charts import Gap
from carnet.places import queries as places
from carnet.places.rules import PROCEDURE_BY_CODE
from carnet.web.afterwards.words import ANSWERS
from carnet.web.design import charts, formats
from carnet.web.design.components import Column, Row, Table

CAPTIONS = {
    By.MONTH: (gettext_lazy("Mois par mois"), gettext_lazy("Mois")),
    By.FAMILY: (gettext_lazy("Par sorte de démarche"), gettext_lazy("Démarches")),
    By.DEPARTMENT: (gettext_lazy("Par département"), gettext_lazy("Département")),
}


@dataclass(frozen=True, slots=True)
class AssistedShown:
    """One programme's counts, written for a person."""

    name: str
    is_simulated: bool
    rows: list[Row]
    tables: list[Table]


def assisted_shown(each: AssistedFigures) -> AssistedShown:
    """A programme's counts, in three tables."""
    rows = [
        Row(_("Structures qui aident avec un mandat"), formats.number(each.structures)),
        Row(_("Mandats signés"), _count(each.mandates)),
        Row(_("Démarches faites"), _count(each.uses)),
    ]
    return AssistedShown(each.name, each.is_simulated, rows, [_table(by, each.of(by)) for by in By if each.of(by)])


def afterwards_table(lines: Iterable[AfterwardsFigures]) -> Table:
    """What people answered, procedure by procedure."""
    columns = [Column(_("Démarche")), *(Column(str(word), number=True) for word in ANSWERS.values())]
    rows = [
        [_(PROCEDURE_BY_CODE[line.procedure].label), *(_count(count) for count in (line.by_self, line.together, line.by_somebody))]
        for line in lines
    ]
    return Table(_("L’avez-vous fait vous-même ?"), columns, rows, empty=_("Pas encore de réponse."))


def _table(by: By, lines: Iterable[AssistedLine]) -> Table:
    caption, first = CAPTIONS[by]
    columns = [Column(str(first)), Column(_("Mandats signés"), number=True), Column(_("Démarches faites"), number=True)]
    rows = [[_word(by, line.value), _count(line.mandates), _count(line.uses)] for line in lines]
    return Table(str(caption), columns, rows, empty=_("Pas encore de chiffres."))


def _word(by: By, value: str) -> str:
    if by is By.FAMILY:
        return _(FAMILIES[Family(value)].label)
    if by is By.MONTH:
        return date_format(date(int(value[:4]), int(value[5:7]), 1), "F Y")
    names = {each.code: each.name for each in places.departments()}
    return names.get(value, value) or _("inconnu")


def _count(count: int | None) -> str:
    return charts.written(Gap.HIDDEN if count is None else count)
