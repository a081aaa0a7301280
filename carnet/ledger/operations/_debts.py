"""What a place owes back: one voucher charged to it once, given back by its shares, owed again when a payment comes back.

The payment itself is never touched: what was paid was paid. Source: docs/decisions/0040-what-a-place-owes.md.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.kernel.actors import Actor
from carnet.ledger import access
from carnet.ledger.models import Account, Movement
from carnet.ledger.operations._money import _account, _lock_agreement, _move
from carnet.ledger.operations._settling import PaidPart, _there
from carnet.ledger.rules import AccountKind, MovementKind, NothingDue, check_positive


@dataclass(frozen=True, slots=True)
class ChargedVoucher:
    """One voucher a place owes back. Unit: whole cents."""

    movement_id: int
    pattern: int
    cents: int


@transaction.atomic
def charge_voucher(
    *, series_id: int, voucher_id: int, generation: int, organisation_id: int, actor: Actor, request_id: UUID, at: datetime
) -> ChargedVoucher:
    """Record that a place's organisation owes back what one redemption gave it, by the voucher's own shares.

    Repeat:  a redemption is charged once, whatever the request; asked again, the first answer.
    Raises:  NothingDue (never redeemed there, or undone), SeriesUnknown.
    """
    series = access.series(series_id)
    _lock_agreement(series.agreement_id)
    rows = {
        row.kind: row
        for row in Movement.objects.filter(
            series_id=series_id,
            voucher_id=voucher_id,
            generation=generation,
            kind__in=[MovementKind.REDEEM, MovementKind.REVERSE, MovementKind.CHARGE],
        )
    }
    redeemed, already = rows.get(MovementKind.REDEEM), rows.get(MovementKind.CHARGE)
    if already is not None:
        return ChargedVoucher(already.id, already.pattern or 0, already.cents)
    owed_to = redeemed and Account.objects.filter(id=redeemed.debit_account_id, organisation_id=organisation_id).exists()
    if redeemed is None or not owed_to or MovementKind.REVERSE in rows:
        raise NothingDue(organisation_id=organisation_id)
    sides = {
        side: _account(kind=side, programme_id=series.programme_id, agreement_id=series.agreement_id, organisation_id=organisation_id)
        for side in (AccountKind.CHARGED, AccountKind.DUE)
    }
    made = Movement.objects.create(
        kind=MovementKind.CHARGE,
        series_id=series_id,
        programme_id=series.programme_id,
        credit_account_id=sides[AccountKind.CHARGED],
        debit_account_id=sides[AccountKind.DUE],
        cents=redeemed.cents,
        pattern=redeemed.pattern,
        quantity=1,
        voucher_id=voucher_id,
        generation=generation,
        request_id=request_id,
        at=at,
    )
    return ChargedVoucher(made.id, redeemed.pattern or 0, redeemed.cents)


@transaction.atomic
def recover_due(*, part: PaidPart, actor: Actor, at: datetime) -> int:
    """Record that a place gave back `quantity` vouchers of one share pattern it owed; return the movement's id.

    The cents go back where the voucher's were before it was spent, to be returned to each funder at the closing.
    Repeat:  the same request id gives the first movement. Raises: NothingDue, AmountNotPositive, SeriesUnknown.
    """
    return _pass_on(MovementKind.RECOVER, part, at)


@transaction.atomic
def reopen_due(*, part: PaidPart, actor: Actor, at: datetime) -> int:
    """Record that what a place gave back came undone, with the payment it was taken from; return the movement's id.

    Repeat and raises: as `recover_due`.
    """
    return _pass_on(MovementKind.REOPEN, part, at)


def _pass_on(kind: MovementKind, part: PaidPart, at: datetime) -> int:
    series = access.series(part.series_id)
    _lock_agreement(series.agreement_id)
    known = Movement.objects.filter(
        series_id=part.series_id, request_id=part.request_id, kind=kind, pattern=part.pattern, voucher_id=None
    ).values_list("id", flat=True)
    already = known.first()
    if already is not None:
        return already
    due_id = _account(
        kind=AccountKind.DUE, programme_id=series.programme_id, agreement_id=series.agreement_id, organisation_id=part.organisation_id
    )
    key = (due_id, part.series_id, part.pattern)
    if kind is MovementKind.RECOVER and check_positive(part.quantity) > _there([key])[key]:
        raise NothingDue(organisation_id=part.organisation_id)
    return _move(
        kind,
        programme_id=series.programme_id,
        agreement_id=series.agreement_id,
        series_id=part.series_id,
        place_organisation_id=part.organisation_id,
        pattern=part.pattern,
        quantity=part.quantity,
        cents=part.quantity * series.face_value_cents,
        request_id=part.request_id,
        at=at,
    )
