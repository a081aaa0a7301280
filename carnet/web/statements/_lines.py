"""The lines of a statement, in words: one place, so that the PDF and the CSV cannot differ."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from carnet.settlement.queries import FunderStatement


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a number of vouchers of the whole agreement, this funder's cents, or both."""

    key: str
    label: str
    count: int | None
    cents: int
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Lines that add up to their sum."""

    title: str
    lines: tuple[Line, ...]


def sections(figures: FunderStatement) -> tuple[Section, ...]:
    """Everything a funder signs: the vouchers and its part of them, then where its money is, then debts between funders."""
    found = [_vouchers(figures), _brought(figures), _money(figures)]
    if figures.debts or figures.credits:
        found.append(_debts(figures))
    return tuple(found)


def _vouchers(figures: FunderStatement) -> Section:
    words = (
        ("in_stock", _("En stock, jamais remis")),
        ("handed_over", _("Remis, pas encore utilisés")),
        ("redeemed", _("Utilisés dans les lieux")),
        ("lapsed", _("Périmés")),
        ("void", _("Annulés (perdus, volés, rappelés)")),
        ("issued", _("Émis")),
    )
    return Section(
        _("Chèques de la convention, et votre part de leur valeur"),
        tuple(Line(key, label, getattr(figures, key), getattr(figures, f"{key}_cents"), key == "issued") for key, label in words),
    )


def _brought(figures: FunderStatement) -> Section:
    lines = [Line("received", _("Reçu de vous sur le compte réservé"), None, figures.received_cents)]
    if figures.taken_on_use_cents:
        lines.append(
            Line(
                "taken_on_use",
                _("À votre charge pour les chèques utilisés, avancé par un autre financeur"),
                None,
                figures.taken_on_use_cents,
            )
        )
    if figures.advanced_and_used_cents:
        lines.append(
            Line("advanced_and_used", _("Avancé par vous, à la charge d’un autre financeur"), None, -figures.advanced_and_used_cents)
        )
    lines.append(Line("funded", _("Votre apport"), None, figures.funded_cents, True))
    return Section(_("Ce que vous avez apporté"), tuple(lines))


def _money(figures: FunderStatement) -> Section:
    words = (
        ("unissued", _("Pas encore en chèques")),
        ("in_circulation", _("En circulation")),
        ("owed", _("Dû aux lieux")),
        ("paid", _("Payé aux lieux")),
        ("returned", _("Qui vous a été rendu")),
        # Said only to a funder of solidarity connections: every other statement stays as it was.
        *([("reserved", _("Réservé à des connexions solidaires"))] if figures.reserved_cents else []),
        *([("served", _("Payé aux fournisseurs d’accès"))] if figures.served_cents else []),
        ("funded", _("Votre apport")),
    )
    return Section(
        _("Où est votre apport"), tuple(Line(key, label, None, getattr(figures, f"{key}_cents"), key == "funded") for key, label in words)
    )


def _debts(figures: FunderStatement) -> Section:
    owed = [Line("debt", _("Vous devez à %(funder)s") % {"funder": name}, None, cents) for name, cents in figures.debts]
    due = [Line("credit", _("%(funder)s vous doit") % {"funder": name}, None, cents) for name, cents in figures.credits]
    return Section(_("Entre financeurs, pour les parts payées à l’usage"), (*owed, *due))
