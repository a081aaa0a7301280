"""Disputes in words, the same for the place that opens them and the operator that answers."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.funding import queries as funding
from carnet.places import queries as places
from carnet.redemption.queries import DisputeLine
from carnet.redemption.rules import DisputeOutcome
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table

# Why a redemption was a mistake: kept as one of a few codes, so that it reads in any language and can be counted.
MISTAKES = {
    "wrong-voucher": gettext_lazy("Ce n’était pas le bon chèque"),
    "lesson-cancelled": gettext_lazy("La leçon n’a pas eu lieu"),
    "typed-twice": gettext_lazy("Saisi deux fois, ou pour une autre personne"),
    "other": gettext_lazy("Autre raison"),
}
OUTCOMES = {
    None: (gettext_lazy("Attend la réponse"), "info"),
    DisputeOutcome.REVERSED: (gettext_lazy("Passage annulé"), "success"),
    DisputeOutcome.TO_RECOVER: (gettext_lazy("Accordé, à retenir"), "warning"),
    DisputeOutcome.REFUSED: (gettext_lazy("Refusé"), "danger"),
}


def reason_kept(code: str, detail: str) -> str:
    """The reason as it is kept: its code, then what was added."""
    return f"{code}: {detail}" if detail else code


def reason_words(kept: str) -> str:
    """A kept reason in words."""
    code, _colon, detail = kept.partition(": ")
    words = str(MISTAKES[code]) if code in MISTAKES else kept
    return _("%(reason)s : %(detail)s") % {"reason": words, "detail": detail} if code in MISTAKES and detail else words


def answer(line: DisputeLine) -> str:
    """What became of a dispute, in a sentence."""
    if line.outcome is None:
        return _("Contesté le %(day)s. L’opérateur va répondre.") % {"day": formats.day(line.opened_at)}
    sentences = {
        DisputeOutcome.REVERSED: _("Accordé le %(day)s : le passage est annulé, le chèque peut de nouveau servir."),
        DisputeOutcome.TO_RECOVER: _(
            "Accordé le %(day)s. Ce passage était déjà décompté : son montant sera retenu sur un prochain paiement."
        ),
        DisputeOutcome.REFUSED: _("Refusé le %(day)s : le passage reste accepté."),
    }
    assert line.decided_at is not None
    return sentences[line.outcome] % {"day": formats.day(line.decided_at)}


def summary(line: DisputeLine) -> list[Row]:
    """One dispute, name by name."""
    rows = [
        Row(_("Chèque"), line.voucher_serial),
        Row(_("Valeur"), formats.euros(line.cents)),
        Row(_("Programme"), funding.programme(line.programme_id).name),
        Row(_("Lieu"), places.names_of([line.place_id]).get(line.place_id, "")),
        Row(_("Accepté le"), formats.moment(line.redeemed_at)),
        Row(_("Contesté le"), formats.moment(line.opened_at)),
        Row(_("Ouvert par"), _("l’opérateur, au nom du lieu") if line.opened_for_place else _("le lieu")),
        Row(_("Raison"), reason_words(line.reason)),
    ]
    if line.outcome is not None:
        rows += [Row(_("Réponse"), answer(line)), Row(_("En quelques mots"), line.decision_reason or "–")]
    return rows


def table(caption: str, lines: Sequence[DisputeLine], address: Callable[[DisputeLine], str], *, empty: str) -> Table:
    """Disputes, those that wait first, each leading where `address` says."""
    names = places.names_of({line.place_id for line in lines})
    columns = [
        Column(_("Chèque"), code=True),
        Column(_("Lieu")),
        Column(_("Contesté le")),
        Column(_("Raison")),
        Column(_("Valeur"), number=True),
        Column(_("Réponse")),
    ]
    rows = [
        [
            Cell(line.voucher_serial, url=address(line)),
            names.get(line.place_id, ""),
            formats.day(line.opened_at),
            reason_words(line.reason),
            formats.euros(line.cents),
            Cell(str(OUTCOMES[line.outcome][0]), tone=OUTCOMES[line.outcome][1]),
        ]
        for line in lines
    ]
    return Table(caption, columns, rows, empty=empty)
