"""The person's own page, opened with what is printed on their paper: a number and a code. Five wrong codes close it until the desk makes another."""

import hashlib
import hmac
import secrets
from datetime import datetime
from uuid import UUID

from carnet.connectivity import access
from carnet.connectivity.models import Connection
from carnet.connectivity.operations._incidents import say_incident
from carnet.connectivity.operations._life import end_row
from carnet.connectivity.operations._steps import is_repeated, move
from carnet.connectivity.rules import (
    WRONG_CODES_MAX,
    ConnectionCode,
    ConnectionCodeMistyped,
    ConnectionLocked,
    ConnectionMistyped,
    ConnectionNumber,
    ConnectionState,
    ConnectionWrong,
    EndReason,
    IncidentBy,
    IncidentKind,
    VisitOver,
    is_visit_open,
)
from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day

_VISITOR = "whoever holds a connection's paper is of no tenant"
_PERSON = Actor.system("the person of a connection")


def open_visit(*, number: str, code: str, at: datetime) -> str:
    """Open the person's page; returns the visit's secret, for the browser alone. The earlier visit ends.

    Raises: ConnectionWrong (the same for a number nobody has and a wrong or mistyped code), ConnectionLocked.
    """
    try:
        typed_number, typed_code = ConnectionNumber.parse(number), ConnectionCode.parse(code)
    except (ConnectionMistyped, ConnectionCodeMistyped):
        raise ConnectionWrong from None
    token = secrets.token_urlsafe(32)
    with acting_as_everything(why=_VISITOR):
        row = Connection.objects.select_for_update(of=("self",), no_key=True).filter(number=str(typed_number)).first()
        # The same work whether or not somebody has the number.
        right = access.code_of(row or Connection(number=str(typed_number)))
        is_right = hmac.compare_digest(right.text, typed_code.text) and row is not None
        if row is not None and row.wrong_count >= WRONG_CODES_MAX:
            raise ConnectionLocked(tries=WRONG_CODES_MAX)
        if row is not None:
            if is_right:
                row.wrong_count, row.visit_mark, row.visit_opened_at, row.visit_seen_at = 0, _mark(token), at, at
            else:
                row.wrong_count += 1
            row.save(update_fields=["wrong_count", "visit_mark", "visit_opened_at", "visit_seen_at"])
    if not is_right:
        raise ConnectionWrong
    return token


def visited_connection(*, token: str, at: datetime) -> int:
    """The connection whose page a browser has open; using it keeps it open. Raises: VisitOver."""
    with acting_as_everything(why=_VISITOR):
        row = _visited(token, at)
        Connection.objects.filter(id=row.id).update(visit_seen_at=at)
        return row.id


def leave_visit(*, token: str, at: datetime) -> None:
    """End a visit at once."""
    with acting_as_everything(why=_VISITOR):
        Connection.objects.filter(visit_mark=_mark(token)).update(visit_mark=None, visit_opened_at=None, visit_seen_at=None)


def report_own(*, token: str, kind: IncidentKind, request_id: UUID, at: datetime) -> int:
    """The person says that it does not work. Raises: VisitOver, WrongState, IncidentWaiting. Repeat: as `report_incident`."""
    with acting_as_everything(why=_VISITOR):
        row = _visited(token, at, lock=True)
        return say_incident(row, kind, IncidentBy.PERSON, actor=_PERSON, request_id=request_id, at=at)


def end_own(*, token: str, request_id: UUID, at: datetime) -> None:
    """The person wants it no longer: withdrawn before the landlord answers, ended today afterwards.

    Raises: VisitOver, WrongState. Repeat: it changes nothing.
    """
    with acting_as_everything(why=_VISITOR):
        row = _visited(token, at, lock=True)
        if is_repeated(request_id):
            return
        if row.state == ConnectionState.APPLIED:
            move(row, ConnectionState.WITHDRAWN, on=legal_day(at), reason=EndReason.ASKED, actor=_PERSON, request_id=request_id, at=at)
        else:
            end_row(row, reason=EndReason.ASKED, day=legal_day(at), actor=_PERSON, request_id=request_id, at=at)


def _visited(token: str, at: datetime, *, lock: bool = False) -> Connection:
    rows = Connection.objects.select_related("offer")
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    row = rows.filter(visit_mark=_mark(token)).first() if token else None
    if row is None or not is_visit_open(opened_at=row.visit_opened_at, seen_at=row.visit_seen_at, at=at):
        raise VisitOver
    return row


def _mark(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
