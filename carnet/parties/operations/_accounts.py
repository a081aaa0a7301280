"""Bank accounts: proposed by one person, approved by another, effective after 72 hours when they replace one."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.gateways.database import acting_as
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import Bic, Iban
from carnet.notices import operations as notices
from carnet.parties import access
from carnet.parties.models import Approval, BankAccount, Organisation, Person
from carnet.parties.operations import _approvals
from carnet.parties.queries import letter_addresses
from carnet.parties.rules import (
    AccountChangeWaiting,
    AccountNotWaiting,
    AccountState,
    AccountUnchanged,
    HolderMissing,
    ReasonMissing,
    check_allowed_now,
    check_second_person,
    digest_of,
    effective_from,
    person_of,
)

APPROVE = "parties.approve-bank-account"


@transaction.atomic
def propose_bank_account(
    *,
    organisation_id: int,
    iban: str,
    holder_name: str,
    bic: str = "",
    checked_by: int | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Propose where an organisation is to be paid, and tell the organisation; return the account's id.

    The account in force stays so until the new one is approved and effective. `checked_by`: for a program that carries out a
    decision, the person who checked the account on paper, and so cannot approve it.
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, OrganisationUnknown, IbanInvalid, BicInvalid, HolderMissing,
             AccountUnchanged, AccountChangeWaiting.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "parties.propose-bank-account", at)
    if checked_by is not None and actor.kind == "system":
        actor = replace(actor, person_id=checked_by)
    proposed_by = person_of(actor, "parties.propose-bank-account")
    organisation = access.managed_organisation(actor, organisation_id)
    account_iban = Iban.parse(iban)
    account_bic = str(Bic.parse(bic)) if bic.strip() else account_iban.bic or ""
    if not holder_name.strip() or len(holder_name.strip()) > 70:
        raise HolderMissing
    with access.stepping_into(organisation):
        repeated = BankAccount.objects.filter(request_id=request_id).first()
        if repeated is not None:
            return repeated.id
        Organisation.objects.select_for_update(of=("self",)).get(id=organisation.id)
        accounts = BankAccount.objects.filter(organisation_id=organisation.id)
        if accounts.filter(state=AccountState.PROPOSED).exists():
            raise AccountChangeWaiting
        latest = accounts.filter(state=AccountState.APPROVED).order_by("-valid_from", "-id").first()
        if latest is not None and (latest.iban, latest.holder_name) == (str(account_iban), holder_name.strip()):
            raise AccountUnchanged
        account = BankAccount.objects.create(
            organisation=organisation,
            iban=str(account_iban),
            bic=account_bic,
            holder_name=holder_name.strip(),
            proposed_by_id=proposed_by,
            proposed_at=at,
            request_id=request_id,
        )
    _approvals.request_approval(
        action=APPROVE,
        subject=("organisation", organisation.id),
        digest=_digest(account),
        organisation_id=organisation.registered_by_id or organisation.id,
        actor=actor,
        request_id=uuid5(request_id, "approval"),
        at=at,
    )
    _tell(organisation, account, "proposed", actor, request_id, at)
    return account.id


@transaction.atomic
def approve_bank_account(*, organisation_id: int, account_id: int, actor: Actor, request_id: UUID, at: datetime) -> datetime:
    """A second person says yes; return the aware moment from which the account is paid (72 hours later when it is a change).

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, OrganisationUnknown, AccountUnknown, AccountNotWaiting, SamePerson,
            ApprovalChanged.
    """
    organisation, account = _waiting(organisation_id, account_id, actor, at)
    if account.state == AccountState.APPROVED and account.approved_by_id == actor.person_id and account.valid_from is not None:
        return account.valid_from
    _decide(account, actor, request_id, at, reason=None)
    with access.stepping_into(organisation):
        others = BankAccount.objects.filter(organisation_id=organisation.id, approved_at__isnull=False).exclude(id=account.id)
        valid_from = effective_from(approved_at=at, is_change=others.exists())
        account.state, account.approved_by_id = AccountState.APPROVED.value, actor.person_id
        account.approved_at, account.valid_from = at, valid_from
        account.save(update_fields=["state", "approved_by_id", "approved_at", "valid_from"])
    _tell(organisation, account, "approved", actor, request_id, at)
    return valid_from


@transaction.atomic
def refuse_bank_account(*, organisation_id: int, account_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person says no, and why: the account in force stays. Raises: as `approve_bank_account`, and ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    organisation, account = _waiting(organisation_id, account_id, actor, at)
    _decide(account, actor, request_id, at, reason=reason)
    with access.stepping_into(organisation):
        account.state, account.ended_at, account.ended_reason = AccountState.ENDED.value, at, reason.strip()[:200]
        account.save(update_fields=["state", "ended_at", "ended_reason"])
    _tell(organisation, account, "refused", actor, request_id, at)


@transaction.atomic
def end_bank_account(*, organisation_id: int, account_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Stop paying an approved account now (closed at the bank, stolen). Another person than its proposer is not needed to stop.

    Raises: NotAllowed, SecondFactorNeeded, OrganisationUnknown, AccountUnknown, AccountNotWaiting, ReasonMissing.
    """
    check_allowed_now(actor, APPROVE, at)
    if not reason.strip():
        raise ReasonMissing
    organisation = access.managed_organisation(actor, organisation_id)
    with access.stepping_into(organisation):
        account = access.account_of(organisation, account_id)
        if account.state != AccountState.APPROVED:
            raise AccountNotWaiting(state=account.state)
        account.state, account.ended_at, account.ended_reason = AccountState.ENDED.value, at, reason.strip()[:200]
        account.save(update_fields=["state", "ended_at", "ended_reason"])
    _tell(organisation, account, "ended", actor, request_id, at)


def _waiting(organisation_id: int, account_id: int, actor: Actor, at: datetime) -> tuple[Organisation, BankAccount]:
    check_allowed_now(actor, APPROVE, at)
    organisation = access.managed_organisation(actor, organisation_id)
    with access.stepping_into(organisation):
        account = access.account_of(organisation, account_id)
    again = account.state == AccountState.APPROVED and account.approved_by_id == actor.person_id
    if account.state != AccountState.PROPOSED and not again:
        raise AccountNotWaiting(state=account.state)
    return organisation, account


def _decide(account: BankAccount, actor: Actor, request_id: UUID, at: datetime, *, reason: str | None) -> None:
    check_second_person(requested_by=account.proposed_by_id, decided_by=person_of(actor, APPROVE), action=APPROVE)
    with acting_as(actor):
        approval_id = Approval.objects.values_list("id", flat=True).get(
            action=APPROVE, subject_kind="organisation", subject_id=account.organisation_id, decision__isnull=True
        )
        digest, decision_id = _digest(account), uuid5(request_id, "decision")
        if reason is None:
            _approvals.approve(approval_id=approval_id, digest=digest, actor=actor, request_id=decision_id, at=at)
        else:
            _approvals.refuse(approval_id=approval_id, digest=digest, reason=reason, actor=actor, request_id=decision_id, at=at)


def _digest(account: BankAccount) -> bytes:
    return digest_of(account.organisation_id, account.iban, account.bic, account.holder_name)


def _tell(organisation: Organisation, account: BankAccount, what: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Journal it, and warn the organisation: a stolen mailbox must not change where money goes unseen."""
    journal.record(
        actor=actor,
        action=f"parties.bank-account-{what}",
        subject=("bank-account", account.id),
        facts={"digest": _digest(account).hex(), "valid_from": account.valid_from},
        organisation_id=organisation.id,
        request_id=request_id,
        at=at,
    )
    context = {
        "organisation": organisation.name,
        "iban": Iban.parse(account.iban).masked(),
        "valid_from": account.valid_from.isoformat() if account.valid_from else None,
    }
    notices.post(kind=f"parties.bank-account-{what}", to_organisation_id=organisation.id, context=context, at=at)
    for email in _old_and_new_contacts(organisation, account):
        notices.post(kind=f"parties.bank-account-{what}", to_email=email, context=context, at=at)


def _old_and_new_contacts(organisation: Organisation, account: BankAccount) -> list[str]:
    """Whoever proposed this account and the one paid until now, beside the organisation's own address: no one mailbox is enough."""
    with access.stepping_into(organisation):
        earlier = BankAccount.objects.filter(organisation_id=organisation.id, approved_at__isnull=False).exclude(id=account.id)
        proposers = {account.proposed_by_id, *earlier.order_by("-valid_from", "-id").values_list("proposed_by_id", flat=True)[:1]}
        emails = set(Person.objects.filter(id__in=proposers, email__isnull=False).values_list("email", flat=True))
        written = letter_addresses(organisation.id)
    return sorted(email for email in emails if email and email not in written)
