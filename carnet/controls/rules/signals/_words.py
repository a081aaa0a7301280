"""The states of a signal, what it turned out to be, and what may not be done to it."""

from enum import StrEnum

from carnet.kernel.refusals import Refusal

WHY_LENGTH_MAX = 300


class SignalState(StrEnum):
    """Where a signal stands. NEW may be set aside or join a case; both are the end of sorting."""

    NEW = "NEW"
    SET_ASIDE = "SET_ASIDE"
    IN_CASE = "IN_CASE"


class Outcome(StrEnum):
    """What the case a signal joined found. HONEST: all was in order. SLOPPY: mistakes without gain sought."""

    CONFIRMED = "CONFIRMED"
    HONEST = "HONEST"
    SLOPPY = "SLOPPY"


class SignalUnknown(Refusal):
    """No such signal in the programmes this actor operates or audits. Facts: none."""

    code = "signal-unknown"


class AlreadySorted(Refusal):
    """The signal was set aside, or is in a case. Facts: `state`."""

    code = "signal-already-sorted"


class WhyMissing(Refusal):
    """Setting a signal aside, or changing a threshold, needs a reason in words. Facts: none."""

    code = "signal-why-missing"


class RuleUnknown(Refusal):
    """No rule has this name. Facts: `rule`."""

    code = "signal-rule-unknown"


class ThresholdImpossible(Refusal):
    """A threshold outside what its rule can hold. Facts: `least`, `most`."""

    code = "signal-threshold-impossible"


def check_why(text: str) -> str:
    """The reason, trimmed. Raises: WhyMissing."""
    said = " ".join(text.split())[:WHY_LENGTH_MAX]
    if not said:
        raise WhyMissing
    return said


def check_may_set_aside(state: SignalState) -> None:
    """Only what nobody sorted yet. Raises: AlreadySorted."""
    if state is not SignalState.NEW:
        raise AlreadySorted(state=state.value)


def check_may_join(state: SignalState) -> None:
    """A signal joins one case, once; one set aside may join later, when others make it look otherwise. Raises: AlreadySorted."""
    if state is SignalState.IN_CASE:
        raise AlreadySorted(state=state.value)
