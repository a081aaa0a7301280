"""What every application has in common, whoever applies: where it stands, what is left to mend, and who it says asks.

A place, a desk and a structure of helpers apply in steps, without an account; two people decide. What is asked of each is its own room's
affair; the mechanism is one (docs/decisions/0062-one-way-to-apply.md).
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from enum import StrEnum
from typing import Any, Generic, TypeVar

from carnet.kernel.identifiers import PhoneNumber
from carnet.kernel.refusals import Refusal

Answers = dict[str, Any]
StepT = TypeVar("StepT", bound=StrEnum)

WHO_FIELDS = ("number", "name", "form", "street", "postcode", "city")
NAME_MAX = 200
_POSTCODE = re.compile(r"[0-9]{5}")


class FileState(StrEnum):
    """Where an application stands. SUSPENDED and ENDED follow an admission, where the room keeps both on the application."""

    DRAFT = "DRAFT"
    SENT = "SENT"
    COMPLETION = "COMPLETION"  # something was asked for: the applicant may change it again
    ADMITTED = "ADMITTED"
    SUSPENDED = "SUSPENDED"
    ENDED = "ENDED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"  # by the applicant


WRITABLE = frozenset({FileState.DRAFT, FileState.COMPLETION})
# An application that still means something: its number cannot open another for the same programme.
STANDING = frozenset({FileState.SENT, FileState.COMPLETION, FileState.ADMITTED, FileState.SUSPENDED})
# What an applicant may still give up.
WAITING = frozenset({FileState.DRAFT, FileState.SENT, FileState.COMPLETION})


class DecisionState(StrEnum):
    """A decision is prepared by one person, then taken or set aside by another."""

    PREPARED = "PREPARED"
    TAKEN = "TAKEN"
    SET_ASIDE = "SET_ASIDE"  # the second person said no: nothing happened


@dataclass(frozen=True)
class Problem(Generic[StepT]):
    """One thing to mend: its step, a stable code, the field of the page ("" for the whole step), the key of the item ("" elsewhere).

    An item is what a step may hold several of: a site, a point, a helper.
    """

    step: StepT
    code: str
    field: str = ""
    item: str = ""
    facts: Mapping[str, Any] = made(default_factory=dict)


def missing(step: StepT, given: Mapping[str, Any], names: Collection[str], item: str = "") -> Iterator[Problem[StepT]]:
    """The fields that hold nothing."""
    yield from (Problem(step, "missing", name, item) for name in names if not str(given.get(name) or "").strip())


def refused(step: StepT, field: str, value: str, parse: Callable[[str], object], item: str = "") -> Iterator[Problem[StepT]]:
    """What a kernel identifier says of a value that was typed; nothing when none was."""
    if value:
        try:
            parse(value)
        except Refusal as refusal:
            yield Problem(step, refusal.code, field, item, refusal.facts)


def phone_problems(step: StepT, given: Mapping[str, Any], field: str) -> Iterator[Problem[StepT]]:
    """A telephone number that is not one."""
    return refused(step, field, str(given.get(field) or ""), PhoneNumber.parse)


def postcode_problems(step: StepT, given: Mapping[str, Any], item: str = "") -> Iterator[Problem[StepT]]:
    """A postal code that is not five digits."""
    if given.get("postcode") and not _POSTCODE.fullmatch(str(given["postcode"])):
        yield Problem(step, "postcode-malformed", "postcode", item)


def who_problems(
    step: StepT,
    who: Mapping[str, Any],
    *,
    parse: Callable[[str], object],
    number_missing: str,
    number_taken: str,
    has_form: bool,
) -> Iterator[Problem[StepT]]:
    """What is wrong with the organisation that asks: its number, its name, its address, what it is in law.

    `number_missing`: the code said of no number. `number_taken`: the code said when its number applied already, "" when it did not.
    """
    number = str(who.get("number", ""))
    if not number:
        yield Problem(step, number_missing, "number")
    yield from refused(step, "number", number, parse)
    if number_taken:
        yield Problem(step, number_taken, "number", facts={"number": number})
    yield from missing(step, who, ("name", "street", "postcode", "city"))
    if not has_form:
        yield Problem(step, "form-missing", "form")
    yield from postcode_problems(step, who)


def is_address(text: str) -> bool:
    """Whether it has the shape of an e-mail address; the letter says the rest."""
    return "@" in text and "." in text.rpartition("@")[2] and " " not in text


def next_key(items: Collection[Mapping[str, Any]]) -> str:
    """The key of an item that is added: never one that was there and is gone last."""
    return str(1 + max((int(each["key"]) for each in items), default=0))


def item_of(items: Collection[dict[str, Any]], key: str) -> dict[str, Any] | None:
    """The item of that key, to be read or changed; None when there is none."""
    return next((each for each in items if each["key"] == key), None)
