"""The public pages. Each reads, and shows."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from carnet.distribution import queries as distribution
from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.funding.rules import ProgrammeUnknown
from carnet.gateways.database import acting_as
from carnet.observatory import queries as observatory
from carnet.observatory.rules import ProgrammeFigures, proof_of
from carnet.parties import queries as parties
from carnet.parties.queries import OrganisationCard
from carnet.parties.rules import allowed
from carnet.web import clock, theming
from carnet.web.design import contrast, formats
from carnet.web.design.components import Column, Download, Figure, Row, Table
from carnet.web.design.screens import actor_of
from carnet.web.doors import from_this_machine
from carnet.web.public import figures


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a person can be given a booklet, as its organisation makes it public."""

    name: str
    address: str
    phone: str


def home(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    published = figures.published(at)
    return _page(
        request,
        "public/home.html",
        {"proof": _strip(published), "phone": _phone(at), "may_begin": not published and from_this_machine(request)},
    )


def booklet(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    open_now = _open_programmes(at)
    shown = open_now[0].terms if open_now else None
    return _page(
        request,
        "public/booklet.html",
        {
            "phone": _phone(at),
            "value_cents": shown.voucher_value_cents if shown else 1000,
            "booklet_size": shown.booklet_size if shown else 5,
        },
    )


def scanned(request: HttpRequest, token: str) -> HttpResponse:
    """The address inside a voucher's QR code. At a place's counter it opens the till; a passer-by's phone opens the explanations.

    Nothing is looked up here: this page says the same of every code, true or false.
    """
    actor = actor_of(request)
    if actor.kind == "person" and allowed(actor.roles, "redemption.check"):
        request.session["scanned"] = token[:300]
        return redirect("place:voucher")
    return redirect("public:booklet")


def obtain(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    wanted = request.GET.get("postcode", "").strip()[:40]
    desks = _desks(at)
    near = [card for card in desks if _matches(card, wanted)]
    context = {
        "phone": _phone(at),
        "programmes": _open_programmes(at),
        "postcode": wanted,
        "desks": [_desk(card) for card in (near or desks)[:60]],
        "desk_count": len(desks),
        "is_elsewhere": bool(wanted and not near and desks),
    }
    return _page(request, "public/obtain.html", context)


def help_page(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    return _page(
        request, "public/help.html", {"phone": _phone(at), "programmes": [each for each in _open_programmes(at) if each.terms.phone]}
    )


def accessibility(request: HttpRequest) -> HttpResponse:
    return _page(request, "public/accessibility.html", {"phone": _phone(clock.now())})


def legal(request: HttpRequest) -> HttpResponse:
    operators = parties.organisations({each.operator_id for each in funding.programmes()})
    return _page(request, "public/legal.html", {"operators": [_operator(card) for card in operators.values()]})


def all_figures(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    published = figures.published(at)
    context = {
        "proof": _strip(published),
        "programmes": [_shown(each) for each in published],
        "downloads": [
            Download(_("Chèques par programme"), "/opendata/vouchers.csv", "CSV"),
            Download(_("Argent par financeur"), "/opendata/money.csv", "CSV"),
            Download(_("Remises, sans les petits nombres"), "/opendata/hand_overs.csv", "CSV"),
        ],
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
    published = figures.published(clock.now())
    file = observatory.open_data(published).get(name)
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


def _open_programmes(at: datetime) -> list[ProgrammeFacts]:
    return [each for each in funding.programmes() if each.is_open_at(at) and each.windows.hand_over_from <= at]


def _phone(at: datetime) -> str:
    """The number to call: the latest open programme's, else the latest programme's that has one."""
    programmes = [*_open_programmes(at), *funding.programmes()]
    return next((each.terms.phone for each in programmes if each.terms.phone), "")


def _desks(at: datetime) -> list[OrganisationCard]:
    giving = [each.id for each in _open_programmes(at) if at < each.windows.hand_over_until]
    with acting_as(programme_ids=giving):
        taking_part = {
            part.organisation_id for programme_id in giving for part in distribution.participations(programme_id=programme_id, at=at)
        }
    cards = [card for card in parties.organisations(taking_part).values() if not card.has_ended]
    return sorted(cards, key=lambda card: (card.postcode, card.name))


def _matches(card: OrganisationCard, wanted: str) -> bool:
    return bool(wanted) and (card.postcode.startswith(wanted) or wanted.casefold() in card.city.casefold())


def _desk(card: OrganisationCard) -> Desk:
    town = f"{card.postcode} {card.city}".strip()
    return Desk(card.name, ", ".join(part for part in (card.street, town) if part), card.contact_phone)


def _operator(card: OrganisationCard) -> Desk:
    return Desk(card.name, ", ".join(part for part in (card.street, f"{card.postcode} {card.city}".strip()) if part), card.contact_phone)


def _strip(published: list[ProgrammeFigures]) -> list[Figure]:
    if not published:
        return []
    proof = proof_of(published)
    days = "–" if proof.days_to_be_paid is None else _("%(days)s jours") % {"days": proof.days_to_be_paid}
    return [
        Figure(formats.number(proof.redeemed), _("chèques utilisés")),
        Figure(days, _("pour qu’un lieu soit payé"), _("une fois sur deux, moins")),
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
    )
    return _Shown(each.name, each.is_simulated, list(rows), _money_table(each))


def _money_table(each: ProgrammeFigures) -> Table:
    columns = [
        Column(_("Financeur")),
        Column(_("Apporté"), number=True),
        Column(_("Pas encore engagé"), number=True),
        Column(_("En circulation"), number=True),
        Column(_("Dû aux lieux"), number=True),
        Column(_("Payé"), number=True),
        Column(_("Rendu"), number=True),
    ]
    lines = [(funder.name, funder.money) for funder in each.by_funder]
    rows = [[name, *(formats.euros(cents) for cents in money.as_dict().values())] for name, money in lines]
    total = [_("Total"), *(formats.euros(cents) for cents in each.money.as_dict().values())]
    return Table(_("Où est l’argent"), columns, rows, total, empty=_("Pas encore d’argent reçu."))
