"""The visit of a person to their own connection, as their browser holds it. It is no sign-in."""

from datetime import datetime

from django.http import HttpRequest

from carnet.connectivity import operations
from carnet.connectivity.queries.told import ToldConnection, own_connection
from carnet.web.visit_cookies import VisitCookie

COOKIE = VisitCookie("carnet-connection", "Strict")


def visiting(request: HttpRequest, at: datetime) -> ToldConnection:
    """The connection whose page this browser has open. Raises: VisitOver."""
    return own_connection(operations.visited_connection(token=COOKIE.token_of(request), at=at))
