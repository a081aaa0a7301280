"""What people who agreed to be asked answered about each place, by the month their question closed. Counts only."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q
from django.db.models.functions import TruncMonth

from carnet.controls.models import Question
from carnet.controls.queries.evidence._ground import Ground
from carnet.controls.rules.questions import FEW, Answer
from carnet.controls.rules.signals.mystery_no import MONTHS_MOST, Answers
from carnet.kernel.periods import add_months


@dataclass(frozen=True, slots=True)
class _Month:
    first: date
    yes: int
    no: int
    unknown: int

    @property
    def answered(self) -> int:
        return self.yes + self.no + self.unknown


def answers(ground: Ground) -> Iterable[Answers]:
    """Each place's months put together until there are five answers; those whose last month is one of the periods."""
    rows = Question.objects.filter(programme_id=ground.programme_id, closed_on__lt=ground.until_on, answer__isnull=False)
    counted = rows.annotate(month=TruncMonth("closed_on")).values("place_id", "month").order_by("place_id", "month").annotate(
        organisation=Max("organisation_id"),
        yes=Count("id", filter=Q(answer=Answer.YES.value)),
        no=Count("id", filter=Q(answer=Answer.NO.value)),
        unknown=Count("id", filter=Q(answer=Answer.UNKNOWN.value)),
    )  # fmt: skip
    months: dict[int, list[_Month]] = defaultdict(list)
    runs: dict[int, int] = {}
    for each in counted:
        months[each["place_id"]].append(_Month(each["month"], each["yes"], each["no"], each["unknown"]))
        runs[each["place_id"]] = each["organisation"]
    looked_at = {first for first, _until in ground.periods}
    for place_id, found in months.items():
        for together in put_together(found):
            if (last := together[-1].first) in looked_at:
                yes, no, unknown = (sum(getattr(each, name) for each in together) for name in ("yes", "no", "unknown"))
                yield Answers(place_id, runs[place_id], together[0].first, ground.end_of(last), yes, no, unknown)


def put_together(months: Sequence[_Month]) -> Iterator[Sequence[_Month]]:
    """Months one after another until five have answered, six months at most; the same whenever they are looked at, and never two that overlap."""
    waiting: list[_Month] = []
    for each in months:
        waiting = [*(earlier for earlier in waiting if add_months(earlier.first, MONTHS_MOST) > each.first), each]
        if sum(one.answered for one in waiting) >= FEW:
            yield waiting
            waiting = []
