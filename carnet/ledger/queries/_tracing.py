"""From one voucher to the rows of its money, and back: nothing here is a sum that the rows do not say."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from carnet.ledger.models import Account, Movement, Passage, Voucher
from carnet.ledger.queries._money import MovementView, patterns
from carnet.ledger.rules import MovementKind, SharePattern

_FIELDS = tuple(MovementView.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class TracedMovement:
    """One movement and the request that made it. Unit: whole cents."""

    movement: MovementView
    request_id: UUID


def shares_of_voucher(*, series_id: int, voucher_id: int) -> SharePattern:
    """Who holds and who bears the cents of one voucher, as was fixed when its code was drawn."""
    number = Voucher.objects.values_list("pattern", flat=True).get(series_id=series_id, id=voucher_id)
    return patterns(series_ids=[series_id])[series_id, number]


def movements_of_voucher(*, series_id: int, voucher_id: int) -> list[TracedMovement]:
    """The movements that name one voucher, the first first."""
    return _traced(Movement.objects.filter(series_id=series_id, voucher_id=voucher_id).order_by("id"))


def movements_of_series(*, series_id: int, kinds: Collection[MovementKind]) -> list[TracedMovement]:
    """The movements of whole ranges of one series (activation, return), the first first."""
    rows = Movement.objects.filter(series_id=series_id, voucher_id=None, kind__in=[kind.value for kind in kinds])
    return _traced(rows.order_by("id"))


def movements_asked(*, series_ids: Collection[int], request_ids: Collection[UUID]) -> list[TracedMovement]:
    """The movements some requests made in some series, the first first."""
    return _traced(Movement.objects.filter(series_id__in=list(series_ids), request_id__in=list(request_ids)).order_by("id"))


def movements_of_agreement(*, agreement_id: int, kinds: Collection[MovementKind]) -> list[TracedMovement]:
    """The movements outside any series (money received, money repaid) of one agreement, the first first."""
    accounts = list(Account.objects.filter(agreement_id=agreement_id).values_list("id", flat=True))
    rows = Movement.objects.filter(series_id=0, kind__in=[kind.value for kind in kinds], debit_account_id__in=accounts)
    return _traced(rows.order_by("id"))


def passage_ids(*, series_id: int, voucher_id: int) -> list[int]:
    """The rows of the passages that touched one voucher, in the order of `passages`."""
    rows = Passage.objects.filter(series_id=series_id, first_voucher_id__lte=voucher_id, last_voucher_id__gte=voucher_id)
    return list(rows.order_by("at", "id").values_list("id", flat=True))


def _traced(rows: QuerySet[Movement]) -> list[TracedMovement]:
    values = rows.values_list(*_FIELDS, "request_id")
    return [TracedMovement(MovementView(*row[:-1]), row[-1]) for row in values]
