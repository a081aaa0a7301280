"""Conditions of a search that the columns of a place answer by themselves."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from carnet.places.models import Finder
from carnet.places.queries._acceptance import accepting
from carnet.places.rules import needs
from carnet.places.rules.indexing import tags
from carnet.places.rules.offers import OTHER_LANGUAGE
from carnet.places.rules.services import service_kind
from carnet.places.rules.standard import SERVICES
from carnet.places.rules.wishes import granting, language_traits, wish


def one_of(column: str, kind: str, values: Collection[Any]) -> RawSQL:
    """A condition: a column of the finder is among values, sent as one array (a mark for each took longer to plan than to run)."""
    return RawSQL(f"places_finder.{column} = ANY(%s::{kind}[])", [list(values)], output_field=BooleanField())  # noqa: S611 - our own words


def offering(rows: QuerySet[Finder], day: date, service: str | None, accepts: int | bool | None) -> QuerySet[Finder]:
    """A service is offered when the place declares it or its national kind, or accepts a voucher for it.

    Where vouchers are asked for, only an acceptance that names the service counts. Raises: ServiceKindUnknown.
    """
    programme_id = accepts if accepts is not None and not isinstance(accepts, bool) else None
    wants_vouchers = programme_id is not None or accepts is True
    if not service:
        return rows.filter(accepting(day, programme_id=programme_id)) if wants_vouchers else rows
    if service in SERVICES:
        rows = rows.filter(tags__contains=tags([service]))
        return rows.filter(accepting(day, programme_id=programme_id)) if wants_vouchers else rows
    kind = service_kind(service)
    paid = accepting(day, programme_id=programme_id, service_code=kind.code)
    if wants_vouchers:
        return rows.filter(paid)
    return rows.filter(Q(tags__overlap=tags([kind.national_service, f"taught:{kind.code}"])) | paid)


def granted(rows: QuerySet[Finder], wishes: Collection[str], language: str | None) -> QuerySet[Finder]:
    """Places that grant every wish and speak a language: for certain, or likely. Raises: SearchRefused."""
    for code in sorted(set(wishes)):
        rows = rows.filter(tags__overlap=tags(granting(wish(code))))
    if language:
        wanted, others = language_traits(language)
        spoken = Q(tags__contains=tags([wanted]))
        if others:
            spoken |= Q(tags__contains=tags([OTHER_LANGUAGE])) & ~Q(tags__overlap=tags(others))
        rows = rows.filter(spoken)
    return rows


def answering(rows: QuerySet[Finder], need: str | None, known: Collection[int]) -> QuerySet[Finder]:
    """Places whose lists name a need, and those known to answer it in another way. Raises: SearchRefused."""
    if not need:
        return rows
    named = Q(tags__contains=tags([needs.need(need).value]))
    return rows.filter(named | Q(one_of("place_id", "bigint", known)) if known else named)
