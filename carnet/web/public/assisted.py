"""Assisted procedures as anybody reads them, from the latest release: *at least* where some of what adds up is hidden."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.periods import add_months
from carnet.mandates.rules import FAMILIES, Family
from carnet.observatory.queries import procedures
from carnet.observatory.rules import AfterwardsFigures, AssistedProgramme, ProceduresLine, Told
from carnet.observatory.rules.charts import Gap
from carnet.places import queries as places
from carnet.places.rules import PROCEDURE_BY_CODE
from carnet.web.afterwards.words import ANSWERS
from carnet.web.design import charts, formats
from carnet.web.design.components import Column, Row, Table

MONTH, FAMILY, DEPARTMENT = (
    (gettext_lazy("Mois par mois"), gettext_lazy("Mois")),
    (gettext_lazy("Par sorte de démarche"), gettext_lazy("Démarches")),
    (gettext_lazy("Par département"), gettext_lazy("Département")),
)


@dataclass(frozen=True, slots=True)
class AssistedShown:
    """Everything told of assisted procedures, written for a person. `span`: the months told; empty before a release tells any."""

    programmes: list[AssistedProgramme]
    span: str
    rows: list[Row]
    tables: list[Table]


def assisted_shown(programmes: list[AssistedProgramme]) -> AssistedShown | None:
    """What the latest release tells, in three tables; None when no structure acts for anybody."""
    if not programmes:
        return None
    rows = [Row(_("Structures qui aident avec un mandat"), formats.number(sum(each.structures for each in programmes)))]
    told = procedures.procedures_told()
    if told is None:
        return AssistedShown(programmes, "", rows, [])
    rows += [Row(_("Mandats signés"), _said(told.whole.mandates)), Row(_("Démarches faites"), _said(told.whole.procedures))]
    span = _("de %(first)s à %(last)s") % {"first": _month(told.since), "last": _month(add_months(told.until, -1))}
    months = [(_month(date.fromisoformat(f"{line.key}-01")), line) for line in told.months]
    names = {each.code: each.name for each in places.departments()}
    tables = [
        _table(MONTH, months),
        _table(FAMILY, [(_(FAMILIES[Family(line.key)].label), line) for line in told.families]),
        _table(DEPARTMENT, [(names.get(line.key) or _("inconnu"), line) for line in told.departments]),
    ]
    return AssistedShown(programmes, span, rows, [table for table in tables if table.rows])


def afterwards_table() -> Table:
    """What people answered, procedure by procedure."""
    columns = [Column(_("Démarche")), *(Column(str(word), number=True) for word in ANSWERS.values())]
    return Table(
        _("L’avez-vous fait vous-même ?"),
        columns,
        [_answers(line) for line in procedures.answers_told()],
        empty=_("Pas encore de réponse."),
    )


def _answers(line: AfterwardsFigures) -> list[str]:
    counts = (line.by_self, line.together, line.by_somebody)
    return [_(PROCEDURE_BY_CODE[line.procedure].label), *(formats.number(count) for count in counts)]


def _table(words: tuple[Promise, Promise], lines: Iterable[tuple[str, ProceduresLine]]) -> Table:
    found = list(lines)
    caption, first = words
    has_mandates = any(line.mandates is not None for _name, line in found)
    columns = [
        Column(str(first)),
        *([Column(_("Mandats signés"), number=True)] if has_mandates else []),
        Column(_("Démarches faites"), number=True),
    ]
    rows = [[name, *([_said(line.mandates)] if has_mandates else []), _said(line.procedures)] for name, line in found]
    return Table(str(caption), columns, rows, empty=_("Pas encore de chiffres."))


def _month(day: date) -> str:
    return date_format(day, "F Y")


def _said(told: Told | None) -> str:
    """A sum: hidden when nothing of it is shown, *at least* when a part is hidden."""
    if told is None or (told.is_least and not told.count):
        return charts.written(Gap.HIDDEN)
    return _("au moins %(count)s") % {"count": formats.number(told.count)} if told.is_least else formats.number(told.count)
