"""What the messages kept of clearing prove: to us against our tables and our ledger, to anybody from files alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Sum

from carnet.continuity.access import clearing as access
from carnet.continuity.models import (
    ClearingClaim,
    ClearingDecision,
    ClearingMessage,
    ClearingPayment,
    ClearingSuspect,
    Partner,
    PartnerIdentity,
)
from carnet.continuity.queries.clearing import issued_of
from carnet.continuity.rules.clearing.claims import IssuerState, PartnerState, PaymentState
from carnet.continuity.rules.clearing.identities import decoded, encoded
from carnet.continuity.rules.clearing.messages import Signed, loaded, read_signed
from carnet.continuity.rules.clearing.proof import ProofFault, Proved, disagreements, prove
from carnet.continuity.rules.clearing.refusals import MessageUnreadable, PartnerUnknown
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import CLEARING, key_name, key_ring, signs
from carnet.ledger import queries as ledger
from carnet.ledger.rules import Fault
from carnet.places import queries as places

PROOF = "carnet-clearing-proof/1"


def kept_messages(partner_id: int) -> Iterator[Signed]:
    """Every message exchanged with a partner, and every suspect one, as they were signed. The caller stands inside the walls."""
    for table in (ClearingMessage, ClearingSuspect):
        rows = table.objects.filter(partner_id=partner_id).order_by("id").values_list("text", "key_name", "signature")
        for text, name, signature in rows.iterator(chunk_size=2_000):
            yield Signed(text, name, bytes(signature))


def keys_of(partner_id: int) -> dict[str, dict[str, bytes]]:
    """The public keys by which each side's messages are verified, by SIRET and name of key."""
    row = Partner.objects.get(id=partner_id)
    own = access.numbered_operator(row.operator_id)
    theirs = PartnerIdentity.objects.filter(partner_id=partner_id, state="OPEN").order_by("id").values_list("key_name", "signing")
    return {
        str(own.siret): {key.name: key.public_signing for key in key_ring().clearing_keys()},
        row.siret: {name: bytes(key) for name, key in theirs},
    }


def holds_by(keys: dict[str, dict[str, bytes]], sender: str, signed: Signed) -> bool:
    """Whether one of a sender's keys signed exactly this text."""
    key = keys.get(sender, {}).get(signed.key)
    return key is not None and signs(key, CLEARING, signed.text.encode(), signed.signature)


@dataclass(frozen=True, slots=True)
class PartnerProof:
    """What the messages kept with one partner prove, and where our own books say otherwise."""

    partner_id: int
    name: str
    own_siret: str
    siret: str
    proved: Proved
    own_faults: tuple[Fault, ...]
    we_owe_cents: int
    they_owe_cents: int

    @property
    def faults(self) -> list[ProofFault]:
        """What the messages show."""
        return self.proved.faults


def verify(*, siret: str | None = None) -> list[PartnerProof]:
    """Recompute every claim from the signed messages alone, and compare with our tables and our ledger, partner by partner."""
    with acting_as_everything(why="verification reads the messages of every operator"):
        rows = Partner.objects.filter(state__in=[PartnerState.OPEN, PartnerState.ENDED]).order_by("id")
        if siret is not None:
            rows = rows.filter(siret=siret)
        return [_proof(row) for row in rows]


def _proof(row: Partner) -> PartnerProof:
    keys = keys_of(row.id)
    own = str(access.numbered_operator(row.operator_id).siret)
    faces = {(row.siret, each.slug): each.cents for each in issued_of(row.id)}
    proved = prove(kept_messages(row.id), holds=lambda sender, signed: holds_by(keys, sender, signed), face_values=faces)
    they_owe, we_owe = proved.owed(issuer=row.siret, place=own), proved.owed(issuer=own, place=row.siret)
    booked = ledger.cleared_claims(operator_id=row.operator_id, partner_id=row.organisation_id or 0)
    accepted = ClearingDecision.objects.filter(partner=row, state=IssuerState.ACCEPTED.value).order_by("id")
    decided = {claim: cents or 0 for claim, cents in accepted.values_list("claim", "cents")}
    faults = [
        *_unlike("claim", they_owe, booked), *_unlike("decision", we_owe, decided), *_owed_in_ledger(row, decided), *_paid_in_ledger(row),
    ]  # fmt: skip
    return PartnerProof(row.id, row.name, own, row.siret, proved, tuple(faults), sum(we_owe.values()), sum(they_owe.values()))


def _unlike(what: str, signed: dict[UUID, int], booked: dict[UUID, int]) -> list[Fault]:
    return [
        Fault("2 one state", f"{what} {claim}", f"signed messages say {signed.get(claim, 0)} cents, our books {booked.get(claim, 0)}")
        for claim in sorted(signed.keys() | booked.keys(), key=str)
        if signed.get(claim, 0) != booked.get(claim, 0)
    ]


def _owed_in_ledger(row: Partner, decided: dict[UUID, int]) -> list[Fault]:
    """What decisions say a partner took is what the ledger owes or paid its organisation, net."""
    if row.organisation_id is None:
        return []
    owed = ledger.owed_to(
        organisation_id=row.organisation_id, programme_ids=[each.id for each in funding.programmes_of_operator(row.operator_id)]
    )
    taken = sum(decided.values())
    # An organisation that also runs places of its own here is owed for these too, which the ledger's other rules hold.
    if owed == taken or (owed > taken and places.has_places_besides_partners(row.organisation_id)):
        return []
    what = f"decisions say {sum(decided.values())} cents, the ledger {owed}"
    return [Fault("2 one state", f"partner {row.id}", what)]


def _paid_in_ledger(row: Partner) -> list[Fault]:
    """What payments say our places were paid is what the ledger says; and each holds the claims it was made of."""
    if row.organisation_id is None:
        return []
    stands = ledger.clearing_standing(operator_id=row.operator_id, partner_id=row.organisation_id)
    booked = {key: each.honoured_cents for key, each in stands.by_place.items() if each.honoured_cents}
    payments_made = ClearingPayment.objects.filter(partner=row)
    paid = dict(
        payments_made.filter(state=PaymentState.PAID.value).order_by().values_list("organisation_id").annotate(Sum("cents"))
    )  # fmt: skip
    faults = [
        Fault("2 one state", f"place {key}", f"payments say {paid.get(key, 0)} cents, the ledger {booked.get(key, 0)}")
        for key in sorted(paid.keys() | booked.keys())
        if paid.get(key, 0) != booked.get(key, 0)
    ]
    held = dict(
        ClearingClaim.objects.filter(partner=row, payment_id__isnull=False).order_by().values_list("payment_id").annotate(Sum("cents"))
    )  # fmt: skip
    under_way = payments_made.filter(state__in=[PaymentState.PREPARED, PaymentState.AGREED, PaymentState.PAID])
    made = dict(under_way.order_by().values_list("id", "cents"))
    return faults + [
        Fault("2 one state", f"clearing payment {key}", f"it says {made.get(key, 0)} cents, its claims {held.get(key, 0)}")
        for key in sorted(made.keys() | held.keys())
        if made.get(key, 0) != held.get(key, 0)
    ]


def proof_lines(*, siret: str) -> Iterator[dict[str, Any]]:
    """What one side kept of a partner's messages and its own, for anybody to verify: the keys first, then a message a line.

    Raises: PartnerUnknown.
    """
    with access.every_partner():
        rows = Partner.objects.filter(siret="".join(siret.split()), state__in=[PartnerState.OPEN, PartnerState.ENDED]).order_by("-id")
        row = rows.first()
        if row is None:
            raise PartnerUnknown
        keys = keys_of(row.id)
        faces = [[row.siret, each.slug, each.cents] for each in issued_of(row.id)]
        yield {
            "format": PROOF, "kept_by": access.numbered_operator(row.operator_id).siret, "partner": row.siret, "faces": faces,
            "keys": {side: {name: encoded(key) for name, key in named.items()} for side, named in keys.items()},
        }  # fmt: skip
        for signed in kept_messages(row.id):
            yield signed.as_json()


def verify_files(contents: Sequence[bytes]) -> dict[str, Any]:
    """What the proofs of one side, or of both, say, without a database: every fault, and every claim that they do not tell alike.

    The keys are those of the files: two sides that agree on them are compared; one that brings other keys for the same name is named.
    Raises: MessageUnreadable.
    """
    sides = [_side(content) for content in contents]
    keys: dict[str, dict[str, bytes]] = {}
    faults: list[ProofFault] = []
    for head, _messages in sides:
        for siret, named in head["keys"].items():
            for name, text in named.items():
                key = decoded(text, 32)
                if key_name(key) != name:
                    faults.append(ProofFault("key-misnamed", head["kept_by"], name))
                keys.setdefault(siret, {})[name] = key
    faces = {(siret, slug): cents for head, _messages in sides for siret, slug, cents in head["faces"]}
    proved = [prove(messages, holds=lambda sender, signed: holds_by(keys, sender, signed), face_values=faces) for _head, messages in sides]
    partners_told = []
    for (head, _messages), each in zip(sides, proved, strict=True):
        faults += each.faults
        partners_told.append(_told(head["partner"], head["kept_by"], head["partner"], each))
    if len(proved) == 2:
        faults += [
            ProofFault("sides-differ", "", f"{each.claim} {each.one_cents} {each.other_cents}")
            for each in disagreements(proved[0], proved[1])
        ]
    return _report(partners_told, faults)


def as_told(proofs: Sequence[PartnerProof]) -> dict[str, Any]:
    """What `verify` found, as a command gives it."""
    partners_told = [_told(each.name, each.own_siret, each.siret, each.proved) for each in proofs]
    faults = [fault for each in proofs for fault in each.faults]
    faults += [ProofFault("books-differ", "", f"{fault.where}: {fault.what}") for each in proofs for fault in each.own_faults]
    return _report(partners_told, faults)


def _told(name: str, own: str, siret: str, proved: Proved) -> dict[str, Any]:
    return {
        "name": name, "siret": siret, "messages": proved.message_count, "claims": len(proved.claims), "waiting": len(proved.waiting),
        "we_owe_cents": sum(proved.owed(issuer=own, place=siret).values()), "they_owe_cents": sum(proved.owed(issuer=siret, place=own).values()),
        "announced_cents": dict(sorted(proved.announced.items())),
    }  # fmt: skip


def _report(partners_told: list[dict[str, Any]], faults: Sequence[ProofFault]) -> dict[str, Any]:
    said = [{"what": each.what, "by": each.by, "subject": each.subject, "messages": list(each.messages)} for each in faults]
    return {"ok": not said, "partners": partners_told, "faults": said}


def _side(content: bytes) -> tuple[dict[str, Any], list[Signed]]:
    lines = content.decode("utf-8", errors="replace").splitlines()
    head = loaded(lines[0] if lines else "", "proof")
    if not isinstance(head, dict) or head.get("format") != PROOF or not isinstance(head.get("keys"), dict):
        raise MessageUnreadable(what="proof")
    return head, [read_signed(loaded(line, "proof")) for line in lines[1:] if line.strip()]
