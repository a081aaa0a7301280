"""The list of payment orders that two people approved, as a paper to sign (PDF/UA)."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.gateways import printer
from carnet.settlement.queries.channels import PaymentOrder, PaymentOrders
from carnet.settlement.rules import printed
from carnet.web.design import formats

_HERE = Path(__file__).parent
_FONTS = Path(printer.__file__).parent / "fonts"


def list_pdf(head: PaymentOrders, orders: Sequence[PaymentOrder]) -> bytes:
    """The list of payment orders (bordereau), with what the accountant must see above each signature."""
    content: bytes = typst.compile(
        str(_HERE / "order_list.typ"),
        format="pdf",
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"words": json.dumps(list_words(head, orders))},
        pdf_standards=["ua-1"],
        timestamp=int(head.approved_at.timestamp()),
    )
    return content


def list_words(head: PaymentOrders, orders: Sequence[PaymentOrder]) -> dict[str, Any]:
    """Every word and figure of the list."""
    return {
        "language": "fr",
        "simulated": _("Activité simulée : les lieux sont réels, les paiements sont inventés.") if head.is_simulated else "",
        "signed": _("Nom, qualité, date et signature"),
        "page": _("Page"),
        "title": _("Bordereau de mandats %(number)s") % {"number": head.message_id},
        "lead": _("%(programme)s, %(agreement)s.") % {"programme": head.programme, "agreement": head.agreement},
        "facts": [
            [_("Ordonnateur"), head.operator],
            [_("Compte de la convention"), f"{head.payer}, {printed(head.payer_iban)}"],
            [_("Préparé par"), head.prepared_by],
            [_("Approuvé par"), f"{head.approved_by}, {formats.moment(head.approved_at)}"],
            [_("À payer le"), formats.day(head.execute_on)],
            [_("Empreinte approuvée"), head.digest],
        ],
        "columns": [_("N°"), _("Bénéficiaire"), _("Compte"), _("Référence"), _("Montant")],
        "lines": [
            [str(order.rank), f"{order.payee}\n{order.siret}".strip(), printed(order.iban), order.reference, formats.euros(order.cents)]
            for order in orders
        ],
        "total": [_("Total"), formats.euros(head.cents)],
        "sentence": ngettext(
            "Arrêté le présent bordereau à %(count)s mandat, pour %(amount)s.",
            "Arrêté le présent bordereau à %(count)s mandats, pour %(amount)s.",
            head.order_count,
        )
        % {"count": formats.number(head.order_count), "amount": formats.euros(head.cents)},
        "signatures": [_("L’ordonnateur"), _("Le comptable public")],
    }
