"""The proof of an edition, as two people make it: one says what the booklets look like and sends it, the other says that it is good to print."""

from datetime import datetime
from uuid import uuid4

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.issuing.operations import proofs
from carnet.issuing.queries import proofs as proof_queries
from carnet.issuing.rules.proofs import Draft
from carnet.kernel.actors import Actor
from carnet.places.rules import SERVICE_KINDS

SERVICES_ON_COVER = 4
_WORDS = {kind.code: kind.label for kind in SERVICE_KINDS}


def draft_of(actor: Actor, order_id: int, *, perimeter: str = "", phone_hours: str = "") -> Draft:
    """What a programme's own words give: its title and notice, its first services, its funders by their names."""
    page = proof_queries.design(actor, order_id)
    terms = funding.programme(page.programme_id).terms
    return Draft(
        title=terms.print_title or terms.name,
        notice=terms.print_notice,
        perimeter=perimeter,
        services=tuple((code, _WORDS[code]) for code in terms.service_codes[:SERVICES_ON_COVER] if code in _WORDS),
        phone=terms.phone,
        phone_hours=phone_hours,
        funders=page.funder_names,
    )


def sent_proof(
    order_id: int, *, sender: Actor, asked_of_id: int, at: datetime, draft: Draft | None = None, logos: tuple[tuple[str, bytes], ...] = ()
) -> int:
    """A design made and its proof sent; the id of the proof."""
    with acting_as(sender):
        said = draft or draft_of(sender, order_id)
        proofs.save_design(order_id=order_id, draft=said, actor=sender, request_id=uuid4(), at=at)
        for name, content in logos:
            proofs.add_logo(order_id=order_id, content=content, name=name, actor=sender, request_id=uuid4(), at=at)
        return proofs.send_proof(order_id=order_id, asked_of_id=asked_of_id, actor=sender, request_id=uuid4(), at=at)


def approved_proof(
    order_id: int,
    *,
    sender: Actor,
    approver: Actor,
    at: datetime,
    draft: Draft | None = None,
    logos: tuple[tuple[str, bytes], ...] = (),
) -> int:
    """A proof sent by one person and approved by another, in the approver's organisation; the id of the proof."""
    assert approver.organisation_id is not None, "who answers does so for an organisation"
    proof_id = sent_proof(order_id, sender=sender, asked_of_id=approver.organisation_id, at=at, draft=draft, logos=logos)
    with acting_as(approver):
        proofs.approve_proof(proof_id=proof_id, actor=approver, request_id=uuid4(), at=at)
    return proof_id
