"""Booklets the press damaged: those whose files were not all made again since are paper that does not exist. Inside the announced tenant."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from carnet.issuing.models import Order, PrintFile, SpoiledRun
from carnet.issuing.rules import JobState
from carnet.issuing.rules.print_shops import not_printed_again, ranks_in
from carnet.ledger import queries as ledger


def pressed_files(order_id: int) -> QuerySet[PrintFile]:
    """The files of an order that a press prints booklets from: a copy in large print alone is no booklet."""
    made = PrintFile.objects.filter(order_id=order_id, job__state=JobState.DONE.value)
    return made.filter(Q(job__with_pages=True) | Q(job__with_data=True))


def waiting_runs(rows: Iterable[SpoiledRun], order_id: int) -> list[tuple[int, int]]:
    """Of what was reported damaged, the runs of ranks that were not given again."""
    runs = [(row.first_rank, row.last_rank, row.reported_at) for row in rows]
    return not_printed_again(runs, pressed_files(order_id).values_list("first_rank", "last_rank", "written_at")) if runs else []


def spoiled_waiting(order_id: int) -> int:
    """How many booklets were reported damaged and not given again."""
    return ranks_in(waiting_runs(SpoiledRun.objects.filter(order_id=order_id), order_id))


def spoiled_booklets(order: Order) -> list[tuple[int, int]]:
    """The same of a drawn order, as runs of booklets."""
    waiting = waiting_runs(SpoiledRun.objects.filter(order=order).order_by("first_rank"), order.id)
    first_id = ledger.series(order.series_id).first_booklet_id if waiting and order.series_id else 0
    return [(first_id + first - 1, first_id + last - 1) for first, last in waiting]
