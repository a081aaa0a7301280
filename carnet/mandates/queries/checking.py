"""Whoever holds a mandate's paper checks it, without account."""

from datetime import datetime

from carnet.mandates.access import check_mark, presenting
from carnet.mandates.models import Authorisation
from carnet.mandates.rules import CheckCode, CheckCodeMistyped, Family
from carnet.mandates.rules.checking import CheckAnswer, CheckedFamily, check_answer

# What cannot be a code is looked up as this one, which nobody drew: it takes the same.
_NOBODYS = CheckCode("2" * CheckCode.LENGTH)


def check(typed: str, *, at: datetime) -> CheckAnswer | None:
    """What is said of the mandate whose code this is; None for a mistyped code and for an unknown one alike. One statement on the tables.

    `typed`: as read in an address or typed; `at`: an aware moment.
    """
    try:
        code = CheckCode.parse(typed)
    except CheckCodeMistyped:
        code = _NOBODYS
    mark = check_mark(code)
    with presenting(mark):
        rows = list(Authorisation.objects.filter(mandate__check_mark=mark).order_by("id").values_list("family", "ends_at", "ended_at"))
    return check_answer([CheckedFamily(Family(family), ends_at, ended_at) for family, ends_at, ended_at in rows], at=at)
