"""Every rule, in the order screens list them."""

from typing import Any

from carnet.controls.rules.signals._words import RuleUnknown
from carnet.controls.rules.signals.rule import Rule

RULES: tuple[Rule[Any], ...] = ()
BY_CODE: dict[str, Rule[Any]] = {each.code: each for each in RULES}


def rule_called(code: str) -> Rule[Any]:
    """The rule of this name. Raises: RuleUnknown."""
    if code not in BY_CODE:
        raise RuleUnknown(rule=code)
    return BY_CODE[code]
