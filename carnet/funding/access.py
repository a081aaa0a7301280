"""Who may reach which programme, agreement, pledge or audit: the only way from an identifier to a row.

The database already hides other tenants' rows. Here is the finer grain: an operator writes only in the programmes it
runs, and a funder reads only the agreements it is part of, even inside a programme it helps to pay.
"""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from carnet.funding.models import Agreement, AuditEngagement, MoneyReceived, Pledge, Programme, Share, StatedBalance
from carnet.funding.rules import AgreementUnknown, BalanceUnknown, EngagementUnknown, PledgeUnknown, ProgrammeUnknown, ReceiptUnknown
from carnet.kernel.actors import Actor
from carnet.parties.rules import Role

_STAFF: frozenset[str] = frozenset({Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT, Role.TREASURER, Role.APPROVER, Role.HELPLINE})


def operated_programme(actor: Actor, programme_id: int, *, lock: bool = False) -> Programme:
    """The programme, if the actor works for the operator that runs it. Raises: ProgrammeUnknown."""
    rows = Programme.objects.select_for_update(of=("self",)) if lock else Programme.objects
    programme = rows.filter(id=programme_id).first()
    if programme is None or not _operates(actor, programme.operator_id):
        raise ProgrammeUnknown(programme=programme_id)
    return programme


def seen_programme(actor: Actor, programme_id: int) -> Programme:
    """The programme, if it is one of the actor's: operated, funded or audited. Raises: ProgrammeUnknown."""
    programme = Programme.objects.filter(id=programme_id).first()
    if programme is None or not (_operates(actor, programme.operator_id) or programme_id in actor.programme_ids):
        raise ProgrammeUnknown(programme=programme_id)
    return programme


def operated_agreement(actor: Actor, agreement_id: int, *, lock: bool = False) -> Agreement:
    """The agreement, if the actor works for its operator. Raises: AgreementUnknown."""
    rows = Agreement.objects.select_related("programme")
    if lock:
        rows = rows.select_for_update(of=("self",))
    agreement = rows.filter(id=agreement_id).first()
    if agreement is None or not _operates(actor, agreement.programme.operator_id):
        raise AgreementUnknown(agreement=agreement_id)
    return agreement


def lock_division(agreement_id: int) -> None:
    """Nothing else is divided by an agreement's shares until this transaction ends, nor is it closed: call it before counting what each bears.

    Orders take the same lock (`operated_agreement`). For a connection, inside the announced tenant: whoever accepts it is no operator.
    Raises: AgreementUnknown.
    """
    if Agreement.objects.select_for_update(of=("self",), no_key=True).filter(id=agreement_id).first() is None:
        raise AgreementUnknown(agreement=agreement_id)


def seen_agreements(actor: Actor, programme_ids: Collection[int]) -> QuerySet[Agreement]:
    """The agreements of these programmes that the actor may read, the oldest first."""
    rows = Agreement.objects.select_related("programme").filter(programme_id__in=programme_ids).order_by("signed_on", "id")
    if actor.kind == "system" or Role.AUDITOR in actor.roles:
        return rows
    if not _STAFF.isdisjoint(actor.roles):
        return rows.filter(programme__operator_id=actor.organisation_id)
    own = Q(id__in=Share.objects.filter(funder_id__in=actor.organisation_ids).values("agreement_id"))
    if Role.ACCOUNTANT in actor.roles:  # of a funder or of the operator: reads the agreements of either, changes none
        own |= Q(programme__operator_id=actor.organisation_id)
    return rows.filter(own)


def seen_agreement(actor: Actor, agreement_id: int) -> Agreement:
    """The agreement, if the actor may read it. Raises: AgreementUnknown."""
    programme_id = Agreement.objects.filter(id=agreement_id).values_list("programme_id", flat=True).first()
    agreement = seen_agreements(actor, [programme_id]).filter(id=agreement_id).first() if programme_id else None
    if agreement is None:
        raise AgreementUnknown(agreement=agreement_id)
    return agreement


def operated_balance(actor: Actor, stated_id: int, *, lock: bool = False) -> StatedBalance:
    """What somebody stated of an account, if the actor works for its operator. Raises: BalanceUnknown."""
    rows = StatedBalance.objects.select_related("agreement__programme")
    row = (rows.select_for_update(of=("self",)) if lock else rows).filter(id=stated_id).first()
    if row is None or not _operates(actor, row.agreement.programme.operator_id):
        raise BalanceUnknown
    return row


def paper_purpose(request_id: UUID) -> str:
    """Under which key a stated balance's paper is sealed."""
    return f"balance paper {request_id}"


def operated_pledge(actor: Actor, pledge_id: int) -> Pledge:
    """The pledge, locked, if the actor works for the operator of its programme. Raises: PledgeUnknown."""
    pledge = Pledge.objects.select_related("agreement__programme").select_for_update(of=("self",)).filter(id=pledge_id).first()
    if pledge is None or not _operates(actor, pledge.agreement.programme.operator_id):
        raise PledgeUnknown(pledge=pledge_id)
    return pledge


def operated_receipt(actor: Actor, receipt_id: int) -> MoneyReceived:
    """The money received, locked, if the actor works for the operator of its programme. Raises: ReceiptUnknown."""
    receipt = MoneyReceived.objects.select_related("agreement__programme").select_for_update(of=("self",)).filter(id=receipt_id).first()
    if receipt is None or not _operates(actor, receipt.agreement.programme.operator_id):
        raise ReceiptUnknown(receipt=receipt_id)
    return receipt


def operated_engagement(actor: Actor, engagement_id: int) -> AuditEngagement:
    """The audit, locked, if the actor works for the operator of its programme. Raises: EngagementUnknown."""
    engagement = AuditEngagement.objects.select_for_update(of=("self",)).filter(id=engagement_id).first()
    if engagement is None:
        raise EngagementUnknown(engagement=engagement_id)
    operated_programme(actor, engagement.programme_id)
    return engagement


def _operates(actor: Actor, operator_id: int) -> bool:
    if actor.kind == "system":
        return True  # background work named its tenant, and the database holds it to that
    return operator_id == actor.organisation_id and not _STAFF.isdisjoint(actor.roles)
