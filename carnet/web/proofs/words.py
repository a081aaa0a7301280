"""Words of designs and proofs: their states, their fields, and what changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.issuing.queries.proofs import ProofLine
from carnet.issuing.rules import ProofStage
from carnet.issuing.rules.proofs import Change, PaperChoice, ProofDecision
from carnet.kernel.actors import Actor
from carnet.parties.rules import home_of
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table

FIELDS: Mapping[str, Promise] = {
    "title": gettext_lazy("Titre"),
    "notice": gettext_lazy("Texte"),
    "perimeter": gettext_lazy("Où les chèques sont acceptés"),
    "services": gettext_lazy("Services nommés"),
    "phone": gettext_lazy("Téléphone"),
    "phone_hours": gettext_lazy("Quand quelqu’un répond"),
    "validity": gettext_lazy("Validité"),
    "funders": gettext_lazy("Financeurs"),
    "logos": gettext_lazy("Logos"),
    "accent": gettext_lazy("Couleur"),
    "paper": gettext_lazy("Papier"),
    "with_marks": gettext_lazy("Repères de coupe et de pli"),
    "booklet_size": gettext_lazy("Chèques par carnet"),
    "value_cents": gettext_lazy("Valeur d’un chèque"),
    "operator": gettext_lazy("Opérateur"),
    "website": gettext_lazy("Site"),
    "is_simulated": gettext_lazy("Activité simulée"),
}
PAPERS: Mapping[str, Promise] = {
    PaperChoice.DL.value: gettext_lazy("un chèque par page (21 × 9,9 cm)"),
    PaperChoice.A4.value: gettext_lazy("trois chèques par feuille A4"),
}
DECISIONS: Mapping[ProofDecision | None, tuple[Promise, str]] = {
    None: (gettext_lazy("attend une réponse"), "warning"),
    ProofDecision.APPROVED: (gettext_lazy("bon à tirer"), "success"),
    ProofDecision.RETURNED: (gettext_lazy("à corriger"), "danger"),
    ProofDecision.WITHDRAWN: (gettext_lazy("reprise"), "neutral"),
}
STAGES: Mapping[ProofStage, tuple[Promise, str]] = {
    ProofStage.NONE: (gettext_lazy("à préparer"), "neutral"),
    ProofStage.DESIGNED: (gettext_lazy("à envoyer"), "info"),
    ProofStage.WAITING: (gettext_lazy("attend une réponse"), "warning"),
    ProofStage.RETURNED: (gettext_lazy("à corriger"), "danger"),
    ProofStage.APPROVED: (gettext_lazy("bon à tirer"), "success"),
}


def office_of(actor: Actor) -> str:
    """The frame of whoever reads."""
    return f"{home_of(actor.roles).split(':')[0]}/office.html"


def state_cell(line: ProofLine) -> Cell:
    """What became of a proof, in a word."""
    if line.reopened_at is not None:
        return Cell(_("rouverte"), tone="neutral")
    word, tone = DECISIONS[line.decision]
    return Cell(str(word), tone=tone)


def value_words(field: str, value: Any) -> str:
    """What a proof shows under one field, for a person."""
    if value is None or value == "" or value == []:
        return "–"
    if field == "services":
        return ", ".join(words for _code, words in value)
    if field == "funders":
        return ", ".join(value)
    if field == "logos":
        return ", ".join(each["name"] for each in value)
    if field == "paper":
        return str(PAPERS[value])
    if field == "value_cents":
        return formats.euros(value, short=True)
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    return formats.number(value) if isinstance(value, int) else str(value)


def content_rows(content: Mapping[str, Any]) -> list[Row]:
    """Everything a proof shows."""
    rows = [Row(str(words), value_words(field, content.get(field))) for field, words in FIELDS.items() if field != "is_simulated"]
    return [*rows, Row(str(FIELDS["is_simulated"]), _("oui"))] if content.get("is_simulated") else rows


def changes_table(changes: Sequence[Change], version: int) -> Table:
    """What a version shows otherwise than the one before."""
    columns = [Column(_("Ce qui change")), Column(_("Avant")), Column(_("Maintenant"))]
    rows = [[str(FIELDS[each.field]), *(_changed(each, side) for side in ("before", "now"))] for each in changes if each.field in FIELDS]
    return Table(_("Depuis la version %(version)s") % {"version": formats.number(version - 1)}, columns, rows, empty=_("Rien n’a changé."))


def _changed(change: Change, side: str) -> str:
    shown, other = (getattr(change, name) for name in (side, "now" if side == "before" else "before"))
    words = value_words(change.field, shown)
    if change.field == "logos" and words == value_words("logos", other):
        return _("%(names)s (autre image)") % {"names": words} if side == "now" else words
    return words


def proofs_table(found: Sequence[ProofLine], *, caption: str, with_programme: bool) -> Table:
    """Versions, the latest first."""
    columns = [Column(_("Épreuve")), Column(_("Envoyée le")), Column(_("À qui")), Column(_("État")), Column(_("Remarques"))]
    if with_programme:
        columns.insert(1, Column(_("Programme")))
    rows: list[list[Any]] = []
    for each in found:
        name = _("Commande n° %(order)s, version %(version)s") % {"order": each.order_id, "version": each.version}
        row: list[Any] = [Cell(name, url=reverse("proofs:proof", args=[each.id]))]
        if with_programme:
            row.append(each.programme_name)
        rows.append([*row, formats.day(each.sent_at), each.asked_of, state_cell(each), each.remarks or each.reopened_because or "–"])
    return Table(caption, columns, rows, empty=_("Aucune épreuve n’a encore été envoyée."))
