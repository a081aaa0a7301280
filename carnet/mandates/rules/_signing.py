"""What must be said before a mandate is signed."""

from collections.abc import Collection
from dataclasses import dataclass

from carnet.mandates.rules._families import Family, procedures_of
from carnet.mandates.rules._refusals import (
    FamiliesMissing,
    FamilyNotAllowed,
    ProcedureNotOfFamily,
    ProtectedPerson,
    SecondHelperNeeded,
    SecondHelperSame,
)
from carnet.mandates.rules._words import Consent, Duration, IdentityCheck, Protection

SERVICE_MAX = 80


@dataclass(frozen=True, slots=True)
class MandateSaid:
    """What the person and the structure agree on: which families, how long, in which language it was read, which text, what was answered."""

    families: tuple[Family, ...]
    duration: Duration
    protection: Protection
    text_version: str
    text_digest: bytes
    language: str = "fr"
    consent: Consent = Consent.FACE


def checked_families(asked: Collection[str], *, allowed: Collection[str]) -> tuple[Family, ...]:
    """The families in the list's order, once each, all open to the structure. Raises: FamiliesMissing, FamilyNotAllowed."""
    wanted = set(asked)
    found = tuple(each for each in Family if each.value in wanted)
    if not found:
        raise FamiliesMissing
    closed = [each.value for each in found if each.value not in allowed]
    if closed or len(found) != len(wanted):
        raise FamilyNotAllowed(families=tuple(closed))
    return found


def check_protection(answer: Protection) -> None:
    """Whoever is under a protection measure does not sign alone. Raises: ProtectedPerson."""
    if answer is not Protection.NONE:
        raise ProtectedPerson


def check_helpers(check: IdentityCheck, *, helper_id: int | None, second_helper_id: int | None) -> None:
    """A paper is read by two helpers, not by the same one twice. Raises: SecondHelperNeeded, SecondHelperSame."""
    if check is IdentityCheck.PAPER:
        if second_helper_id is None:
            raise SecondHelperNeeded
        if second_helper_id == helper_id:
            raise SecondHelperSame


def check_procedure(family: Family, procedure: str) -> None:
    """Raises: ProcedureNotOfFamily."""
    if procedure not in procedures_of(family):
        raise ProcedureNotOfFamily(family=family.value, procedure=procedure)
