"""The public pages. Each reads, and shows."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.funding.rules import ProgrammeUnknown
from carnet.observatory import queries as observatory
from carnet.observatory.rules import ProgrammeFigures, proof_of
from carnet.parties import queries as parties
from carnet.parties.queries import OrganisationCard
from carnet.web import clock, theming
from carnet.web.boards.public import nation_head
from carnet.web.calling import whom_to_call
from carnet.web.design import contrast, formats
from carnet.web.design.components import Column, Download, Figure, Row, Table
from carnet.web.doors import from_this_machine
from carnet.web.figures import MONEY_WORDS
from carnet.web.public import figures
from carnet.web.public.assisted import afterwards_table, assisted_shown

# What desks ticked about the people they served is told by the monthly releases alone: they hide small counts for good.
WHOM_DESKS_SERVED = "/opendata/latest/publics.csv"
# Files that were counted every minute, before there were releases: two days' difference told of very few people.
RELEASED = {
    "hand_overs": WHOM_DESKS_SERVED,
    "mandates": "/opendata/latest/procedures.csv",
    "done_afterwards": "/opendata/latest/afterwards.csv",
}


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs a programme, as it makes itself public."""

    name: str
    address: str
    phone: str


def home(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    published = figures.published(at)
    return _page(
        request,
        "public/home.html",
        {"proof": _strip(published), "call": whom_to_call(at), "may_begin": not published and from_this_machine(request)},
    )


def legal(request: HttpRequest) -> HttpResponse:
    operators = parties.organisations({each.operator_id for each in funding.programmes()})
    return _page(request, "public/legal.html", {"operators": [_operator(card) for card in operators.values()]})


def all_figures(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    published, nation = figures.published(at), nation_head()
    assisted = assisted_shown(figures.published_assisted(at))
    context = {
        "proof": _strip(published),
        "programmes": [_shown(each) for each in published],
        "downloads": [
            Download(_("Chèques par programme"), "/opendata/vouchers.csv", "CSV"),
            Download(_("Argent par financeur"), "/opendata/money.csv", "CSV"),
            Download(_("Délais de paiement des lieux"), "/opendata/payments.csv", "CSV"),
            *([Download(_("Remises, sans les petits nombres"), WHOM_DESKS_SERVED, "CSV")] if nation else []),
            *(
                [
                    Download(_("Mandats et démarches, sans les petits nombres"), RELEASED["mandates"], "CSV"),
                    Download(_("« L’avez-vous fait vous-même ? », sans les petits nombres"), RELEASED["done_afterwards"], "CSV"),
                ]
                if assisted is not None and assisted.span
                else []
            ),
        ],
        "assisted": assisted,
        "afterwards": afterwards_table(),
        "nation": nation,
    }
    return _page(request, "public/figures.html", context)


def theme(request: HttpRequest, slug: str) -> HttpResponse:
    """A programme's colours as a style sheet of tokens. Checked again here: what is stored is never trusted with everybody's eyes."""
    try:
        colour = funding.programme_by_slug(slug).terms.brand_colour
        sheet = contrast.stylesheet(contrast.check_theme(brand=colour, link=colour))
    except (ProgrammeUnknown, contrast.ColourUnreadable, contrast.ContrastTooLow):
        raise Http404 from None
    return HttpResponse(sheet, content_type="text/css; charset=utf-8", headers={"Cache-Control": "public, max-age=31536000"})


def open_data(request: HttpRequest, name: str) -> HttpResponse:
    if name in RELEASED:
        answer = redirect(RELEASED[name], permanent=True)
        answer["Access-Control-Allow-Origin"] = "*"
        return answer
    file = observatory.open_data(figures.published(clock.now())).get(name)
    if file is None:
        raise Http404
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file.name}.csv"'
    response["Access-Control-Allow-Origin"] = "*"
    csv.writer(response).writerows(file.lines())
    return response


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A public page carries the name of the programme when there is one only."""
    theming.carry_only_one(request, funding.programmes(), clock.now())
    return render(request, template, context)


def _operator(card: OrganisationCard) -> Operator:
    return Operator(
        card.name, ", ".join(part for part in (card.street, f"{card.postcode} {card.city}".strip()) if part), card.contact_phone
    )


def _share(part: int, whole: int) -> str:
    return formats.basis_points(part * 100_00 // whole) if whole else ""


def _promise_words(kept: int, promised: int) -> str:
    """How many were paid by the day announced, under the median of the strip."""
    return _("une fois sur deux, moins ; %(share)s au jour annoncé") % {"share": _share(kept, promised)} if promised else ""


def _strip(published: list[ProgrammeFigures]) -> list[Figure]:
    if not published:
        return []
    proof = proof_of(published)
    days = "–" if proof.days_to_be_paid is None else _("%(days)s jours") % {"days": proof.days_to_be_paid}
    return [
        Figure(formats.number(proof.redeemed), _("chèques utilisés")),
        Figure(
            days, _("pour qu’un lieu soit payé"), _promise_words(proof.kept_count, proof.promised_count) or _("une fois sur deux, moins")
        ),
        Figure(formats.number(proof.missing_cents), _("centime manquant"), _("recalculé sur tous les comptes")),
    ]


@dataclass(frozen=True, slots=True)
class _Shown:
    """One programme's figures, written for a person."""

    name: str
    is_simulated: bool
    rows: list[Row]
    money: Table


def _shown(each: ProgrammeFigures) -> _Shown:
    counts = each.counts
    rows: Iterable[Row] = (
        Row(_("Chèques fabriqués"), formats.number(counts.issued)),
        Row(_("En stock"), formats.number(counts.in_stock)),
        Row(_("Remis, pas encore utilisés"), formats.number(counts.handed_over)),
        Row(_("Utilisés"), formats.number(counts.redeemed)),
        Row(_("Périmés ou annulés"), formats.number(counts.lapsed + counts.void)),
        Row(_("Guichets"), formats.number(each.prescriber_count)),
        Row(_("Lieux"), formats.number(each.place_count)),
        Row(_("Délai médian de paiement"), "–" if each.days_to_be_paid is None else _("%(days)s jours") % {"days": each.days_to_be_paid}),
        Row(_("Paiement le plus lent"), "–" if each.slowest_days is None else _("%(days)s jours") % {"days": each.slowest_days}),
        Row(_("Payés au jour annoncé, ou avant"), _share(each.kept_count, each.promised_count) or "–"),
    )
    return _Shown(each.name, each.is_simulated, list(rows), _money_table(each))


def _money_table(each: ProgrammeFigures) -> Table:
    words = {
        "funded": _("Apporté"), "unissued": _("Pas encore engagé"), "in_circulation": _("En circulation"), "owed": _("Dû aux lieux"),
        "paid": _("Payé"), "returned": _("Rendu"),
    }  # fmt: skip
    # Where the programme has connections, their money has its columns: without them the line would not add up.
    words |= {name: str(MONEY_WORDS[name]) for name in ("reserved", "served") if getattr(each.money, name)}
    columns = [Column(_("Financeur")), *(Column(word, number=True) for word in words.values())]
    lines = [(funder.name, funder.money) for funder in each.by_funder]
    rows = [[name, *(formats.euros(getattr(money, part)) for part in words)] for name, money in lines]
    total = [_("Total"), *(formats.euros(getattr(each.money, part)) for part in words)]
    return Table(_("Où est l’argent"), columns, rows, total, empty=_("Pas encore d’argent reçu."))
