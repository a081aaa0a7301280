"""What the outbox could not send, and what waits in it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Q

from carnet.notices.models import Notice, TextNotice
from carnet.notices.rules import ATTEMPTS_MAX


def letters_given_up() -> int:
    """How many letters were tried for three days and never left. Call it seeing everything."""
    return Notice.objects.filter(sent_at__isnull=True, attempts__gte=ATTEMPTS_MAX).count()


@dataclass(frozen=True, slots=True)
class Outbox:
    """Letters and text messages on their way. `late_seconds`: how long the oldest letter that may leave has waited."""

    letters_waiting: int
    letters_given_up: int
    late_seconds: int
    texts_waiting: int


def outbox_everywhere(*, at: datetime) -> Outbox:
    """What an alarm can be set on; names nobody. Call it seeing everything."""
    waiting = Notice.objects.filter(sent_at__isnull=True, attempts__lt=ATTEMPTS_MAX)
    due = waiting.filter(Q(next_at__isnull=True) | Q(next_at__lte=at)).aggregate(oldest=Min("posted_at"))["oldest"]
    return Outbox(
        letters_waiting=waiting.count(),
        letters_given_up=letters_given_up(),
        late_seconds=max(0, int((at - due).total_seconds())) if due is not None else 0,
        texts_waiting=TextNotice.objects.count(),
    )
