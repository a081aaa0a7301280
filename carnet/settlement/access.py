"""Who may reach which claim, run, transfer, bank file or closing: the only way from an identifier to a row.

The database already hides other tenants' rows. Here is the finer grain: only the staff of the operator
that runs the programme pays; a place's people read their own organisation's claims; a funder reads its
own repayments and statements.
"""

from django.db import connection
from django.db.models import QuerySet

from carnet.funding import access as funding
from carnet.funding.rules import FundingRefused
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import Role, check_may
from carnet.settlement.models import (
    AccountBook,
    Advice,
    BankFile,
    Claim,
    Closing,
    CreditNote,
    DebitNote,
    Expiry,
    Hold,
    JointStatement,
    PaymentRun,
    Statement,
    Transfer,
)
from carnet.settlement.rules import BookUnknown, ClaimUnknown, ClosingUnknown, HoldUnknown, RunUnknown, SettlementRefused, TransferUnknown
from carnet.settlement.rules.channels import BankFileUnknown
from carnet.settlement.rules.debts import AdviceUnknown, DebitNoteUnknown
from carnet.settlement.rules.expiry import ExpiryUnknown, StatementUnknown

_READS_ALL: frozenset[str] = frozenset({Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT, Role.TREASURER, Role.APPROVER, Role.AUDITOR})


def lock_programme(programme_id: int) -> None:
    """Take the one lock of this room, until the end of the transaction: a programme's payments move one step at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('settlement.programme', %s))", [programme_id])


def operated_run(actor: Actor, run_id: int) -> PaymentRun:
    """The payment run, its programme locked, if the actor works for the operator. Raises: RunUnknown."""
    found = PaymentRun.objects.filter(id=run_id).first()
    if found is None:
        raise RunUnknown(run_id=run_id)
    _operated(actor, found.programme_id, RunUnknown(run_id=run_id))
    lock_programme(found.programme_id)
    return PaymentRun.objects.get(id=run_id)


def operated_transfer(actor: Actor, transfer_id: int) -> Transfer:
    """The transfer with its claim, its programme locked, if the actor works for the operator. Raises: TransferUnknown."""
    found = Transfer.objects.filter(id=transfer_id).first()
    if found is None:
        raise TransferUnknown(transfer_id=transfer_id)
    _operated(actor, found.programme_id, TransferUnknown(transfer_id=transfer_id))
    lock_programme(found.programme_id)
    return Transfer.objects.select_related("claim").get(id=transfer_id)


def operated_closing(actor: Actor, closing_id: int) -> Closing:
    """The closing, its programme locked, if the actor works for the operator. Raises: ClosingUnknown."""
    found = Closing.objects.filter(id=closing_id).first()
    if found is None:
        raise ClosingUnknown(closing_id=closing_id)
    _operated(actor, found.programme_id, ClosingUnknown(closing_id=closing_id))
    lock_programme(found.programme_id)
    return Closing.objects.get(id=closing_id)


def operated_hold(actor: Actor, hold_id: int) -> Hold:
    """The hold, its programme locked, if the actor works for the operator. Raises: HoldUnknown."""
    found = Hold.objects.filter(id=hold_id).first()
    if found is None:
        raise HoldUnknown(hold_id=hold_id)
    _operated(actor, found.programme_id, HoldUnknown(hold_id=hold_id))
    lock_programme(found.programme_id)
    return Hold.objects.get(id=hold_id)


def claim_of_programme(claim_id: int, programme_id: int) -> Claim:
    """A claim of a programme the caller has checked. Raises: ClaimUnknown."""
    found = Claim.objects.filter(id=claim_id, programme_id=programme_id).first()
    if found is None:
        raise ClaimUnknown(claim_id=claim_id)
    return found


def seen_run(actor: Actor, run_id: int) -> PaymentRun:
    """The payment run, if the actor may read it. Raises: NotAllowed, RunUnknown."""
    check_may(actor, "settlement.see")
    found = PaymentRun.objects.filter(id=run_id).first()
    if found is None or not _reads(actor, found.programme_id):
        raise RunUnknown(run_id=run_id)
    return found


def seen_bank_file(actor: Actor, bank_file_id: int) -> BankFile:
    """The bank's or the accountant's answer, if the actor may read it. Raises: NotAllowed, BankFileUnknown."""
    check_may(actor, "settlement.see")
    found = BankFile.objects.filter(id=bank_file_id).first()
    if found is None or not _reads(actor, found.programme_id):
        raise BankFileUnknown(bank_file_id=bank_file_id)
    return found


def seen_transfer(actor: Actor, transfer_id: int) -> Transfer:
    """The transfer, if the actor may read its run. Raises: NotAllowed, TransferUnknown."""
    check_may(actor, "settlement.see")
    found = Transfer.objects.filter(id=transfer_id).first()
    if found is None or not _reads(actor, found.programme_id):
        raise TransferUnknown(transfer_id=transfer_id)
    return found


def seen_closing(actor: Actor, closing_id: int) -> Closing:
    """The closing, if the actor may read it. Raises: NotAllowed, ClosingUnknown."""
    check_may(actor, "settlement.see")
    found = Closing.objects.filter(id=closing_id).first()
    if found is None or not _reads(actor, found.programme_id):
        raise ClosingUnknown(closing_id=closing_id)
    return found


def seen_claim(actor: Actor, claim_id: int) -> Claim:
    """The claim: of the actor's own organisation, or of a programme it runs or audits. Raises: ClaimUnknown."""
    found = Claim.objects.filter(id=claim_id).first()
    if found is None or not (found.organisation_id in actor.organisation_ids or _reads(actor, found.programme_id)):
        raise ClaimUnknown(claim_id=claim_id)
    return found


def seen_statements(actor: Actor, agreement_id: int) -> QuerySet[Statement]:
    """The statements of an agreement the actor may read: a funder reads its own only. Raises: NotAllowed, AgreementUnknown."""
    check_may(actor, "settlement.see-statements")
    funding.seen_agreement(actor, agreement_id)
    rows = Statement.objects.filter(agreement_id=agreement_id).order_by("-made_at", "funder_id")
    return rows if _reads_all_funders(actor) else rows.filter(funder_id__in=actor.organisation_ids)


def check_sees_books(actor: Actor, agreement_id: int) -> None:
    """An agreement's books are read by whoever may read the agreement: its funders together, its operator, who audits it.

    Raises: NotAllowed, AgreementUnknown.
    """
    check_may(actor, "settlement.see-books")
    funding.seen_agreement(actor, agreement_id)


def seen_book(actor: Actor, book_id: int) -> AccountBook:
    """A book drawn up, if the actor may read its agreement. Raises: NotAllowed, BookUnknown."""
    check_may(actor, "settlement.see-books")
    found = AccountBook.objects.filter(id=book_id).first()
    if found is None:
        raise BookUnknown(book_id=book_id)
    try:
        funding.seen_agreement(actor, found.agreement_id)
    except FundingRefused:
        raise BookUnknown(book_id=book_id) from None
    return found


def operated_debit_note(actor: Actor, note_id: int) -> DebitNote:
    """The debit note, its programme locked, if the actor works for the operator. Raises: DebitNoteUnknown."""
    found = DebitNote.objects.filter(id=note_id).first()
    if found is None:
        raise DebitNoteUnknown(note_id=note_id)
    _operated(actor, found.programme_id, DebitNoteUnknown(note_id=note_id))
    lock_programme(found.programme_id)
    return DebitNote.objects.get(id=note_id)


def seen_debit_note(actor: Actor, note_id: int) -> DebitNote:
    """The debit note: of the actor's own organisation, or of a programme it runs or audits. Raises: DebitNoteUnknown."""
    found = DebitNote.objects.filter(id=note_id).first()
    if found is None or not (found.organisation_id in actor.organisation_ids or _reads(actor, found.programme_id)):
        raise DebitNoteUnknown(note_id=note_id)
    return found


def seen_advice(actor: Actor, advice_id: int) -> Advice:
    """The remittance advice: of the actor's own organisation, or of a programme it runs or audits. Raises: AdviceUnknown."""
    found = Advice.objects.filter(id=advice_id).first()
    if found is None or not (found.organisation_id in actor.organisation_ids or _reads(actor, found.programme_id)):
        raise AdviceUnknown(advice_id=advice_id)
    return found


def _operated(actor: Actor, programme_id: int, refusal: SettlementRefused) -> None:
    try:
        funding.operated_programme(actor, programme_id)
    except FundingRefused:
        # The same answer as for an identifier that does not exist.
        raise refusal from None


def _reads(actor: Actor, programme_id: int) -> bool:
    if actor.kind == "system":
        return True  # background work named its tenant, and the database holds it to that
    if Role.AUDITOR in actor.roles:
        return programme_id in actor.programme_ids
    try:
        funding.operated_programme(actor, programme_id)
    except Refusal:
        return False
    return True


def may_read_funder(actor: Actor, funder_id: int) -> bool:
    """Whether the actor may read this funder's own statement: itself, or those who read the whole programme."""
    return _reads_all_funders(actor) or funder_id in actor.organisation_ids


def _reads_all_funders(actor: Actor) -> bool:
    return actor.kind == "system" or not _READS_ALL.isdisjoint(actor.roles)


def expiry_played(actor: Actor, expiry_id: int) -> Expiry:
    """The end of validity, its programme locked, if the actor works for the operator or funds its agreement. Raises: ExpiryUnknown."""
    found = Expiry.objects.filter(id=expiry_id).first()
    if found is None or not _party(actor, found):
        raise ExpiryUnknown(expiry_id=expiry_id)
    lock_programme(found.programme_id)
    return Expiry.objects.get(id=expiry_id)


def expiry_operated(actor: Actor, expiry_id: int) -> Expiry:
    """The end of validity, its programme locked, if the actor works for the operator. Raises: ExpiryUnknown."""
    found = Expiry.objects.filter(id=expiry_id).first()
    if found is None:
        raise ExpiryUnknown(expiry_id=expiry_id)
    _operated(actor, found.programme_id, ExpiryUnknown(expiry_id=expiry_id))
    lock_programme(found.programme_id)
    return Expiry.objects.get(id=expiry_id)


def seen_expiries(actor: Actor) -> QuerySet[Expiry]:
    """The ends of validity the actor may read: of programmes it runs or audits, and of agreements it funds. Raises: NotAllowed."""
    check_may(actor, "settlement.see-expiry")
    own = funding.seen_agreements(actor, actor.programme_ids).values_list("id", flat=True)
    return Expiry.objects.filter(agreement_id__in=list(own)).order_by("-printed_until", "-id")


def seen_expiry(actor: Actor, expiry_id: int) -> Expiry:
    """One of them. Raises: NotAllowed, ExpiryUnknown."""
    found = seen_expiries(actor).filter(id=expiry_id).first()
    if found is None:
        raise ExpiryUnknown(expiry_id=expiry_id)
    return found


def joint_statement(actor: Actor, statement_id: int, *, lock: bool = False) -> JointStatement:
    """A joint statement: the operator's people and auditors read all, a funder its own. Raises: NotAllowed, StatementUnknown."""
    check_may(actor, "settlement.see-expiry")
    found = JointStatement.objects.filter(id=statement_id).first()
    if found is None or not may_read_funder(actor, found.funder_id) or not _sees(actor, found.agreement_id):
        raise StatementUnknown(statement_id=statement_id)
    if lock:
        lock_programme(found.programme_id)
        found = JointStatement.objects.get(id=statement_id)
    return found


def seen_credit_notes(actor: Actor, agreement_id: int) -> QuerySet[CreditNote]:
    """The credit notes of an agreement; a funder reads its own. Raises: NotAllowed, AgreementUnknown."""
    check_may(actor, "settlement.see-expiry")
    funding.seen_agreement(actor, agreement_id)
    rows = CreditNote.objects.filter(agreement_id=agreement_id).order_by("year", "number")
    return rows if _reads_all_funders(actor) else rows.filter(funder_id__in=actor.organisation_ids)


def seen_credit_note(actor: Actor, note_id: int) -> CreditNote | None:
    """A credit note, if the actor may read it. Raises: NotAllowed."""
    check_may(actor, "settlement.see-expiry")
    found = CreditNote.objects.filter(id=note_id).first()
    if found is None or not may_read_funder(actor, found.funder_id) or not _sees(actor, found.agreement_id):
        return None
    return found


def living_statements(actor: Actor) -> QuerySet[JointStatement]:
    """The joint statements in force that the actor may read, the oldest first. Raises: NotAllowed."""
    check_may(actor, "settlement.see-expiry")
    own = funding.seen_agreements(actor, actor.programme_ids).values_list("id", flat=True)
    rows = JointStatement.objects.filter(agreement_id__in=list(own), withdrawn_at=None).order_by("made_at", "id")
    return rows if _reads_all_funders(actor) else rows.filter(funder_id__in=actor.organisation_ids)


def is_operator(actor: Actor, programme_id: int) -> bool:
    """Whether the actor works for the operator that runs the programme."""
    try:
        funding.operated_programme(actor, programme_id)
    except FundingRefused:
        return False
    return True


def _party(actor: Actor, row: Expiry) -> bool:
    return is_operator(actor, row.programme_id) or (Role.FUNDER in actor.roles and _sees(actor, row.agreement_id))


def _sees(actor: Actor, agreement_id: int) -> bool:
    try:
        funding.seen_agreement(actor, agreement_id)
    except FundingRefused:
        return False
    return True
