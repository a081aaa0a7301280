"""Designs, logos and proofs: the operator makes them; whoever the proof was sent to answers; its programme's others look."""

from django.db.models import QuerySet

from carnet.issuing.access._orders import operated_order
from carnet.issuing.models import DesignLogo, Order, Proof
from carnet.issuing.rules import OrderUnknown
from carnet.issuing.rules.proofs import LogoUnknown, ProofUnknown
from carnet.kernel.actors import Actor


def seen_proofs(actor: Actor) -> QuerySet[Proof]:
    """The proofs of the programmes the actor operates, funds or audits, the latest first."""
    return Proof.objects.filter(programme_id__in=actor.programme_ids).order_by("-sent_at", "-id")


def seen_proof(actor: Actor, proof_id: int) -> Proof:
    """The proof, if it is of one of the actor's programmes. Raises: ProofUnknown."""
    found = seen_proofs(actor).filter(id=proof_id).select_related("order__programme").first()
    if found is None:
        raise ProofUnknown(proof=proof_id)
    return found


def answerable_proof(actor: Actor, proof_id: int) -> tuple[Proof, Order]:
    """The proof and its order, the order locked, if the organisation acted for was asked. Raises: ProofUnknown."""
    asked = Proof.objects.filter(id=proof_id, asked_of_id=actor.organisation_id).values_list("order_id", flat=True).first()
    if asked is None:
        raise ProofUnknown(proof=proof_id)
    order = Order.objects.select_for_update(of=("self",)).get(id=asked)
    return Proof.objects.get(id=proof_id), order


def operated_proof(actor: Actor, proof_id: int) -> tuple[Proof, Order]:
    """The proof and its order, the order locked, if the actor works for the operator that made it. Raises: ProofUnknown."""
    order_id = Proof.objects.filter(id=proof_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise ProofUnknown(proof=proof_id)
    try:
        order = operated_order(actor, order_id, lock=True)
    except OrderUnknown:
        raise ProofUnknown(proof=proof_id) from None
    return Proof.objects.get(id=proof_id), order


def seen_logo(actor: Actor, logo_id: int) -> DesignLogo:
    """The logo, if it was kept for one of the actor's programmes. Raises: LogoUnknown."""
    found = DesignLogo.objects.filter(id=logo_id, programme_id__in=actor.programme_ids).first()
    if found is None:
        raise LogoUnknown(logo=logo_id)
    return found
