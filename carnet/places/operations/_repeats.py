"""Two places that are one: merged, taken apart again, or told to be two."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties.rules import check_allowed_now
from carnet.places import access
from carnet.places.models import Place, PlaceAcceptance, PlaceRepeat
from carnet.places.queries._offers import declared_of
from carnet.places.rules import PlaceMergedAlready, PlaceNotMerged, RepeatOfItself, RepeatStillRun
from carnet.places.rules.offers import NOTHING_DECLARED, traits
from carnet.places.rules.opening import bits_of_week
from carnet.places.rules.standard import COLUMNS
from carnet.places.rules.uniting import CHOICE_BY_NAME, Verdict, followed, parted, united


@transaction.atomic
def merge_places(*, kept_id: int, other_id: int, taken: Collection[str], actor: Actor, request_id: UUID, at: datetime) -> int:
    """Make one place of two that repeat each other, and give the number of the decision. `taken`: what the place that stays takes
    from the other (names of `rules.uniting.CHOICES`); it also accepts the programmes that only the other accepted.

    The other closes today and its page leads to the place that stays; its row, its history and its file's values are left as they
    are, so that `part_places` undoes it all. A place run by an organisation stays, or is closed first: what it was paid bears its number.
    Locks: both places, by their ids.

    Raises: NotAllowed, PlaceUnknown, PlaceEnded, RepeatOfItself, RepeatStillRun, PlaceMergedAlready,
    PlaceOfAnotherOperator.
    Repeat: the same request_id, or the same pair, returns the first decision.
    """
    check_allowed_now(actor, "places.merge", at)
    kept, other = _two_locked(kept_id, other_id)
    first = PlaceRepeat.objects.filter(request_id=request_id).first() or _standing(Verdict.MERGED, other=other, kept=kept)
    if first is not None:
        return first.id
    today = legal_day(at)
    _check_may_merge(kept, other, today)
    access.check_no_other_operators(actor, [kept, other], on=today)
    _forget_that_they_are_two(kept, other, at)
    before = _before(kept, other)
    _take(kept, other, [name for name in taken if name in CHOICE_BY_NAME], actor, at)
    moved = _move_acceptances(kept, other, today=today, request_id=request_id)
    other.ended_on = min(other.ended_on or today, today)
    other.save(update_fields=["ended_on"])
    made = _decide(Verdict.MERGED, kept, other, {**before, **moved}, actor=actor, request_id=request_id, at=at)
    _journal("places.merged", kept, {"other": other.id, "taken": sorted(taken)}, actor=actor, request_id=request_id, at=at)
    return made.id


def _two_locked(*place_ids: int) -> list[Place]:
    if len(set(place_ids)) != len(place_ids):
        raise RepeatOfItself(place_id=place_ids[0])
    found = access.places_locked(place_ids)
    return [found[each] for each in place_ids]


def _check_may_merge(kept: Place, other: Place, today: date) -> None:
    for each in (kept, other):
        if _standing(Verdict.MERGED, other=each) is not None:
            raise PlaceMergedAlready(place_id=each.id, name=each.name)
    access.check_open(kept, on=today)
    if other.operator_id is not None and (other.ended_on is None or other.ended_on > today):
        raise RepeatStillRun(place_id=other.id, name=other.name)


def _standing(verdict: Verdict, **about: Place) -> PlaceRepeat | None:
    return PlaceRepeat.objects.filter(verdict=verdict.value, undone_at=None, **about).first()


def _forget_that_they_are_two(kept: Place, other: Place, at: datetime) -> None:
    low, high = sorted((kept.id, other.id))
    PlaceRepeat.objects.filter(verdict=Verdict.DISTINCT.value, kept_id=low, other_id=high, undone_at=None).update(undone_at=at)


def _before(kept: Place, other: Place) -> dict[str, Any]:
    """What undoing needs, as plain JSON."""
    values = {column: getattr(kept, column) for column in COLUMNS}
    return {
        "columns": {**values, "updated_on": kept.updated_on.isoformat()},
        "origins": kept.origins,
        "other_ended_on": other.ended_on.isoformat() if other.ended_on else None,
    }


def _take(kept: Place, other: Place, taken: Collection[str], actor: Actor, at: datetime) -> None:
    made = united(
        _columns(kept),
        kept.origins,
        _columns(other),
        taken=taken,
        own=(kept.provenance, kept.imported_at),
        other_id=other.id,
        other_source=other.provenance,
        organisation_id=actor.organisation_id,
        at=at,
    )
    _write(kept, made.columns, made.origins)


def _columns(place: Place) -> dict[str, Any]:
    return {column: getattr(place, column) for column in COLUMNS}


def _write(place: Place, columns: Mapping[str, Any], origins: Mapping[str, Any]) -> None:
    for column, value in columns.items():
        setattr(place, column, value)
    place.origins = dict(origins)
    place.traits = traits(columns, declared_of(Q(place_id=place.id)).get(place.id, NOTHING_DECLARED))
    place.open_week = bits_of_week(place.opening_hours)
    place.save(update_fields=[*COLUMNS, "origins", "traits", "open_week"])


def _move_acceptances(kept: Place, other: Place, *, today: date, request_id: UUID) -> dict[str, Any]:
    """The other's acceptances end today; the place that stays takes those of programmes it does not accept itself."""
    standing = list(
        PlaceAcceptance.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=today), place=other)
        .exclude(until_on=F("from_on"))
        .order_by("id")
    )
    own = set(
        PlaceAcceptance.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=today), place=kept)
        .exclude(until_on=F("from_on"))
        .order_by("id")
        .values_list("programme_id", flat=True)
    )
    PlaceAcceptance.objects.filter(id__in=[each.id for each in standing]).update(until_on=Greatest(F("from_on"), today))
    made = PlaceAcceptance.objects.bulk_create(
        PlaceAcceptance(
            place=kept,
            programme_id=each.programme_id,
            service_codes=each.service_codes,
            from_on=max(each.from_on, today),
            until_on=each.until_on,
            request_id=request_id,
        )
        for each in standing
        if each.programme_id not in own
    )
    return {
        "ended": {str(each.id): each.until_on.isoformat() if each.until_on else None for each in standing},
        "made": [each.id for each in made],
    }


def _decide(
    verdict: Verdict, kept: Place, other: Place, before: Mapping[str, Any], *, actor: Actor, request_id: UUID, at: datetime
) -> PlaceRepeat:
    return PlaceRepeat.objects.create(
        kept=kept,
        other=other,
        verdict=verdict.value,
        before=dict(before),
        organisation_id=actor.organisation_id,
        decided_at=at,
        request_id=request_id,
    )


@transaction.atomic
def part_places(*, other_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Undo a merge: the other place opens again as it was, and the one that stayed says again what it said before, but for what its
    own file or somebody changed since. Gives the id of the one that stayed. Undone already: nothing changes. Locks: both, by their ids.

    Raises: NotAllowed, PlaceUnknown, PlaceNotMerged.
    """
    check_allowed_now(actor, "places.merge", at)
    merge = PlaceRepeat.objects.filter(other_id=other_id, verdict=Verdict.MERGED.value).order_by("-id").first()
    if merge is None:
        place = access.place(other_id)
        raise PlaceNotMerged(place_id=place.id, name=place.name)
    kept, other = _two_locked(merge.kept_id, other_id)
    merge.refresh_from_db()
    if merge.undone_at is not None:
        return kept.id
    before = merge.before
    columns = {**before["columns"], "updated_on": date.fromisoformat(before["columns"]["updated_on"])}
    made = parted(_columns(kept), kept.origins, columns, before["origins"], other_id=other.id)
    _write(kept, made.columns, made.origins)
    today = legal_day(at)
    PlaceAcceptance.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=today), id__in=before["made"]).update(
        until_on=Greatest(F("from_on"), today)
    )
    for acceptance_id, until_on in before["ended"].items():
        PlaceAcceptance.objects.filter(id=int(acceptance_id)).update(until_on=date.fromisoformat(until_on) if until_on else None)
    other.ended_on = date.fromisoformat(before["other_ended_on"]) if before["other_ended_on"] else None
    other.save(update_fields=["ended_on"])
    merge.undone_at = at
    merge.save(update_fields=["undone_at"])
    _journal("places.parted", kept, {"other": other.id}, actor=actor, request_id=request_id, at=at)
    return kept.id


@transaction.atomic
def tell_apart(*, place_ids: tuple[int, int], actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that two places that look like one are two: they are no longer told as a repeat. Locks: both, by their ids.

    Raises: NotAllowed, PlaceUnknown, RepeatOfItself, PlaceMergedAlready. Repeat: saying it again changes nothing.
    """
    check_allowed_now(actor, "places.merge", at)
    first, second = _two_locked(*sorted(place_ids))
    for kept, other in ((first, second), (second, first)):
        if _standing(Verdict.MERGED, other=other, kept=kept) is not None:
            raise PlaceMergedAlready(place_id=other.id, name=other.name)
    if _standing(Verdict.DISTINCT, kept=first, other=second) is not None:
        return
    _decide(Verdict.DISTINCT, first, second, {}, actor=actor, request_id=request_id, at=at)
    _journal("places.told-apart", first, {"other": second.id}, actor=actor, request_id=request_id, at=at)


def follow_files(provenance: str, national_ids: Collection[str], *, at: datetime) -> int:
    """What a file just changed of merged places reaches the places that took it from them; return how many changed.

    Within the import's transaction. Locks: the places that stay, by their ids.
    """
    merges = PlaceRepeat.objects.filter(
        verdict=Verdict.MERGED.value, undone_at=None, other__provenance=provenance, other__national_id__in=list(national_ids)
    )
    changed = 0
    for merge in merges.select_related("other").order_by("kept_id", "id"):
        kept = access.places_locked([merge.kept_id])[merge.kept_id]
        made = followed(_columns(kept), kept.origins, _columns(merge.other), other_id=merge.other_id, at=at)
        if made is not None:
            _write(kept, made.columns, made.origins)
            changed += 1
    return changed


def _journal(action: str, place: Place, facts: dict[str, object], *, actor: Actor, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=("place", place.id),
        facts=facts,
        organisation_id=place.operator_id or actor.organisation_id,
        request_id=request_id,
        at=at,
    )
