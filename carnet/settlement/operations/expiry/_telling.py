"""The journal's line of each thing done, and letters to desks, places and funders."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from carnet.distribution import queries as distribution
from carnet.funding import queries as funding
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.ledger.queries import SeriesView
from carnet.notices import operations as notices
from carnet.places import queries as places
from carnet.settlement.models import Expiry

SYSTEM = Actor.system("end of validity")


def living(agreement_id: int) -> list[SeriesView]:
    """The series of an agreement that have not lapsed."""
    return [each for each in ledger.series_list(agreement_id=agreement_id) if each.lapsed_at is None and each.drawn_at is not None]


def last_day(ends_at: datetime) -> date:
    """The last legal day before an exclusive end."""
    return legal_day(ends_at - timedelta(microseconds=1))


def note(actor: Actor, action: str, row: Expiry, facts: Mapping[str, Any], request_id: UUID | None, at: datetime) -> None:
    """Add a line to the journal of the programme."""
    journal.record(
        actor=actor,
        action=action,
        subject=("expiry", row.id),
        facts={"agreement": row.agreement_id, **facts},
        programme_id=row.programme_id,
        request_id=request_id,
        at=at,
    )


def tell(kind: str, organisation_ids: set[int], row: Expiry, context: Mapping[str, Any], at: datetime) -> None:
    """Put one letter to each organisation in the outbox, with the programme's name."""
    said = {"programme": funding.programme(row.programme_id).name, **context}
    for organisation_id in sorted(organisation_ids):
        notices.post(kind=kind, to_organisation_id=organisation_id, context=said, programme_id=row.programme_id, at=at)


def funders(row: Expiry, at: datetime) -> set[int]:
    """Who funds the agreement."""
    return set(funding.agreement(SYSTEM, row.agreement_id, at=at).funder_ids)


def desks(row: Expiry, at: datetime) -> set[int]:
    """The desks of the programme."""
    return {each.organisation_id for each in distribution.participations(programme_id=row.programme_id, at=at)}


def place_operators(row: Expiry, at: datetime) -> set[int]:
    """Whoever runs a place that accepts the programme."""
    found = places.summaries(places.places_accepting(row.programme_id, at=at), at=at)
    return {each.operator_id for each in found if each.operator_id is not None}
