"""The visit of a person to their own mandates, as their browser holds it.

A helper may be signed in on the same computer: the pages of the person read their rows by this secret alone.
"""

from datetime import datetime

from django.http import HttpRequest

from carnet.mandates.operations import visits
from carnet.mandates.operations.visits import Opened
from carnet.web.visit_cookies import VisitCookie

# Lax: the way back from FranceConnect brings it along.
COOKIE = VisitCookie("carnet-own", "Lax")


def visiting(request: HttpRequest, at: datetime) -> Opened:
    """The visit of this browser. Raises: VisitOver."""
    return visits.visiting(token=COOKIE.token_of(request), at=at)
