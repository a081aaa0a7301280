"""The archive itself, given out file by file as it is made: a thousand orders need no more memory than ten.

Its last files are the list of all the others with their SHA-256, and the programme's signature of that list:
`carnet orders verify` checks it, and so do sha256sum and openssl alone (the archive's own note says how).
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils.translation import gettext as _
from django.utils.translation import override

from carnet.gateways.keys import ORDERS
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS
from carnet.settlement.queries.certificates import service_certificate
from carnet.settlement.queries.channels import PaymentOrder, PaymentOrders, each_order, payment_orders, seal_orders
from carnet.settlement.rules import RunChangedSinceApproval
from carnet.settlement.rules.channels import shasums
from carnet.web.payment_orders import _papers
from carnet.web.payment_orders._names import KEY, LIST, NOTE, PAPERS, SIGNATURE
from carnet.web.service_done import certificate_pdf, names_of
from carnet.web.statements import as_text

_MARK = "\ufeff"


def archive(*, actor: Actor, run_id: int) -> Iterator[bytes]:
    """The bytes of the archive of a run whose orders were taken out, as they come.

    Raises: NotAllowed, RunUnknown, KeysMissing, RunChangedSinceApproval (its orders are not the sum that leaves: nothing is given).
    """
    # Each step sets the language anew: between two pieces, the thread may serve somebody else.
    with override("fr"):
        head = payment_orders(actor=actor, run_id=run_id)
        orders = list(each_order(actor=actor, run_id=run_id, with_vouchers=False))
        found = sum(order.cents for order in orders)
        if (len(orders), found) != (head.order_count, head.cents):
            raise RunChangedSinceApproval(approved_cents=head.cents, found_cents=found)
        files = [
            ("mandats.csv", orders_csv(orders)),
            ("bordereau.pdf", _papers.list_pdf(head, orders)),
            (NOTE, _note(head)),
        ]
    writer = _Writer(head.approved_at)
    for name, content in files:
        yield writer.add(name, content)
    del orders, files
    for order in each_order(actor=actor, run_id=run_id):
        with override("fr"):
            papers = _papers_of(actor, head, order)
        for name, content in papers:
            yield writer.add(name, content)
    listed = shasums(writer.digests).encode()
    seal = seal_orders(actor=actor, run_id=run_id, content=listed)
    public = Ed25519PublicKey.from_public_bytes(seal.public_key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name, content in ((LIST, listed), (SIGNATURE, seal.signature), (KEY.format(head.programme_id), public)):
        yield writer.add(name, content)
    yield writer.close()


def orders_csv(orders: Sequence[PaymentOrder]) -> bytes:
    """The list as a French spreadsheet opens it; the last three columns are the accountant's to fill in and give back."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    # Read back by carnet.gateways.bank.accountant: these names are a format, not a translation.
    writer.writerow(
        ["N°", "Référence", "Bénéficiaire", "SIRET", "Titulaire du compte", "IBAN", "BIC", "Montant (€)", "Objet", "Décompte", "Pièces",
         "Numéro de mandat", "Payé le", "Motif de rejet"]
    )  # fmt: skip
    for order in orders:
        words = [as_text(each) for each in (order.reference, order.payee, order.siret, order.holder, order.iban, order.bic)]
        amount = f"{order.cents // 100},{order.cents % 100:02d}"
        writer.writerow([order.rank, *words, amount, as_text(order.remittance), order.claim_id, _folder(order), "", "", ""])
    return (_MARK + text.getvalue()).encode()


def _papers_of(actor: Actor, head: PaymentOrders, order: PaymentOrder) -> list[tuple[str, bytes]]:
    folder, made = _folder(order), service_certificate(actor=actor, claim_id=order.claim_id)
    return [
        (f"{folder}/certificat-de-service-fait.pdf", certificate_pdf(made, names_of(made), at=head.approved_at, order=order)),
        (f"{folder}/cheques.csv", _vouchers_csv(order)),
        (f"{folder}/coordonnees-bancaires.csv", _account_csv(order)),
    ]


def _folder(order: PaymentOrder) -> str:
    return f"{PAPERS}/{order.rank:05d}-{order.reference}"


def _vouchers_csv(order: PaymentOrder) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_("Chèque"), _("Lieu"), _("Jour"), _("Montant (€)")])
    for each in order.vouchers:
        writer.writerow([each.serial, as_text(each.place), each.day.isoformat(), f"{each.cents // 100},{each.cents % 100:02d}"])
    return (_MARK + text.getvalue()).encode()


def _account_csv(order: PaymentOrder) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_("Titulaire du compte"), _("IBAN"), _("BIC")])
    writer.writerow([as_text(order.holder), order.iban, order.bic])
    return (_MARK + text.getvalue()).encode()


def _note(head: PaymentOrders) -> bytes:
    purpose = ORDERS.decode().replace("\x00", "\\0")
    return "\r\n".join(
        [
            _("Mandats de %(agreement)s, %(number)s.") % {"agreement": head.agreement, "number": head.message_id},
            "",
            _("1. Importez mandats.csv dans votre logiciel. Les pièces de chaque mandat sont dans le dossier de sa ligne."),
            _("2. Une fois les mandats traités, remplissez les trois dernières colonnes de mandats.csv, et rendez ce fichier."),
            _("   Payé : le numéro du mandat et le jour. Rejeté : le motif. Une ligne laissée vide attend encore."),
            "",
            _("Vérifier que rien n’a été changé, sans Carnet :"),
            f"   sha256sum --check {LIST}",
            f"   printf '{purpose}' | cat - {LIST} > signe",
            f"   openssl pkeyutl -verify -pubin -inkey {KEY.format(head.programme_id)} -rawin -in signe -sigfile {SIGNATURE}",
            _("Avec Carnet, qui vérifie aussi que la clé est celle du programme :"),
            "   carnet orders verify mandats.zip",
            "",
        ]
    ).encode()


class _Writer:
    """A zip written to nowhere: what was added comes back as bytes to give out."""

    def __init__(self, at: datetime) -> None:
        self._pieces = _Pieces()
        self._zip = zipfile.ZipFile(cast(IO[bytes], self._pieces), "w", zipfile.ZIP_DEFLATED)
        local = at.astimezone(PARIS)
        # Not the moment of writing: the same run gives the same bytes.
        self._moment = (local.year, local.month, local.day, local.hour, local.minute, local.second)
        self.digests: list[tuple[str, str]] = []

    def add(self, name: str, content: bytes) -> bytes:
        """Add one file; give what the archive grew by."""
        entry = zipfile.ZipInfo(name, date_time=self._moment)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        self._zip.writestr(entry, content)
        self.digests.append((name, hashlib.sha256(content).hexdigest()))
        return self._pieces.taken()

    def close(self) -> bytes:
        """End the archive; give its last bytes."""
        self._zip.close()
        return self._pieces.taken()


class _Pieces:
    """What zipfile writes, until somebody takes it. It cannot be rewound, and zipfile is told so by what is missing here."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._held.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def taken(self) -> bytes:
        """Everything written since the last time."""
        piece = b"".join(self._held)
        self._held.clear()
        return piece
