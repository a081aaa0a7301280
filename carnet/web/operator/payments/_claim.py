"""One claim, place by place and day by day."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.settlement import queries
from carnet.settlement.queries.debts import kept_from_claims
from carnet.settlement.rules import SetAsideReason
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Column, Row, Table
from carnet.web.design.screens import actor_of
from carnet.web.operator.payments._words import SET_ASIDE


def claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    """One claim, place by place and day by day."""
    actor = actor_of(request)
    page = queries.claim_page(actor=actor, claim_id=claim_id, at=clock.now())
    names = places.names_of({day.place_id for day in page.days})
    columns = [Column(_("Jour")), Column(_("Lieu")), Column(_("Chèques"), number=True), Column(_("Montant"), number=True)]
    rows = [
        [formats.day(each.day), names.get(each.place_id, "?"), formats.number(each.voucher_count), formats.euros(each.cents)]
        for each in page.days
    ]
    kept_cents = kept_from_claims([claim_id]).get(claim_id, 0)
    total = [_("Total"), "", formats.number(page.voucher_count), formats.euros(page.cents)]
    context = {
        "claim": page,
        "payee": parties.organisation_name(page.organisation_id),
        "rows": [
            Row(_("Programme"), page.programme),
            Row(_("Chèques utilisés avant le"), formats.moment(page.until)),
            Row(_("Payé le"), formats.day(page.paid_on) if page.paid_on else "–"),
            *([Row(_("Retenu sur ce paiement"), formats.euros(kept_cents))] if kept_cents else []),
            Row(_("Références des virements"), ", ".join(page.references) or "–"),
            *(
                [
                    Row(
                        _("Fait partie du décompte"),
                        f"n° {page.redrawn_from}",
                        reverse("operator:claim", args=[page.redrawn_from]),
                        _("Voir"),
                    )
                ]
                if page.redrawn_from
                else []
            ),
        ],
        "told": _redrawn(page),
        "may_hold": page.step not in (queries.PaymentStep.PAID, queries.PaymentStep.REDRAWN)
        and allowed(actor.roles, "settlement.hold-payment"),
        "problem": str(SET_ASIDE[SetAsideReason(page.reason)]) if page.reason else "",
        "table": Table(_("Chèques utilisés"), columns, rows, total),
    }
    return render(request, "operator/payments/claim.html", context)


def _redrawn(page: queries.ClaimPage) -> str:
    """Which two accounts stand for one that was redrawn."""
    if not page.successors:
        return ""
    paid, waiting = page.successors
    return _("Décompte refait en deux : le n° %(paid)d payé comme prévu, le n° %(waiting)d retenu pour un dossier.") % {
        "paid": paid,
        "waiting": waiting,
    }
