"""Signals: what each rule looks for in places and desks, never in people; what a signal may become."""

from carnet.controls.rules.signals._words import (
    AlreadySorted,
    Outcome,
    RuleUnknown,
    SignalState,
    SignalUnknown,
    ThresholdImpossible,
    WhyMissing,
    check_may_join,
    check_may_set_aside,
    check_why,
)

__all__ = [
    "AlreadySorted",
    "Outcome",
    "RuleUnknown",
    "SignalState",
    "SignalUnknown",
    "ThresholdImpossible",
    "WhyMissing",
    "check_may_join",
    "check_may_set_aside",
    "check_why",
]
