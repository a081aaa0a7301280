"""What the tables of this room share: choices a column holds, and two people for one decision."""

from typing import Any

from django.db.models import F, Q


def within(column: str, choices: Any) -> Q:
    """The column holds one of the values of an enumeration."""
    return Q(**{f"{column}__in": [choice.value for choice in choices]})


def two_people(preparer: str, approver: str) -> Q:
    """Whoever approves, if anybody did, is not whoever prepared."""
    return Q(**{f"{approver}__isnull": True}) | ~Q(**{approver: F(preparer)})
