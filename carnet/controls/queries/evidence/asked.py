"""What people who agreed to be asked answered about each place, in the month their question closed. Counts only."""

from collections.abc import Iterable

from django.db.models import Count, Max, Q

from carnet.controls.models import Question
from carnet.controls.queries.evidence._ground import Ground
from carnet.controls.rules.questions import Answer
from carnet.controls.rules.signals.mystery_no import Answers


def answers(ground: Ground) -> Iterable[Answers]:
    """One evidence a place and period with an answer."""
    for from_on, until_on in ground.periods:
        rows = Question.objects.filter(
            programme_id=ground.programme_id, closed_on__gte=from_on, closed_on__lt=until_on, answer__isnull=False
        )
        counted = rows.values("place_id").order_by("place_id").annotate(
            organisation=Max("organisation_id"),
            yes=Count("id", filter=Q(answer=Answer.YES.value)),
            no=Count("id", filter=Q(answer=Answer.NO.value)),
            unknown=Count("id", filter=Q(answer=Answer.UNKNOWN.value)),
        )  # fmt: skip
        for each in counted:
            yield Answers(each["place_id"], each["organisation"], from_on, until_on, each["yes"], each["no"], each["unknown"])
