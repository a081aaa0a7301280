"""The certificate of service done of one claim, as a page anybody can read and a text anybody can check.

The auditor reads it alone; with a payment order, it also says what is paid and to which account: one paper, the same figures.
Source: docs/sources/payments-and-banks.md#supporting-documents (the certificate and the account are what an accountant checks).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from textwrap import wrap
from typing import Any

import typst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carnet.gateways import printer
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.settlement.queries.certificates import ServiceCertificate, ServiceLine
from carnet.settlement.queries.channels import PaymentOrder
from carnet.settlement.rules import printed
from carnet.web.design import formats
from carnet.web.lessons import service_word

_TEMPLATE = Path(__file__).parent / "certificate.typ"
_LETTERS = 84  # of the signed text on a line of the page
_FONTS = Path(printer.__file__).parent / "fonts"


@dataclass(frozen=True, slots=True)
class Names:
    """The names of organisations and places, which are public."""

    organisations: Mapping[int, str]
    places: Mapping[int, str]

    def house(self, organisation_id: int | None) -> str:
        """An organisation, or a dash."""
        return self.organisations.get(organisation_id or 0, "–")

    def place(self, place_id: int) -> str:
        """A place, or a dash."""
        return self.places.get(place_id, "–")


def names_of(made: ServiceCertificate) -> Names:
    """The names one certificate says."""
    cards = parties.organisations({made.organisation_id})
    return Names({key: card.name for key, card in cards.items()}, places.names_of({line.place_id for line in made.lines}))


def certificate_pdf(made: ServiceCertificate, names: Names, *, at: datetime, order: PaymentOrder | None = None) -> bytes:
    """One claim's certificate, exported as PDF/UA-1, with the payment order that pays it if there is one. `at` is when it is made out."""
    words: dict[str, Any] = {
        "language": (get_language() or "fr")[:2],
        "title": _("Certificat de service fait"),
        "simulated": _("Activité simulée : les lieux sont réels, les paiements sont inventés.") if made.is_simulated else "",
        "lead": _("Décompte n° %(claim)s. %(agreement)s.") % {"claim": made.claim_id, "agreement": made.agreement},
        "rows": [
            [_("Programme"), made.programme],
            [_("Qui a rendu les services"), names.house(made.organisation_id)],
            [_("Services rendus"), formats.number(made.service_count)],
            [_("Chèques acceptés"), formats.number(made.voucher_count)],
            [_("Montant dû"), formats.euros(made.cents)],
            [_("Fait le"), formats.day(at)],
        ],
        "columns": [_("Lieu"), _("Service"), _("Services"), _("Chèques"), _("Du"), _("Au"), _("Montant")],
        "lines": [_row(line, names) for line in made.lines],
        "total": [
            "",
            _("Total"),
            formats.number(made.service_count),
            formats.number(made.voucher_count),
            "",
            "",
            formats.euros(made.cents),
        ],
        "attests": _(
            "Le lieu a accepté chaque chèque au moment du service, sur l’horloge du serveur. Chaque passage a un reçu signé."
            " Les services annulés ne comptent pas. Aucune personne n’est nommée."
        ),
        "source": _(
            "Décret n° 2012-1246 du 7 novembre 2012, articles 31 (certification du service fait) et 33 (paiement après service fait)."
        ),
        "place_signs": _("Pour le lieu : date et signature"),
        "payer_signs": _("Pour l’ordonnateur : service fait certifié le"),
        "digital": _("Texte signé par la clé Ed25519 du programme :"),
        "signed": "\n".join(wrap(made.signed, _LETTERS)),
        "payment_title": _("Le mandat de paiement"),
        "payment": _payment(order) if order else [],
        "footer": _("Carnet, certificat de service fait n° %(claim)s") % {"claim": made.claim_id},
    }
    content: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"certificate": json.dumps(words)},
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
    )
    return content


def _payment(order: PaymentOrder) -> list[list[str]]:
    kept = [[_("Retenu sur ce que le bénéficiaire devait rendre"), formats.euros(-order.kept_cents)]] if order.kept_cents else []
    return [
        [_("Bénéficiaire"), order.payee],
        [_("SIRET"), order.siret or _("non renseigné")],
        [_("Adresse"), order.address or _("non renseignée")],
        [_("Référence"), order.reference],
        [_("Objet"), order.remittance],
        *kept,
        [_("À payer"), formats.euros(order.cents)],
        [_("Titulaire"), order.holder],
        [_("IBAN"), printed(order.iban)],
        [_("BIC"), order.bic or _("non demandé dans la zone SEPA")],
    ]


def _row(line: ServiceLine, names: Names) -> list[str]:
    return [
        names.place(line.place_id),
        service_word(line.service),
        formats.number(line.service_count),
        formats.number(line.voucher_count),
        formats.day(line.first_day),
        formats.day(line.last_day),
        formats.euros(line.cents),
    ]
