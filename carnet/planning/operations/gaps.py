"""The weekly look at who is far from any place: what home pages say, and what it was before. Loaded by its own name: it needs numpy."""

from collections import Counter
from datetime import datetime, timedelta

from carnet.kernel.periods import legal_day
from carnet.planning.models import GapWeek
from carnet.planning.queries.gaps import ground_of, holders_in
from carnet.planning.rules.gaps import FAR_MINUTES


def look_at_gaps(*, programme_id: int, at: datetime) -> int:
    """Count the people of a programme who are far from any place, and keep it; return how many are. Once a week, whatever is asked again.

    Nothing of anybody's is decided and nobody is written to: the counts are the record, and the journal is left alone.
    Call it seeing the programme.
    """
    today = legal_day(at)
    monday = today - timedelta(days=today.weekday())
    kept = GapWeek.objects.filter(programme_id=programme_id, week_on=monday)
    if kept.exists():
        return sum(kept.values_list("far", flat=True))
    people, far = Counter[str](), Counter[str]()
    for each in holders_in(ground_of([programme_id], at=at)):
        people[each.code] += each.people
        far[each.code] += each.people if each.is_far(FAR_MINUTES) else 0
    # A week when nobody holds anything is kept too: home pages forget the week before.
    people = people or Counter({"": 0})
    rows = [
        GapWeek(
            programme_id=programme_id,
            week_on=monday,
            commune_code=code,
            limit_minutes=FAR_MINUTES,
            people=count,
            far=far[code],
            looked_at=at,
        )
        for code, count in people.items()
    ]
    # Two looks at the same moment say the same: the second keeps nothing.
    GapWeek.objects.bulk_create(rows, ignore_conflicts=True)
    return far.total()
