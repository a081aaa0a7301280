"""What opens, what is paid, what waits: tokens, bank accounts, approvals."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import Iban
from carnet.kernel.refusals import Refusal
from carnet.parties import access
from carnet.parties.models import ApiToken, Approval, ApprovalVoice, BankAccount, Organisation
from carnet.parties.rules import (
    AccountMissing,
    AccountWaiting,
    ApprovalMissing,
    Decision,
    KnownAccount,
    account_in_force,
    allowed,
    check_may,
)


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One line of the tokens' page. The token itself is never shown again."""

    id: int
    label: str
    prefix: str
    scopes: tuple[str, ...]
    place_id: int | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    latest_used_on: date | None


def tokens(*, actor: Actor) -> list[TokenLine]:
    """Tokens of the organisation acted for, newest first. Raises: NotAllowed."""
    check_may(actor, "parties.manage-tokens")
    if actor.organisation_id is None:
        return []
    return [
        TokenLine(
            id=row.id,
            label=row.label,
            prefix=row.prefix,
            scopes=tuple(row.scopes),
            place_id=row.place_id,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            latest_used_on=row.latest_used_on,
        )
        for row in ApiToken.objects.filter(organisation_id=actor.organisation_id).order_by("-created_at", "-id")
    ]


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One bank account of an organisation's history, its IBAN masked."""

    id: int
    masked_iban: str
    bic: str
    holder_name: str
    state: str
    proposed_by: int
    proposed_at: datetime
    approved_by: int | None
    approved_at: datetime | None
    valid_from: datetime | None
    ended_at: datetime | None
    ended_reason: str


def bank_accounts(*, actor: Actor, organisation_id: int) -> list[AccountLine]:
    """An organisation's accounts, newest first. Raises: NotAllowed, OrganisationUnknown."""
    check_may(actor, "parties.see-bank-account")
    managed = access.managed_organisation(actor, organisation_id)
    with access.stepping_into(managed):
        rows = BankAccount.objects.filter(organisation_id=managed.id).order_by("-proposed_at", "-id")
        return [
            AccountLine(
                id=row.id,
                masked_iban=Iban(row.iban).masked(),
                bic=row.bic,
                holder_name=row.holder_name,
                state=row.state,
                proposed_by=row.proposed_by_id,
                proposed_at=row.proposed_at,
                approved_by=row.approved_by_id,
                approved_at=row.approved_at,
                valid_from=row.valid_from,
                ended_at=row.ended_at,
                ended_reason=row.ended_reason,
            )
            for row in rows
        ]


def iban_to_decide(*, actor: Actor, organisation_id: int, account_id: int) -> str:
    """The whole IBAN, printed in groups, for whoever compares it with a paper before deciding.

    Raises: NotAllowed, OrganisationUnknown, AccountUnknown.
    """
    check_may(actor, "parties.approve-bank-account")
    managed = access.managed_organisation(actor, organisation_id)
    with access.stepping_into(managed):
        return Iban(access.account_of(managed, account_id).iban).printed()


@dataclass(frozen=True, slots=True)
class PayableAccount:
    """Where to pay an organisation at a moment."""

    id: int
    organisation_id: int
    iban: str
    bic: str
    holder_name: str
    valid_from: datetime


def payable_account(*, organisation_id: int, at: datetime) -> PayableAccount:
    """The approved, effective account of whom is owed money. For the room that pays: it sees the creditor's account only.

    Raises: AccountMissing, AccountWaiting (`until`, aware).
    """
    found = payable_accounts(organisation_ids=[organisation_id], at=at)[organisation_id]
    if isinstance(found, Refusal):
        raise found
    return found


def payable_accounts(*, organisation_ids: Collection[int], at: datetime) -> dict[int, PayableAccount | AccountMissing | AccountWaiting]:
    """The same for all whom a payment concerns, in two questions; in the place of an account, why there is none."""
    with acting_as(organisation_ids=organisation_ids):
        rows = list(BankAccount.objects.filter(organisation_id__in=organisation_ids, approved_at__isnull=False))
    names = dict(Organisation.objects.filter(id__in=organisation_ids).values_list("id", "name"))
    own: dict[int, dict[int, BankAccount]] = {each: {} for each in organisation_ids}
    for row in rows:
        own[row.organisation_id][row.id] = row
    found: dict[int, PayableAccount | AccountMissing | AccountWaiting] = {}
    for organisation_id, accounts in own.items():
        known = [KnownAccount(row.id, row.iban, row.valid_from, row.ended_at) for row in accounts.values() if row.valid_from is not None]
        try:
            chosen = account_in_force(known, at, organisation=names.get(organisation_id, ""))
        except (AccountMissing, AccountWaiting) as refusal:
            found[organisation_id] = refusal
            continue
        row = accounts[chosen.id]
        found[organisation_id] = PayableAccount(
            id=row.id,
            organisation_id=organisation_id,
            iban=row.iban,
            bic=row.bic,
            holder_name=row.holder_name,
            valid_from=chosen.valid_from,
        )
    return found


@dataclass(frozen=True, slots=True)
class WaitingApproval:
    """One line of the inbox of approvals."""

    id: int
    action: str
    subject_kind: str
    subject_id: int
    programme_id: int | None
    requested_by: int
    requested_at: datetime


def approvals_waiting_for(*, actor: Actor) -> list[WaitingApproval]:
    """What the actor may decide: waiting in its organisation, in its roles, asked by somebody else, not said yes to; oldest first."""
    if actor.person_id is None or actor.organisation_id is None:
        return []
    rows = (
        Approval.objects.filter(organisation_id=actor.organisation_id, decision__isnull=True)
        .exclude(requested_by_id=actor.person_id)
        .exclude(voices__person_id=actor.person_id)
        .order_by("requested_at", "id")
    )
    return [
        WaitingApproval(row.id, row.action, row.subject_kind, row.subject_id, row.programme_id, row.requested_by_id, row.requested_at)
        for row in rows
        if allowed(actor.roles, row.action)
    ]


def approval_of(*, action: str, subject: tuple[str, int]) -> WaitingApproval | None:
    """The approval of one thing that still waits (the caller sees it by its programme or organisation), or None."""
    row = Approval.objects.filter(action=action, subject_kind=subject[0], subject_id=subject[1], decision__isnull=True).first()
    if row is None:
        return None
    return WaitingApproval(row.id, row.action, row.subject_kind, row.subject_id, row.programme_id, row.requested_by_id, row.requested_at)


@dataclass(frozen=True, slots=True)
class VoiceLine:
    """One person's yes, and when (aware)."""

    person_id: int
    given_at: datetime


def voices_of(approval_id: int) -> list[VoiceLine]:
    """Who said yes to an approval so far, the first one first (the caller sees it by its programme or organisation)."""
    return [VoiceLine(row.person_id, row.given_at) for row in ApprovalVoice.objects.filter(approval_id=approval_id).order_by("id")]


def check_approved(*, action: str, subject: tuple[str, int], digest: bytes) -> int:
    """The id of the person who approved exactly this. Raises: ApprovalMissing (not decided, refused, or changed since)."""
    row = (
        Approval.objects.filter(action=action, subject_kind=subject[0], subject_id=subject[1], decision=Decision.APPROVED)
        .order_by("-decided_at", "-id")
        .first()
    )
    if row is None or bytes(row.digest) != digest or row.decided_by_id is None:
        raise ApprovalMissing(action=action)
    return row.decided_by_id
