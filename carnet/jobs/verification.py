"""Every night the ledger and the journal are recomputed, a step at a time, resting as long as it worked. A break is told to whoever operates.

One step is one transaction, on one core of the database's machine: whoever serves a voucher meanwhile waits for nothing. A night that is stopped
goes on at its next step.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.connectivity.queries import verifying as connections
from carnet.continuity.queries import anchors
from carnet.continuity.queries import verifying as clearing
from carnet.continuity.rules.anchors import AnchorFileUnreadable, Wrong
from carnet.distribution.queries import custody
from carnet.funding import queries as funding
from carnet.gateways import checks
from carnet.gateways.database import acting_as_everything, take_one_core
from carnet.journal import operations as journal
from carnet.journal import queries as seals
from carnet.journal.rules import SEALED_TABLES, Named, What
from carnet.ledger import queries as ledger
from carnet.notices import operations as notices
from carnet.parties import queries as parties
from carnet.parties.rules import Role
from carnet.redemption import queries as redemption
from carnet.settlement import queries as settlement

Step = Callable[[], list[Named]]
WHY = "verification recomputes every tenant's rows"
# As long as the step took; a nation's longest lasts a minute.
REST_SECONDS_MOST = 60.0


def steps_of(what: What) -> Sequence[Step]:
    """What is recomputed, in order. Each is asked seeing everything."""
    if what is What.JOURNAL:
        return [*(partial(_seals_of, table) for table in SEALED_TABLES), anchors_broken]
    # A row changed by an owner who switched the triggers off no longer matches its seal.
    sealed = [partial(_seals_of, table, invariant="6 append-only") for table in SEALED_TABLES if table.startswith("ledger_")]
    rooms = (ledger, redemption, settlement, connections, custody, clearing)
    return [*(partial(_rules_of, room) for room in rooms), *sealed]


def _rules_of(room: object) -> list[Named]:
    return [Named(each.invariant, each.where, each.what) for each in room.verify()]  # type: ignore[attr-defined]  # modules that verify


def _seals_of(table: str, *, invariant: str = "seal") -> list[Named]:
    return [Named(invariant, f"{each.table} {each.row or each.block}", each.what) for each in seals.verify(tables=[table]).breaks]


def anchors_broken() -> list[Named]:
    """What the lines said outside contradict: a tail that was cut, a history written anew, an older copy put back, the file itself changed."""
    try:
        told, wrong = anchors.outside_lines()
    except (AnchorFileUnreadable, OSError, UnicodeDecodeError) as error:
        return [Named("anchor", "file", f"unreadable: {type(error).__name__}"), *map(_named, anchors.check_own_line())]
    found = [*wrong, *anchors.compare(told, whole=True).wrong] if settings.ANCHORS_DIR is not None else anchors.check_own_line()
    return [_named(each) for each in (*found, *anchors.false_stamps())]


def _named(each: Wrong) -> Named:
    return Named("anchor", f"line {each.number} {each.day} {each.chain}".strip(), f"{each.what}, goes to {each.reached}")


def verify_all(*, now: Callable[[], datetime], rest: Callable[[float], None]) -> dict[What, int]:
    """Recompute everything; return how many faults of each. `rest`: called between steps with the seconds the last one took."""
    return {what: _verify(what, now=now, rest=rest) for what in What}


def _verify(what: What, *, now: Callable[[], datetime], rest: Callable[[float], None]) -> int:
    steps = steps_of(what)
    run_id, done = journal.begin_verification(what=what, step_count=len(steps), at=now())
    for number, step in enumerate(steps[done:], start=done + 1):
        began = time.monotonic()
        with acting_as_everything(why=WHY):
            take_one_core()
            journal.note_verified_step(run_id=run_id, done_count=number, found=step())
        if number < len(steps):
            rest(time.monotonic() - began)
    ended_at = now()
    with acting_as_everything(why="whoever administers an operator is told of a break"):
        count, to_be_told = journal.end_verification(run_id=run_id, at=ended_at)
        if to_be_told:
            _tell(what, count, at=ended_at)
    checks.note_checked(settings.VAR_DIR, what.value, fault_count=count, at=ended_at)
    return count


def _tell(what: What, count: int, *, at: datetime) -> None:
    """One letter to each administrator of an operator whose programme runs. How many faults; which rows, the command says."""
    operators = {each.operator_id for each in funding.programmes() if each.ended_at is None}
    told = {each.email: each for each in parties.people_of(operators, roles=[Role.OPERATOR_ADMIN], at=at) if each.email}
    for email, each in sorted(told.items()):
        context = {"what": what.value, "count": count}
        notices.post(kind="journal.verification-broken", to_email=email, context=context, language=each.language, at=at)


# After midnight's letters, before the backup of half past three and the comparison of figures. Behind everything else that waits.
@app.periodic(cron="40 1 * * *")
@app.task(name="journal.verify", queue="verification", queueing_lock="journal.verify", lock="journal.verify", priority=-10)
def verify_every_night(timestamp: int) -> None:
    """The timer."""
    verify_all(now=timezone.now, rest=lambda seconds: time.sleep(min(seconds, REST_SECONDS_MOST)))
