"""A report of an import in words and tables."""

from typing import Any

from django.utils.translation import gettext as _

from carnet.places.rules import Fault, FaultCode, ImportReport, Outcome
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table
from carnet.web.design.sentences.places import OUTCOMES, kinds_of_faults, sentence_of_fault

LINES_PER_PAGE = 100
REPEATS = {
    FaultCode.PLACE_TWICE, FaultCode.PLACE_NEAR, FaultCode.PIVOT_TWICE,
    FaultCode.PLACE_ELSEWHERE, FaultCode.NEAR_ELSEWHERE, FaultCode.PIVOT_ELSEWHERE,
}  # fmt: skip
TONES = {Outcome.REFUSED: "danger", Outcome.SET_ASIDE: "warning", Outcome.MENDED: "info", Outcome.KEPT: "neutral"}


def inert(cell: str | int) -> str | int:
    """A value of a stranger's file that begins like a formula would run in a spreadsheet: an apostrophe stops it."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def told(report: ImportReport, shown: tuple[Fault, ...]) -> dict[str, Any]:
    """The report in words and tables."""
    figures = [
        Figure(formats.number(report.read_count), _("lieux lus"), _("standard %(version)s") % {"version": report.version}),
        Figure(formats.number(report.refused_count), _("refusés")),
        Figure(formats.number(report.created_count), _("nouveaux")),
        Figure(formats.number(report.updated_count), _("changés")),
        Figure(formats.number(report.unchanged_count), _("inchangés")),
        Figure(formats.number(report.absent_count), _("absents du fichier"), _("laissés tels quels")),
    ]
    kinds = [
        [sentence, Cell(str(OUTCOMES[outcome]), tone=TONES[outcome]), formats.number(count)]
        for sentence, outcome, count in kinds_of_faults(report.faults)
    ]
    lines = [
        [
            formats.number(fault.line) if fault.line else _("fichier"),
            fault.field or "–",
            sentence_of_fault(fault),
            Cell(str(OUTCOMES[fault.outcome]), tone=TONES[fault.outcome]),
        ]
        for fault in shown
    ]
    return {
        "report": report,
        "has_repeats": any(fault.code in REPEATS for fault in report.faults),
        "figures": figures,
        "kinds": Table(
            _("Ce qui ne va pas, un exemple de chaque sorte"),
            [Column(_("Exemple")), Column(_("Ce qui a été fait")), Column(_("Combien"), number=True)],
            kinds,
        ),
        "lines": Table(
            _("Ligne par ligne"), [Column(_("Ligne")), Column(_("Colonne")), Column(_("Défaut")), Column(_("Ce qui a été fait"))], lines
        ),
    }
