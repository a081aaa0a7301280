"""The weekly look at a programme's stock: desks that sleep and desks that run out are told, and the operator what to move."""

from datetime import datetime, timedelta

from django.db import transaction

from carnet.distribution import queries
from carnet.distribution.models import StockWeek
from carnet.distribution.operations._notes import tell
from carnet.funding import queries as funding
from carnet.kernel.periods import legal_day


@transaction.atomic
def tell_stock(*, programme_id: int, at: datetime) -> int:
    """Look at a programme's stock and write to whoever should know; return how many letters. Once a week, whatever is asked again.

    Call it seeing everything: it reads every desk of the programme.
    """
    programme = funding.programme(programme_id)
    today = legal_day(at)
    monday = today - timedelta(days=today.weekday())
    if StockWeek.objects.filter(programme_id=programme_id, week_on=monday).exists():
        return 0
    views = queries.points(programme_id, at=at)
    desks = [view for view in views if not view.point.is_depot]
    asleep, running_out = [view for view in desks if view.is_asleep], [view for view in desks if view.runs_out]
    found = queries.proposed(programme_id, at=at, views=views)
    StockWeek.objects.create(
        programme_id=programme_id, week_on=monday, desk_count=len(desks), asleep_count=len(asleep),
        booklets_asleep=sum(view.point.at_hand for view in asleep), running_out_count=len(running_out),
        proposed_count=len(found), told_at=at,
    )  # fmt: skip
    for view in asleep:
        context = {"booklets": view.point.at_hand, "days": view.point.idle_days, "programme": programme.name}
        tell("distribution.stock-asleep", view.point.organisation_id, programme_id, context, at)
    for view in running_out:
        context = {"booklets": view.point.at_hand, "days": view.point.cover_days, "programme": programme.name}
        tell("distribution.stock-running-out", view.point.organisation_id, programme_id, context, at)
    if asleep or running_out or found:
        context = {
            "programme": programme.name, "asleep": len(asleep), "booklets": sum(view.point.at_hand for view in asleep),
            "running_out": len(running_out), "proposals": len(found),
        }  # fmt: skip
        tell("distribution.stock-week", programme.operator_id, programme_id, context, at)
    return len(asleep) + len(running_out) + bool(asleep or running_out or found)
