"""A forecast for a page: sentences, bars, a table of months, a table of funders, and how it was counted."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from carnet.jobs.monthly import told
from carnet.kernel.actors import Actor
from carnet.observatory import queries as observatory
from carnet.observatory.rules import AgreementForecast, likely_months
from carnet.parties import queries as parties
from carnet.web.design import charts, formats
from carnet.web.design.components import Column, Download, Row, Table


@dataclass(frozen=True, slots=True)
class Panel:
    """What ``forecasts/panel.html`` draws. `is_said` is False before anything can be said."""

    as_of: str
    is_said: bool
    sentences: tuple[str, ...]
    chart: charts.Chart | None
    funders: Table | None
    method: tuple[Row, ...]


def panel(actor: Actor, agreement_id: int, *, at: datetime) -> Panel | None:
    """The latest forecast of an agreement, as far as the actor may read it; None before the first morning.

    Raises: NotAllowed, AgreementUnknown.
    """
    kept = observatory.latest_forecast(actor=actor, agreement_id=agreement_id, at=at)
    if kept is None:
        return None
    names = {key: card.name for key, card in parties.organisations([each.funder_id for each in kept.cash.funders]).items()}
    said = kept.is_said
    return Panel(
        as_of=formats.day(kept.as_of),
        is_said=said,
        sentences=tuple(told(kept)) if said else (),
        chart=_drawn(kept, names) if said and kept.cash.months else None,
        funders=_funders(kept, names) if said and len(names) > 1 else None,
        method=tuple(_method(kept)) if said else (),
    )


def letters(actor: Actor, agreement_id: int, *, at: datetime, route: str) -> list[Download]:
    """The monthly statements of an agreement that the actor reads, the latest first."""
    found = observatory.kept_letters(actor=actor, agreement_id=agreement_id, at=at)
    return [
        Download(
            _("%(month)s, %(funder)s") % {"month": formats.month(each.figures.month_on).capitalize(), "funder": each.figures.funder},
            reverse(route, args=[each.id]),
            "PDF",
        )
        for each in found
    ]


def _drawn(kept: AgreementForecast, names: dict[int, str]) -> charts.Chart:
    """The months that are drawn, beside the table of them all."""
    bars = [
        charts.bar(date_format(month.first_on, "m/y"), month.used, low=min(month.low, month.used), high=max(month.high, month.used))
        for month in likely_months(kept.cash.months)
    ]
    drawn = charts.columns(_("Chèques utilisés, mois par mois"), bars)
    note = _("Chaque barre : les chèques utilisés dans le mois. Le trait : entre quoi et quoi, huit fois sur dix.")
    return replace(drawn, table=_months(kept, names), notes=(note,))


def _months(kept: AgreementForecast, names: dict[int, str]) -> Table:
    callers = sorted({funder_id for month in kept.cash.months for funder_id in month.on_use})
    columns = [
        Column(_("Mois")),
        Column(_("Chèques utilisés"), number=True),
        Column(_("Entre"), number=True),
        Column(_("À payer aux lieux"), number=True),
        *(Column(_("À la charge de %(funder)s") % {"funder": names.get(funder_id, "?")}, number=True) for funder_id in callers),
    ]
    rows: list[list[Any]] = [
        [
            formats.month(month.first_on),
            formats.number(month.used),
            _("%(low)s et %(high)s")
            % {"low": formats.number(min(month.low, month.used)), "high": formats.number(max(month.high, month.used))},
            formats.euros(month.pay_cents),
            *(formats.euros(month.on_use.get(funder_id, 0)) for funder_id in callers),
        ]
        for month in kept.cash.months
    ]
    total = [
        _("Total"),
        formats.number(sum(month.used for month in kept.cash.months)),
        "",
        formats.euros(kept.cash.pay_cents),
        *(formats.euros(sum(month.on_use.get(funder_id, 0) for month in kept.cash.months)) for funder_id in callers),
    ]
    return Table(_("Mois par mois"), columns, rows, total)


def _funders(kept: AgreementForecast, names: dict[int, str]) -> Table:
    columns = [
        Column(_("Financeur")),
        Column(_("À verser maintenant"), number=True),
        Column(_("Doit déjà, à l’usage"), number=True),
        Column(_("Devra, à l’usage"), number=True),
        Column(_("Lui reviendra à la fin"), number=True),
    ]
    rows = [
        [
            names.get(each.funder_id, "?"),
            *(formats.euros(cents) for cents in (each.missing_cents, each.debt_cents, max(0, each.on_use_cents), each.back_cents)),
        ]
        for each in kept.cash.funders
    ]
    return Table(_("Ce qui sera demandé et rendu à chacun"), columns, rows)


def _method(kept: AgreementForecast) -> list[Row]:
    source = _("cette convention et les autres de l’opérateur") if kept.is_helped else _("cette convention seule")
    return [
        Row(
            _("Chèques déjà utilisés, en mains, en stock"),
            " · ".join(formats.number(each) for each in (kept.used, kept.in_hands, kept.in_stock)),
        ),
        Row(_("Seront encore remis, au rythme des huit dernières semaines"), formats.number(kept.to_be_given)),
        Row(_("Part utilisée selon le temps depuis la remise, vue dans"), source),
        Row(_("Au rythme du dernier mois, il y aurait"), formats.number(kept.pace)),
        Row(_("Si tout était utilisé, il y aurait"), formats.number(kept.everything)),
        Row(_("Intervalle"), _("%(draws)s tirages, graine %(seed)s") % {"draws": kept.draws, "seed": kept.seed}),
    ]


def threshold_row(cents: int, *, by: str, url: str) -> Row:
    """The line of a threshold: how much, who said it, and the way to change it."""
    if cents == 0:
        return Row(_("Seuil d’alerte du compte réservé"), _("aucun"), url, _("Choisir"))
    value = _("%(amount)s, choisi par %(who)s") % {"amount": formats.euros(cents, short=True), "who": by or _("un programme")}
    return Row(_("Seuil d’alerte du compte réservé"), value, url, _("Changer"))
