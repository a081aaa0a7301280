"""What is prepared with the person beside: chosen, proved, read, then signed. Forgotten after two hours."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import PhoneNumber
from carnet.kernel.periods import legal_day
from carnet.mandates import access
from carnet.mandates.models import Draft
from carnet.mandates.operations._notes import note
from carnet.mandates.operations._people import Known
from carnet.mandates.operations._signing import Signed, renew_mandate, sign_mandate, signed_already
from carnet.mandates.operations.consents import agreed_from_afar, take_consent
from carnet.mandates.queries.habilitation import check_may_act
from carnet.mandates.rules import (
    DRAFT_KEPT,
    Consent,
    ConsentMissing,
    DraftKind,
    DraftOver,
    Duration,
    Family,
    IdentityCheck,
    IdentityMissing,
    MandateSaid,
    PivotIdentity,
    Protection,
    SecondHelperNeeded,
    SecondHelperSame,
    check_helpers,
    check_renewable,
    checked_families,
    checked_identity,
)
from carnet.mandates.rules.texts import CURRENT
from carnet.parties.rules import PROOF_MINUTES, SecondFactorNeeded, check_allowed_now, check_may


@transaction.atomic
def open_draft(
    *, families: Collection[str], duration: Duration, language: str, actor: Actor, request_id: UUID, at: datetime,
    renewed_id: int | None = None,
) -> int:  # fmt: skip
    """Begin to prepare a mandate, or the renewal of one (`renewed_id`). Returns the draft's id.

    Raises: NotAllowed, StructureUnknown, StructureClosed, FamiliesMissing, FamilyNotAllowed, MandateUnknown, RenewalTooLate.
    Repeat: the same request_id gives the first draft again.
    """
    check_may(actor, "mandates.sign")
    structure = access.open_structure(actor)
    if first := Draft.objects.filter(request_id=request_id).first():
        return first.id
    chosen = checked_families(families, allowed=structure.families)
    renewed = access.kept_mandate(actor, renewed_id) if renewed_id is not None else None
    if renewed is not None:
        check_renewable(ends_on=renewed.ends_on, ended_at=renewed.ended_at, at=at)
    return Draft.objects.create(
        organisation_id=structure.organisation_id, kind=(DraftKind.RENEWAL if renewed else DraftKind.SIGNATURE).value,
        person_id=renewed.person_id if renewed else None, renewed=renewed, families=[each.value for each in chosen],
        duration=duration.value, language=language[:8], helper_id=actor.person_id, opened_at=at, expires_at=at + DRAFT_KEPT,
        request_id=request_id,
    ).id  # fmt: skip


@transaction.atomic
def identify_draft(*, draft_id: int, identity: PivotIdentity, subject: str, acr: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Keep, sealed, who has just signed in at FranceConnect. Lock: the draft. Repeat: the latest sign-in holds.

    Raises: NotAllowed, DraftUnknown, DraftOver.
    """
    row = _own(actor, draft_id, at)
    row.identity_check, row.second_helper_id, row.proof = IdentityCheck.FRANCECONNECT.value, None, acr[:40]
    row.sealed_identity = access.sealed_draft(row, identity, subject)
    row.save(update_fields=["identity_check", "second_helper_id", "proof", "sealed_identity"])
    note("identity-proved", ("draft", row.id), row.organisation_id, {"by": "FRANCECONNECT"}, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def note_paper(*, draft_id: int, identity: PivotIdentity, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Keep, sealed, what a helper reads on the person's paper; a second helper reads it too. Lock: the draft.

    Raises: NotAllowed, DraftUnknown, DraftOver, IdentityIncomplete, NirInText, IbanInText. Repeat: the latest reading holds, to be confirmed.
    """
    row = _own(actor, draft_id, at)
    read = checked_identity(identity, today=legal_day(at))
    row.identity_check, row.second_helper_id, row.proof = IdentityCheck.PAPER.value, None, ""
    row.helper_id, row.sealed_identity = actor.person_id, access.sealed_draft(row, read, "")
    row.save(update_fields=["identity_check", "second_helper_id", "proof", "helper_id", "sealed_identity"])
    note("paper-read", ("draft", row.id), row.organisation_id, {"by": "PAPER"}, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def confirm_paper(*, draft_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second helper has read the same on the paper, and says so with a fresh second factor. Lock: the draft.

    Raises: NotAllowed, SecondFactorNeeded, DraftUnknown, DraftOver, IdentityMissing, SecondHelperSame. Repeat: it changes nothing.
    """
    check_allowed_now(actor, "mandates.sign", at)
    check_may_act(actor=actor, at=at)
    row = _own(actor, draft_id, at)
    if row.identity_check != IdentityCheck.PAPER or row.sealed_identity is None:
        raise IdentityMissing
    check_helpers(IdentityCheck.PAPER, helper_id=row.helper_id, second_helper_id=actor.person_id)
    if row.second_helper_id != actor.person_id:
        row.second_helper_id = actor.person_id
        row.save(update_fields=["second_helper_id"])
        note("paper-confirmed", ("draft", row.id), row.organisation_id, {}, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def sign_draft(
    *, draft_id: int, protection: Protection, has_agreed: bool, actor: Actor, request_id: UUID, at: datetime, contact: str | None = None,
    from_afar: bool = False,
) -> Signed:  # fmt: skip
    """Sign what was prepared: the person heard it, said yes, answered about a protection; the helper proves a second factor again.

    `from_afar`: the person said yes by text message to exactly this; that yes is taken, and serves once (`operations.consents`).
    Locks: the draft, then as `sign_mandate`. `contact`: as `Known`. Raises: ConsentMissing, ConsentNotGiven, DraftUnknown, DraftOver, IdentityMissing,
    SecondHelperNeeded, PhoneNumberInvalid, and as `sign_mandate`. Repeat: the same request_id gives the first mandate again.
    """
    check_allowed_now(actor, "mandates.sign", at)
    row = access.kept_draft(actor, draft_id, lock=True)
    if row.mandate_id is not None:
        return signed_already(row.mandate_id, request_id)
    check_open(row, at)
    if not has_agreed:
        raise ConsentMissing
    check_proved_since(actor, row.opened_at)
    remote = agreed_from_afar(row, at=at) if from_afar else None
    said = _said(row, protection, Consent.FACE if remote is None else Consent.SMS)
    number = str(PhoneNumber.parse(contact)) if contact else contact
    if row.renewed_id is not None:
        signed = renew_mandate(mandate_id=row.renewed_id, said=said, contact=number, actor=actor, request_id=request_id, at=at)
    else:
        signed = sign_mandate(said=said, known=_known(row, number, actor), actor=actor, request_id=request_id, at=at)
    if remote is not None:
        take_consent(remote, mandate_id=signed.id, at=at)
    row.mandate_id = signed.id
    _close(row, at)
    return signed


@transaction.atomic
def drop_draft(*, draft_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Give up: what was learnt of the person is erased. Raises: NotAllowed, DraftUnknown. Repeat: it changes nothing."""
    check_may(actor, "mandates.sign")
    row = access.kept_draft(actor, draft_id, lock=True)
    if row.closed_at is None:
        _close(row, at)
        note("draft-dropped", ("draft", row.id), row.organisation_id, {}, actor=actor, request_id=request_id, at=at)


def forget_drafts(*, at: datetime) -> int:
    """Erase what was learnt in preparations left for two hours. Call it seeing everything. Returns how many."""
    over = Draft.objects.filter(closed_at__isnull=True, expires_at__lte=at)
    return over.update(closed_at=at, sealed_identity=None, sealed_contact=None)


def check_proved_since(actor: Actor, since: datetime) -> None:
    """The helper signs with a second factor proved for this person, not for the one before. Raises: SecondFactorNeeded."""
    if actor.kind == "person" and (actor.proved_at is None or actor.proved_at < since.replace(microsecond=0)):
        raise SecondFactorNeeded(action="mandates.sign", minutes=PROOF_MINUTES)


def check_open(row: Draft, at: datetime) -> None:
    """Raises: DraftOver."""
    if row.closed_at is not None or at >= row.expires_at:
        raise DraftOver


def _known(row: Draft, contact: str | None, actor: Actor) -> Known:
    identity = access.drafted_identity(row)
    if identity is None:
        raise IdentityMissing
    subject = access.drafted_subject(row)
    if row.identity_check == IdentityCheck.PAPER and actor.person_id != row.helper_id:
        # Who reads the paper signs; the other one confirms.
        raise SecondHelperSame if actor.person_id == row.second_helper_id else SecondHelperNeeded
    return Known(identity, subject, row.second_helper_id, contact)


def _said(row: Draft, protection: Protection, consent: Consent) -> MandateSaid:
    return MandateSaid(
        tuple(Family(each) for each in row.families), Duration(row.duration), protection, CURRENT.version, CURRENT.digest, row.language,
        consent,
    )  # fmt: skip


def _own(actor: Actor, draft_id: int, at: datetime) -> Draft:
    check_may(actor, "mandates.sign")
    row = access.kept_draft(actor, draft_id, lock=True)
    check_open(row, at)
    return row


def _close(row: Draft, at: datetime) -> None:
    row.closed_at, row.sealed_identity, row.sealed_contact = at, None, None
    row.save(update_fields=["closed_at", "sealed_identity", "sealed_contact", "mandate"])
