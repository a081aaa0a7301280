"""A print shop at work for the next season: one edition whose sealed files wait, one printed with booklets spoiled at the press."""

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.issuing import operations as issuing
from carnet.issuing.operations import print_shops
from carnet.issuing.operations.packing import pack_order
from carnet.issuing.queries import print_shops as queries
from carnet.issuing.rules.packing import Destination
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties import queries as parties_queries
from carnet.parties.rules import OrganisationKind, Role
from carnet.scenarios.play import Played
from carnet.scenarios.proofs import approved_proof

BOOKLETS, BOX_SIZE, SPOILED = 30, 10, (4, 5)
EMAIL, NAME = "imprimeur@demo.carnet.example", "Ange Delorme"
KEY_FILE, CERTIFICATE_FILE = "cle.pem", "certificat.pem"


def work_at_the_press(current: Played, folder: Path, *, at: datetime) -> int:
    """Admit a print shop whose key is left in `folder`, give it two editions; its organisation's id."""
    admin, approver = (current.cast.actor(role, current.programme_id, at) for role in (Role.OPERATOR_ADMIN, Role.APPROVER))
    organisation_id, printer = _print_shop(admin, at)
    certificate, fingerprint = _key_left_in(folder, at)
    with acting_as(admin):
        shop_id = print_shops.admit_print_shop(organisation_id=organisation_id, actor=admin, request_id=uuid4(), at=at)
    with acting_as(printer):
        key_id = print_shops.propose_print_key(print_shop_id=shop_id, content=certificate, actor=printer, request_id=uuid4(), at=at)
    with acting_as(approver):
        print_shops.approve_print_key(key_id=key_id, spoken=fingerprint[-8:], actor=approver, request_id=uuid4(), at=at)
    _given(current, shop_id, admin, approver, at - timedelta(days=1))
    _printed(_given(current, shop_id, admin, approver, at - timedelta(days=4)), printer, at)
    return organisation_id


def _print_shop(admin: Actor, at: datetime) -> tuple[int, Actor]:
    organisation_id = parties.create_organisation(
        name="Imprimerie des Deux Rives (simulée)", kinds=[OrganisationKind.PRINT_SHOP.value], is_simulated=True, actor=admin,
        request_id=uuid4(), at=at,
    )  # fmt: skip
    system = Actor.system("demonstration", organisation_ids={organisation_id})
    with acting_as(system):
        person_id = parties.enrol_member(
            organisation_id=organisation_id, email=EMAIL, display_name=NAME, role=Role.PRINT_SHOP, actor=system, request_id=uuid4(), at=at
        )
    printer = Actor(
        kind="person", label=NAME, person_id=person_id, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
        roles=frozenset({Role.PRINT_SHOP.value}), proved_at=at,
    )  # fmt: skip
    return organisation_id, printer


def _key_left_in(folder: Path, at: datetime) -> tuple[bytes, str]:
    """A key as the guide tells a print shop to make it; both halves stay in the demonstration's folder, to be tried with openssl."""
    # Loads slowly: only a demonstration does.
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65_537, key_size=3_072)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Imprimerie")])
    since = at - timedelta(days=30)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), since, at + timedelta(days=730))
    certificate = made.sign(key, SHA256())
    pem = certificate.public_bytes(Encoding.PEM)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for path, content in ((folder / KEY_FILE, secret), (folder / CERTIFICATE_FILE, pem)):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
    return pem, certificate.fingerprint(SHA256()).hex()


def _given(current: Played, shop_id: int, admin: Actor, approver: Actor, at: datetime) -> int:
    """An order approved, packed for two desks, proved, drawn, and its files sealed for the print shop."""
    admin, approver = (replace(each, proved_at=at) for each in (admin, approver))
    with acting_as(admin):
        order_id = issuing.place_order(
            programme_id=current.programme_id, agreement_id=current.agreement_id, booklet_count=BOOKLETS, issuer_prefix="NT",
            actor=admin, request_id=uuid4(), at=at,
        )  # fmt: skip
    with acting_as(approver):
        issuing.approve_order(order_id=order_id, actor=approver, request_id=uuid4(), at=at)
    approved_proof(order_id, sender=admin, approver=approver, at=at)
    # The spoiled ones are of the first destination's boxes, which wait: not those of the desk a visitor may be.
    desk_ids = current.cast.desk_ids[1::-1]
    desks = parties_queries.organisations(desk_ids)
    with acting_as(admin):
        destinations = [Destination(each.id, each.name, "", 12) for each in map(desks.__getitem__, desk_ids)]
        pack_order(order_id=order_id, destinations=destinations, box_size=BOX_SIZE, actor=admin, request_id=uuid4(), at=at)
        drawing = issuing.draw_order(order_id=order_id, actor=admin, request_id=uuid4(), at=at)
        issuing.run_job(job_id=drawing, programme_id=current.programme_id, at=at)
        printing = issuing.print_order(order_id=order_id, print_shop_id=shop_id, actor=admin, request_id=uuid4(), at=at)
        issuing.run_job(job_id=printing, programme_id=current.programme_id, at=at)
    return order_id


def _printed(order_id: int, printer: Actor, at: datetime) -> None:
    """Fetched, printed, two booklets spoiled at the press."""
    fetched_at = at - timedelta(hours=5)
    with acting_as(printer):
        for file in queries.given_edition(printer, order_id).files:
            proved = replace(printer, proved_at=fetched_at)
            issuing.fetch_print_file(file_id=file.id, actor=proved, request_id=uuid4(), at=fetched_at)
        first, last = SPOILED
        told_at = at - timedelta(hours=1)
        issuing.report_spoiled(order_id=order_id, first_rank=first, last_rank=last, actor=printer, request_id=uuid4(), at=told_at)
        good = BOOKLETS - (last - first + 1)
        issuing.prove_printing(
            order_id=order_id, reference="Fin de tirage 2411-07", printed_count=good, actor=printer, request_id=uuid4(), at=told_at
        )
