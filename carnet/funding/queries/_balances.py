"""What agreements' accounts held, day by day, and what somebody stated of one."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Max

from carnet.funding import access
from carnet.funding.models import Agreement, BankBalance, MoneyReceived, RingFenceChange, StatedBalance
from carnet.funding.rules import BalanceSource
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may

BALANCES_SHOWN = 24


@dataclass(frozen=True, slots=True)
class BalanceFacts:
    """What an account held at the close of a day. Unit: whole cents. `digest`: of the file or the paper that says so.

    `is_continuous`: it begins with what the one before ended with, so that every line in between was read.
    """

    agreement_id: int
    day: date
    cents: int
    source: BalanceSource
    is_continuous: bool
    recorded_at: datetime
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StatedFacts:
    """What somebody stated of an account; `is_agreed` None while it waits. Unit: whole cents."""

    id: int
    agreement_id: int
    agreement: str
    programme_id: int
    programme: str
    day: date
    cents: int
    stated_by: int
    stated_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    is_agreed: bool | None


def latest_balances(agreement_ids: Collection[int]) -> dict[int, BalanceFacts]:
    """What each account held last, of agreements the caller may read; those nobody told of are not there.

    What an account held before another took its place, or before it ended with its operator, says nothing of the agreement's money now.
    """
    since = {**accounts_since(agreement_ids), **_ended(agreement_ids)}
    rows = BankBalance.objects.filter(agreement_id__in=list(agreement_ids)).order_by("agreement_id", "-day", "-id")
    latest: dict[int, BankBalance] = {}
    for row in rows:
        if row.agreement_id not in latest and (row.agreement_id not in since or row.recorded_at > since[row.agreement_id]):
            latest[row.agreement_id] = row
    return {agreement_id: _balance(row) for agreement_id, row in latest.items()}


def accounts_since(agreement_ids: Collection[int]) -> dict[int, datetime]:
    """Since when each agreement has the account it has, where another was entered by two people."""
    rows = RingFenceChange.objects.filter(agreement_id__in=list(agreement_ids), is_agreed=True)
    return dict(rows.order_by("agreement_id").values_list("agreement_id").annotate(Max("decided_at")))


def _ended(agreement_ids: Collection[int]) -> dict[int, datetime]:
    rows = Agreement.objects.filter(id__in=list(agreement_ids), account_ended_at__isnull=False).order_by("id")
    return {agreement_id: at for agreement_id, at in rows.values_list("id", "account_ended_at") if at is not None}


def balances(agreement_id: int, *, limit: int = BALANCES_SHOWN) -> list[BalanceFacts]:
    """What an account held, the latest first, of an agreement the caller may read."""
    return [_balance(row) for row in BankBalance.objects.filter(agreement_id=agreement_id).order_by("-day", "-id")[:limit]]


def stated_balance(actor: Actor, stated_id: int) -> StatedFacts:
    """What somebody stated. Raises: NotAllowed, BalanceUnknown."""
    check_may(actor, "funding.see-balances")
    return _stated(access.operated_balance(actor, stated_id))


def stated_paper(actor: Actor, stated_id: int) -> tuple[bytes, str]:
    """The paper that says it, and its media type. Raises: NotAllowed, BalanceUnknown, KeysUnreadable."""
    check_may(actor, "funding.see-balances")
    row = access.operated_balance(actor, stated_id)
    return key_ring().unseal(access.paper_purpose(row.request_id), bytes(row.sealed_paper)), row.media_type


def waiting_balance(agreement_id: int) -> int | None:
    """The stated balance of an agreement that still waits for a second person."""
    return StatedBalance.objects.filter(agreement_id=agreement_id, decided_at=None).values_list("id", flat=True).first()


def received_after(agreement_ids: Collection[int], days: dict[int, date]) -> list[tuple[int, date, int]]:
    """What funders paid in after the day given for each agreement: agreement, the bank's day, whole cents."""
    rows = MoneyReceived.objects.filter(agreement_id__in=list(agreement_ids), withdrawn_at=None).order_by("id")
    found = rows.values_list("agreement_id", "received_on", "cents")
    return [each for each in found if each[0] in days and each[1] > days[each[0]]]


def _balance(row: BankBalance) -> BalanceFacts:
    return BalanceFacts(
        row.agreement_id, row.day, row.cents, BalanceSource(row.source), _is_continuous(row), row.recorded_at, bytes(row.digest)
    )


def _is_continuous(row: BankBalance) -> bool:
    if row.opening_cents is None:
        return False
    others = BankBalance.objects.filter(agreement_id=row.agreement_id, day__lte=row.day).exclude(id=row.id)
    before = others.order_by("-day", "-id").values_list("cents", flat=True).first()
    return before == row.opening_cents


def _stated(row: StatedBalance) -> StatedFacts:
    return StatedFacts(
        id=row.id,
        agreement_id=row.agreement_id,
        agreement=row.agreement.name,
        programme_id=row.programme_id,
        programme=row.agreement.programme.name,
        day=row.day,
        cents=row.cents,
        stated_by=row.stated_by_id,
        stated_at=row.stated_at,
        decided_by=row.decided_by_id,
        decided_at=row.decided_at,
        is_agreed=row.is_agreed,
    )
