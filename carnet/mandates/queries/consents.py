"""Consent given from afar: whether it is open, what a question has come to, and the proof, line by line."""

from dataclasses import dataclass
from datetime import datetime

from carnet.gateways import sms
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.mandates import access
from carnet.mandates.models import ConsentLine, RemoteConsent, RemoteSetting, Structure
from carnet.mandates.rules import Duration, Family
from carnet.mandates.rules.consents import ConsentState, ConsentStep, state_at


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One step. `words`: what was sent, exactly; "" for what came in."""

    step: ConsentStep
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ConsentView:
    """A question asked from afar, and what it has come to at the moment asked."""

    id: int
    draft_id: int
    mandate_id: int | None
    state: ConsentState
    families: tuple[Family, ...]
    duration: Duration
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    lines: tuple[ProofLine, ...]


def is_remote_open(organisation_id: int) -> bool:
    """Whether a structure may ask by text message: its programme turned it on, and this installation sends some."""
    if not sms.is_offered():
        return False
    programme_id = Structure.objects.filter(organisation_id=organisation_id).values_list("programme_id", flat=True).first()
    return programme_id is not None and is_remote_on(programme_id)


def is_remote_on(programme_id: int) -> bool:
    """Whether a programme turned consent by text message on. Off until it does."""
    with acting_as(programme_ids=[programme_id]):
        latest = RemoteSetting.objects.filter(programme_id=programme_id).order_by("-id").values_list("is_on", flat=True).first()
    return bool(latest)


def consent(actor: Actor, consent_id: int, *, at: datetime) -> ConsentView:
    """One question of the actor's structure. Raises: ConsentUnknown."""
    return _view(access.kept_consent(actor, consent_id), at)


def consent_of_draft(actor: Actor, draft_id: int, *, at: datetime) -> ConsentView | None:
    """The latest question about what is being prepared. Raises: DraftUnknown."""
    draft = access.kept_draft(actor, draft_id)
    row = RemoteConsent.objects.filter(draft_id=draft.id).order_by("-id").first()
    return _view(row, at) if row is not None else None


def consent_of_mandate(actor: Actor, mandate_id: int, *, at: datetime) -> ConsentView | None:
    """The proof of how a mandate was agreed to from afar; None when it was signed face to face. Raises: MandateUnknown."""
    mandate = access.kept_mandate(actor, mandate_id)
    row = RemoteConsent.objects.filter(mandate_id=mandate.id).first()
    return _view(row, at) if row is not None else None


def _view(row: RemoteConsent, at: datetime) -> ConsentView:
    lines = tuple(
        ProofLine(ConsentStep(each.step), each.words, each.at) for each in ConsentLine.objects.filter(consent_id=row.id).order_by("id")
    )
    return ConsentView(
        row.id, row.draft_id, row.mandate_id, state_at(ConsentState(row.state), expires_at=row.expires_at, at=at),
        tuple(Family(each) for each in row.families), Duration(row.duration), row.asked_at, row.expires_at, row.answered_at, lines,
    )  # fmt: skip
