"""Authorisations end: at the person's wish, when they die, when a judge protects them. The mandate ends with its latest one."""

from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.mandates import access
from carnet.mandates.models import AssistedPerson, Authorisation, Draft, Ending, Mandate
from carnet.mandates.operations._notes import note
from carnet.mandates.rules import (
    PERSON_ENDS,
    WISHED_ENDS,
    AuthorisationUnknown,
    EndReason,
    Family,
    NothingToEnd,
    PersonEnded,
)
from carnet.parties.rules import check_may


@dataclass(frozen=True, slots=True)
class Ended:
    """What was ended at once, for one person: the proof of it."""

    id: int
    person_id: int
    organisation_id: int
    reason: EndReason
    families: tuple[Family, ...]
    at: datetime


@transaction.atomic
def end_authorisations(
    *,
    authorisation_ids: Collection[int],
    actor: Actor,
    request_id: UUID,
    at: datetime,
    reason: EndReason = EndReason.REVOKED,
    holder: bytes | None = None,
) -> Ended:
    """End one, several or all the authorisations that one person gave to one structure. A gesture: no reason is asked.

    `holder`: the mark of what the person proved to hold (`access.subject_mark`, `access.code_mark`), when they do it themselves from their
    own page: no helper is needed then. Locks: the person, then the authorisations by number, then their mandates.
    Raises: NotAllowed, AuthorisationUnknown, NothingToEnd. Repeat: the same request_id gives the first answer again.
    """
    assert reason in WISHED_ENDS, reason
    if holder is None:
        check_may(actor, "mandates.revoke")
    wanted = sorted(set(authorisation_ids))
    person_id, organisation_id = _of_one_person(wanted, actor, holder)
    # A person on their own page is no member of the structure: what they end is among the structure's rows.
    with acting_as(organisation_ids=[organisation_id]) if holder is not None else nullcontext():
        _lock_person(person_id)
        if first := Ending.objects.filter(request_id=request_id).first():
            return _answer(first)
        ended = end_live({"id__in": wanted}, reason, by_id=actor.person_id, at=at)
        if not ended:
            raise NothingToEnd
        row = _ending(person_id, organisation_id, reason, ended, holder is not None, actor, request_id, at)
        facts = {"reason": reason.value, "families": row.families, "by_self": row.is_by_self}
        note("authorisations-ended", ("ending", row.id), organisation_id, facts, actor=actor, request_id=request_id, at=at)
    return _answer(row)


@transaction.atomic
def end_for_person(*, person_id: int, reason: EndReason, actor: Actor, request_id: UUID, at: datetime) -> Ended:
    """Close the file of somebody who died, or whom a judge protects: everything ends, nothing more is signed.

    Locks: as `end_authorisations`. Raises: NotAllowed, PersonUnknown, PersonEnded. Repeat: the same request_id gives the first answer again.
    """
    assert reason in PERSON_ENDS, reason
    check_may(actor, "mandates.revoke")
    person = access.kept_person(actor, person_id, lock=True)
    if first := Ending.objects.filter(request_id=request_id).first():
        return _answer(first)
    if person.ended_at is not None:
        raise PersonEnded(reason=person.end_reason)
    person.ended_at, person.end_reason = at, reason.value
    person.save(update_fields=["ended_at", "end_reason"])
    Draft.objects.filter(person_id=person_id, closed_at__isnull=True).update(closed_at=at, sealed_identity=None, sealed_contact=None)
    ended = end_live({"person_id": person_id}, reason, by_id=actor.person_id, at=at)
    row = _ending(person_id, person.organisation_id, reason, ended, False, actor, request_id, at)
    facts = {"reason": reason.value, "families": row.families}
    note("person-ended", ("assisted-person", person_id), person.organisation_id, facts, actor=actor, request_id=request_id, at=at)
    return _answer(row)


def end_live(chosen: Mapping[str, Any], reason: EndReason, *, by_id: int | None, at: datetime) -> list[Authorisation]:
    """End what is in force among the chosen ones; what had run its whole time is closed as expired, on its own last moment.

    Then close the mandates left with nothing open. The caller has locked the person. Returns those ended for `reason`.
    """
    opened = list(Authorisation.objects.select_for_update(of=("self",), no_key=True).filter(**chosen, ended_at__isnull=True).order_by("id"))
    over = [each for each in opened if each.ends_at <= at]
    ended = [each for each in opened if each.ends_at > at]
    if over:
        Authorisation.objects.filter(id__in=[each.id for each in over]).update(ended_at=F("ends_at"), end_reason=EndReason.EXPIRED.value)
    if ended:
        Authorisation.objects.filter(id__in=[each.id for each in ended]).update(ended_at=at, ended_by_id=by_id, end_reason=reason.value)
    _close_mandates({each.mandate_id for each in ended}, reason, by_id, at)
    _close_mandates({each.mandate_id for each in over}, EndReason.EXPIRED, None, at)
    return ended


def _close_mandates(mandate_ids: Collection[int], reason: EndReason, by_id: int | None, at: datetime) -> None:
    if not mandate_ids:
        return
    left = Authorisation.objects.filter(mandate_id__in=mandate_ids, ended_at__isnull=True).values("mandate_id")
    rows = Mandate.objects.filter(id__in=mandate_ids, ended_at__isnull=True).exclude(id__in=left).order_by("id")
    for row in rows.select_for_update(of=("self",), no_key=True):
        # The hour at which its days were over, when that is why.
        over = Authorisation.objects.filter(mandate_id=row.id).order_by("-ended_at").values_list("ended_at", flat=True).first()
        row.ended_at, row.ended_by_id, row.end_reason = over or at, by_id, reason.value
        row.save(update_fields=["ended_at", "ended_by_id", "end_reason"])


def _of_one_person(wanted: list[int], actor: Actor, holder: bytes | None) -> tuple[int, int]:
    """Whose they are, and which structure's. Raises: AuthorisationUnknown (none, several people's, or somebody else's)."""
    with access.presenting_self(holder) if holder is not None else nullcontext():
        found = list(Authorisation.objects.filter(id__in=wanted).values_list("person_id", "organisation_id"))
    if len(found) != len(wanted) or len(set(found)) != 1:
        raise AuthorisationUnknown
    person_id, organisation_id = found[0]
    if holder is None and actor.kind != "system" and actor.organisation_id != organisation_id:
        raise AuthorisationUnknown
    return person_id, organisation_id


def _lock_person(person_id: int) -> None:
    AssistedPerson.objects.select_for_update(of=("self",), no_key=True).get(id=person_id)


def _ending(
    person_id: int, organisation_id: int, reason: EndReason, ended: Collection[Authorisation], is_by_self: bool, actor: Actor,
    request_id: UUID, at: datetime,
) -> Ending:  # fmt: skip
    return Ending.objects.create(
        organisation_id=organisation_id, person_id=person_id, reason=reason.value, at=at, is_by_self=is_by_self,
        by_id=None if is_by_self else actor.person_id, authorisation_ids=[each.id for each in ended],
        families=[each.value for each in Family if any(one.family == each for one in ended)], request_id=request_id,
    )  # fmt: skip


def _answer(row: Ending) -> Ended:
    families = tuple(Family(each) for each in row.families)
    return Ended(row.id, row.person_id, row.organisation_id, EndReason(row.reason), families, row.at)
