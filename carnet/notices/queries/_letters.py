"""What the outbox could not send."""

from carnet.notices.models import Notice
from carnet.notices.rules import ATTEMPTS_MAX


def letters_given_up() -> int:
    """How many letters were tried for three days and never left. Call it seeing everything."""
    return Notice.objects.filter(sent_at__isnull=True, attempts__gte=ATTEMPTS_MAX).count()
