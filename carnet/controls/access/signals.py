"""Who may reach a signal: whoever runs the programme, or audits it. A place reads its cases, never its signals."""

from collections.abc import Collection

from django.db import connection
from django.db.models import QuerySet

from carnet.controls.access._programmes import is_seen
from carnet.controls.models import Signal
from carnet.controls.rules.signals import SignalUnknown
from carnet.funding import access as funding
from carnet.funding.rules import FundingRefused
from carnet.kernel.actors import Actor
from carnet.parties.rules import NotAllowed, check_may

SEE = "controls.see"


def lock_programme(programme_id: int) -> None:
    """Take the one lock of signals, until the end of the transaction: a programme is looked at, and its signals sorted, one step at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('controls.programme', %s))", [programme_id])


def seen_signals(actor: Actor, programme_ids: Collection[int]) -> QuerySet[Signal]:
    """The signals of those of these programmes that the actor runs or audits. Raises: NotAllowed."""
    check_may(actor, SEE)
    return Signal.objects.filter(programme_id__in=[each for each in programme_ids if is_seen(actor, each)])


def seen_signal(actor: Actor, signal_id: int) -> Signal:
    """A signal of a programme the actor runs or audits. Raises: NotAllowed, SignalUnknown."""
    check_may(actor, SEE)
    row = Signal.objects.filter(id=signal_id).first()
    if row is None or not is_seen(actor, row.programme_id):
        raise SignalUnknown
    return row


def operated_signal(actor: Actor, signal_id: int) -> Signal:
    """A signal of a programme the actor runs, its programme locked. Raises: SignalUnknown."""
    found = Signal.objects.filter(id=signal_id).first()
    if found is None:
        raise SignalUnknown
    try:
        funding.operated_programme(actor, found.programme_id)
    except FundingRefused:
        # The same answer as for an identifier that does not exist.
        raise SignalUnknown from None
    lock_programme(found.programme_id)
    return Signal.objects.get(id=signal_id)


def check_sees(actor: Actor, programme_id: int) -> None:
    """Whether the actor runs or audits the programme. Raises: NotAllowed, ProgrammeUnknown."""
    check_may(actor, SEE)
    funding.seen_programme(actor, programme_id)


def sees(actor: Actor, programme_id: int) -> bool:
    """Whether the actor may read the signals of a programme."""
    try:
        check_sees(actor, programme_id)
    except (NotAllowed, FundingRefused):
        return False
    return True
