"""Hours written before their bits were kept, or by another way: their week is worked out afterwards. Searches are right meanwhile."""

from django.db import transaction

from carnet.places.models import Finder, Place
from carnet.places.rules.opening import Hours, bits_of_week

LEARNT_AT_ONCE = 1_000


@transaction.atomic
def learn_weeks() -> int:
    """Work out the ordinary week of hours that searches read one by one, where a week says it all. Gives how many places.

    Locks: a thousand places at most, by their ids. Repeat: finds nothing more to do.
    """
    waiting = list(Finder.objects.filter(hours=Hours.BY_CALENDAR).order_by("place_id").values_list("place_id", "calendar_hours"))
    known = {place_id: week for place_id, hours in waiting if (week := bits_of_week(hours)) is not None}
    said = dict(waiting)
    learnt = 0
    ids = sorted(known)
    for start in range(0, len(ids), LEARNT_AT_ONCE):
        places = Place.objects.select_for_update(of=("self",)).filter(id__in=ids[start : start + LEARNT_AT_ONCE]).order_by("id")
        unchanged = [place for place in places.only("id", "opening_hours", "open_week") if place.opening_hours == said[place.id]]
        for place in unchanged:
            place.open_week = known[place.id]
        learnt += Place.objects.bulk_update(unchanged, ["open_week"])
    return learnt
