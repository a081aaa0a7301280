"""Two orders of the next season whose proofs are on their way: one waits for its funder, the other came back with remarks."""

from dataclasses import replace
from datetime import datetime
from io import BytesIO
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.issuing import operations as issuing
from carnet.issuing.operations import proofs
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import Role
from carnet.scenarios.play import Played
from carnet.scenarios.proofs import draft_of, sent_proof

BOOKLETS = 40


def leave_proofs(current: Played, *, at: datetime) -> None:
    """Two orders of the next season, to look at: the proof of one waits for its funder, that of the other came back with remarks."""
    sender, approver = (current.cast.actor(role, current.programme_id, at) for role in (Role.OPERATOR_ADMIN, Role.APPROVER))
    funder_id = next(iter(current.cast.funder_ids.values()))
    name = parties.organisation(funder_id).name
    waiting, returned = (_approved_order(current, sender, approver, at) for _order in range(2))
    with acting_as(sender):
        draft = replace(
            draft_of(sender, waiting),
            perimeter="Dans les lieux partenaires du territoire",
            phone_hours="Du lundi au vendredi, de 9 h à 17 h",
        )
    sent_proof(waiting, sender=sender, asked_of_id=funder_id, at=at, draft=draft, logos=((name, _invented_logo()),))
    assert approver.organisation_id is not None
    proof_id = sent_proof(returned, sender=sender, asked_of_id=approver.organisation_id, at=at, draft=draft)
    with acting_as(approver):
        proofs.return_proof(
            proof_id=proof_id, remarks="Le logo de la métropole manque, et le titre ne dit pas l’année.",
            actor=approver, request_id=uuid4(), at=at,
        )  # fmt: skip


def _approved_order(current: Played, sender: Actor, approver: Actor, at: datetime) -> int:
    with acting_as(sender):
        order_id = issuing.place_order(
            programme_id=current.programme_id, agreement_id=current.agreement_id, booklet_count=BOOKLETS, issuer_prefix="NT",
            actor=sender, request_id=uuid4(), at=at,
        )  # fmt: skip
    with acting_as(approver):
        issuing.approve_order(order_id=order_id, actor=approver, request_id=uuid4(), at=at)
    return order_id


def _invented_logo() -> bytes:
    """A mark of nobody: two waves and a sun, large enough to print."""
    # Drawing loads slowly: only a demonstration does.
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (900, 300), "white")
    drawn = ImageDraw.Draw(picture)
    drawn.ellipse((330, 20, 570, 260), fill="#14506B")
    for top in (170, 225):
        drawn.rounded_rectangle((40, top, 860, top + 34), radius=17, fill="#0B3A4E", outline="white", width=6)
    held = BytesIO()
    picture.save(held, "PNG")
    return held.getvalue()
