"""Every rule, in the order screens list them."""

from typing import Any

from carnet.controls.rules.signals import (
    beginnings,
    beyond_seats,
    desks_and_places,
    expiry_spike,
    late_uploads,
    mystery_no,
    outside,
    redeem_and_reverse,
    serials_in_order,
    shared,
    unlike_peers,
    whole_booklets,
)
from carnet.controls.rules.signals._words import RuleUnknown
from carnet.controls.rules.signals.rule import Rule

RULES: tuple[Rule[Any], ...] = (
    beyond_seats.RULE,
    whole_booklets.RULE,
    desks_and_places.NEW_PAIR,
    desks_and_places.CLOSED_CIRCUIT,
    outside.SESSIONS,
    outside.HOURS,
    outside.AREA,
    outside.BEFORE_HAND_OVER,
    serials_in_order.RULE,
    expiry_spike.RULE,
    late_uploads.RULE,
    redeem_and_reverse.RULE,
    shared.ACCOUNT,
    shared.CONTACT,
    shared.DEVICE,
    beginnings.NEW_PLACE,
    beginnings.NEW_ACCOUNT,
    unlike_peers.RULE,
    mystery_no.RULE,
)
BY_CODE: dict[str, Rule[Any]] = {each.code: each for each in RULES}


def rule_called(code: str) -> Rule[Any]:
    """The rule of this name. Raises: RuleUnknown."""
    if code not in BY_CODE:
        raise RuleUnknown(rule=code)
    return BY_CODE[code]
