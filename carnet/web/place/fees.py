"""The fees a place is charged, if any, and its invoices: apart from its payments."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.settlement import queries as settlement
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import actor_of
from carnet.web.doors import door
from carnet.web.place import counter
from carnet.web.remittances import attached
from carnet.web.statements.fee_invoice import invoice_pdf, stated_words


def fees(request: HttpRequest) -> HttpResponse:
    """What each programme charges, in advance; then the invoices."""
    actor, at = actor_of(request), clock.now()
    own = counter.own_places(request, counter.organisation_of(actor), at)
    programmes = sorted({each.programme_id for place in own for each in place.acceptances})
    stated = [(funding.programme(key).name, stated_words(settlement.fees_stated(programme_id=key, at=at))) for key in programmes]
    lines = settlement.own_fee_invoices(actor=actor)
    columns = [
        Column(_("Facture")),
        Column(_("Programme")),
        Column(_("Établie le")),
        Column(_("À payer avant le")),
        Column(_("Total"), number=True),
    ]
    rows = [
        [
            Cell(each.number, url=reverse("place:fee-invoice-pdf", args=[each.id])),
            each.programme,
            formats.day(each.issued_on),
            formats.day(each.due_on),
            formats.euros(each.total_cents),
        ]
        for each in lines
    ]
    table = Table(_("Factures de frais"), columns, rows, empty=_("Aucune facture de frais."))
    return render(request, "place/fees.html", {"stated": stated, "table": table})


def invoice(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """The paper of one invoice."""
    line = settlement.own_fee_invoice(actor=actor_of(request), invoice_id=invoice_id)
    return attached(invoice_pdf(line), "application/pdf", f"{line.number}.pdf")


see = door("settlement.see-own")
urlpatterns = [
    path("payments/fees/", see(fees), name="fees"),
    path("payments/fees/<int:invoice_id>/invoice.pdf", see(invoice), name="fee-invoice-pdf"),
]
