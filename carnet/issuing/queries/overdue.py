"""What should have been destroyed or renewed by now, counted over the whole installation: for alarms, which name nobody."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from carnet.funding import queries as funding
from carnet.issuing.models import Order, PrintFile, PrintKey
from carnet.issuing.queries._labels import label_for_editions
from carnet.kernel.periods import legal_day

# A print file outlives the delay left for spoiled booklets (CARNET_SEED_DAYS) by a night at most.
FILE_OVERDUE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Overdue:
    """`*_ends_in_days`: of what ends first, None without any. `unlabelled_count`: operators of running programmes of vouchers."""

    file_count: int
    unlabelled_count: int
    label_ends_in_days: int | None
    print_key_ends_in_days: int | None


def overdue_everywhere(*, at: datetime) -> Overdue:
    """Call it seeing everything."""
    printed = Order.objects.filter(printed_at__lte=at - timedelta(days=settings.SEED_DAYS) - FILE_OVERDUE).values("id")
    keys = PrintKey.objects.filter(approved_at__isnull=False, ended_at__isnull=True, refused_at__isnull=True)
    # A programme of mandates has no voucher, hence no edition; one that ordered once will order again.
    issuing = set(Order.objects.values_list("programme_id", flat=True).distinct())
    operators = {each.operator_id for each in funding.programmes() if each.ended_at is None and each.id in issuing}
    labels = [label_for_editions(operator_id, at=at) for operator_id in operators]
    ends = [label.withdrawn_on or label.until_on for label in labels if label is not None]
    days = [(end - legal_day(at)).days for end in ends if end is not None]
    return Overdue(
        file_count=PrintFile.objects.filter(order_id__in=printed, deleted_at__isnull=True).count(),
        unlabelled_count=sum(label is None for label in labels),
        label_ends_in_days=min(days, default=None),
        print_key_ends_in_days=min(((until - at).days for until in keys.values_list("valid_until", flat=True)), default=None),
    )
