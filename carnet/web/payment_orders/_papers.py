"""The papers of payment orders: the list two people approved, and each order's certificate of service done (PDF/UA, PDF/A)."""

import json
from collections import Counter
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
    return _compiled("order_list.typ", head, list_words(head, orders))


def certificate_pdf(head: PaymentOrders, order: PaymentOrder) -> bytes:
    """The certificate of service done of one order: each place and day, the sum, and the account to pay.

    Source: docs/sources/payments-and-banks.md#supporting-documents (the certificate and the account are what an accountant checks).
    """
    return _compiled("certificate.typ", head, certificate_words(head, order))


def list_words(head: PaymentOrders, orders: Sequence[PaymentOrder]) -> dict[str, Any]:
    """Every word and figure of the list."""
    return {
        **_common(head),
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


def certificate_words(head: PaymentOrders, order: PaymentOrder) -> dict[str, Any]:
    """Every word and figure of one certificate."""
    days = Counter[tuple[str, str]]()
    cents = Counter[tuple[str, str]]()
    for voucher in order.vouchers:
        key = (voucher.place, voucher.day.isoformat())
        days[key] += 1
        cents[key] += voucher.cents
    sums = [[_("Valeur des chèques"), formats.euros(order.claimed_cents)]]
    if order.kept_cents:
        sums.append([_("Retenu sur ce que le bénéficiaire devait rendre"), formats.euros(-order.kept_cents)])
    sums.append([_("À payer"), formats.euros(order.cents)])
    dates = {voucher.day.isoformat(): voucher.day for voucher in order.vouchers}
    return {
        **_common(head),
        "title": _("Certificat de service fait, décompte %(number)s") % {"number": order.claim_id},
        "lead": _("%(programme)s, %(agreement)s.") % {"programme": head.programme, "agreement": head.agreement},
        "facts": [
            [_("Bénéficiaire"), order.payee],
            [_("SIRET"), order.siret or _("non renseigné")],
            [_("Adresse"), order.address or _("non renseignée")],
            [_("Référence"), order.reference],
            [_("Objet"), order.remittance],
        ],
        "columns": [_("Lieu"), _("Jour"), _("Chèques"), _("Montant")],
        "lines": [
            [place, formats.day(dates[day]), formats.number(count), formats.euros(cents[place, day])]
            for (place, day), count in sorted(days.items())
        ],
        "sums": sums,
        "account_title": _("Compte à créditer"),
        "account": [
            [_("Titulaire"), order.holder],
            [_("IBAN"), printed(order.iban)],
            [_("BIC"), order.bic or _("non demandé dans la zone SEPA")],
        ],
        "sentence": _(
            "Le service a été rendu : chaque chèque ci-dessus a été remis à ce lieu et utilisé le jour dit. La liste des numéros de"
            " chèques est jointe. Elle ne nomme personne."
        ),
        "signatures": [_("Certifié, l’ordonnateur")],
    }


def _common(head: PaymentOrders) -> dict[str, Any]:
    return {
        "language": "fr",
        "simulated": _("Activité simulée : les lieux sont réels, les paiements sont inventés.") if head.is_simulated else "",
        "signed": _("Nom, qualité, date et signature"),
        "page": _("Page"),
    }


def _compiled(template: str, head: PaymentOrders, words: dict[str, Any]) -> bytes:
    content: bytes = typst.compile(
        str(_HERE / template),
        format="pdf",
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"words": json.dumps(words)},
        pdf_standards=["ua-1"],
        timestamp=int(head.approved_at.timestamp()),
    )
    return content
