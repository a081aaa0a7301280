"""The visit of whoever takes stock, as their browser holds it."""

from datetime import datetime

from django.http import HttpRequest

from carnet.observatory.operations import selfchecks
from carnet.observatory.operations.selfchecks import OpenCheck
from carnet.web.visit_cookies import VisitCookie

COOKIE = VisitCookie("carnet-check", "Strict")


def visiting(request: HttpRequest, at: datetime) -> OpenCheck:
    """The visit of this browser. Raises: CheckOver."""
    return selfchecks.visiting(token=COOKIE.token_of(request), at=at)
