"""Helpers' accounts that do not serve: told a month before, closed after six, opened again by the lead (`reinstate`)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest

from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.notices import operations as notices
from carnet.parties.models import Membership
from carnet.parties.operations._members import noted
from carnet.parties.rules import HELPER_ROLES, unused_closed_at, unused_warned_on

_BY = "unused accounts"
_SHORTEST = timedelta(days=148)  # five months are never shorter: the index of dates is narrowed before the rule decides
_MONTH = timedelta(days=28)


@transaction.atomic
def warn_unused(*, at: datetime, limit: int = 50) -> int:
    """Write to the helpers whose account has not served for five months; return how many. For the timer, which sees everything."""
    told = 0
    for membership, latest_at in _asleep(at, limit, Q(warned_unused_at__isnull=True)):
        if legal_day(at) < unused_warned_on(latest_at):
            continue
        membership.warned_unused_at = at
        membership.save(update_fields=["warned_unused_at"])
        closes_at = unused_closed_at(latest_at=latest_at, warned_at=at)
        context = {"organisation": membership.organisation.name, "closes_on": legal_day(closes_at).isoformat()}
        notices.post(kind="parties.helper-unused", context=context, at=at, **_address(membership))
        _noted("warned-unused", membership, at, closes_at=closes_at)
        told += 1
    return told


@transaction.atomic
def close_unused(*, at: datetime, limit: int = 50) -> int:
    """Close what was told a month ago and has not served since; return how many. For the timer, which sees everything."""
    closed = 0
    for membership, latest_at in _asleep(at, limit, Q(warned_unused_at__lte=at - _MONTH)):
        assert membership.warned_unused_at is not None, "asked for above"
        if at < unused_closed_at(latest_at=latest_at, warned_at=membership.warned_unused_at):
            continue
        membership.suspended_at, membership.is_unused = at, True
        membership.save(update_fields=["suspended_at", "is_unused"])
        context = {"organisation": membership.organisation.name}
        notices.post(kind="parties.helper-closed", context=context, at=at, **_address(membership))
        notices.post(
            kind="parties.helpers-closed", to_organisation_id=membership.organisation_id,
            context={"name": membership.person.display_name}, at=at,
        )  # fmt: skip
        _noted("closed-unused", membership, at)
        closed += 1
    return closed


@transaction.atomic
def forget_warnings(*, at: datetime) -> int:
    """Whoever came back after the letter is not counted as told; return how many. For the timer, which sees everything."""
    back = Membership.objects.filter(warned_unused_at__isnull=False, is_unused=False, person__last_login__gt=F("warned_unused_at"))
    return Membership.objects.filter(id__in=list(back.values_list("id", flat=True))).update(warned_unused_at=None)


def _asleep(at: datetime, limit: int, told: Q) -> list[tuple[Membership, datetime]]:
    """Memberships of helpers that did not serve lately, locked, the longest first, each with the moment it last served."""
    current = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    begun = F("starts_at")
    latest = Greatest(Coalesce(F("person__last_login"), begun), begun, Coalesce(F("reopened_at"), begun))
    rows = Membership.objects.select_for_update(of=("self",), skip_locked=True).select_related("person", "organisation")
    asleep = rows.filter(current, told, role__in=HELPER_ROLES, suspended_at=None, starts_at__lte=at, person__erased_at=None)
    found = asleep.annotate(latest_at=latest).filter(latest_at__lte=at - _SHORTEST).order_by("latest_at", "id")[:limit]
    return [(row, row.latest_at) for row in found]


def _address(membership: Membership) -> dict[str, Any]:
    """Where the person is written to; their structure, for whoever has no address."""
    person = membership.person
    return {"to_email": person.email, "language": person.language} if person.email else {"to_organisation_id": membership.organisation_id}


def _noted(what: str, membership: Membership, at: datetime, **facts: object) -> None:
    subject, actor = ("membership", membership.id), Actor.system(_BY)
    noted(actor, f"parties.helper-{what}", subject, membership.organisation_id, uuid4(), at, person_id=membership.person_id, **facts)
