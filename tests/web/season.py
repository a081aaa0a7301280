"""A season with people at its desk and at its counter, signed in, on a day of March 2026."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from carnet.distribution import operations as distribution
from carnet.gateways.database import acting_as_everything
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_reads
from carnet.parties import operations as parties
from carnet.redemption.access import forget_place_keys
from carnet.redemption.queries import forget_series_facts
from tests.factories.campaign import NOW, SYSTEM, Campaign, campaign
from tests.web.conftest import PASSWORD, come_in

TODAY = NOW + timedelta(days=1)


@dataclass
class Season:
    """`campaign`: four booklets; the desk received three, and two of them were handed over."""

    campaign: Campaign

    def enter(self, role: str, organisation_id: int) -> Client:
        return come_in(Client(), self.enrol(role, organisation_id))

    def enrol(self, role: str, organisation_id: int) -> str:
        """A new member; their e-mail."""
        email = f"{role.lower().replace('_', '-')}-{uuid4().hex[:6]}@example.org"
        parties.enrol_member(
            organisation_id=organisation_id, email=email, display_name=role.title(), role=role, password=PASSWORD,
            actor=SYSTEM, request_id=uuid4(), at=NOW,
        )  # fmt: skip
        return email

    @property
    def desk(self) -> Client:
        return self.enter("PRESCRIBER_LEAD", self.campaign.prescriber_id)

    @property
    def counter(self) -> Client:
        return self.enter("MEDIATOR", self.campaign.place_organisation_id)

    @property
    def manager(self) -> Client:
        return self.enter("PLACE_MANAGER", self.campaign.place_organisation_id)

    def booklet(self, rank: int) -> tuple[int, str]:
        """The id and printed number of a booklet."""
        series = ledger_reads.series(self.campaign.series_id)
        booklet_id = series.first_booklet_id + rank
        return booklet_id, ledger_reads.serial_of_booklet(series, booklet_id)


@pytest.fixture
def season(db: None, lasting_season: tuple[Season, Path], settings: Any) -> Season:
    """The one of this module (tests/lasting.py), as it was made."""
    made, settings.KEYS_DIR = lasting_season
    settings.CARNET_CLOCK = TODAY
    forget_place_keys()
    forget_series_facts()
    return made


def make_season(settings: Any, keys: Path) -> Season:
    """Today, its keys, its campaign: for a database of one's own."""
    settings.KEYS_DIR = keys / "keys"
    settings.CARNET_CLOCK = TODAY
    return a_season()


def a_season() -> Season:
    """The campaign, its booklets at the desk and in hands."""
    with acting_as_everything(why="a season for the screens"):
        ready = campaign(handed_over=False)
        series = ledger_reads.series(ready.series_id)
        first = series.first_booklet_id
        ends = {"series_id": series.id, "first_booklet_id": first, "last_booklet_id": first + 2, "actor": SYSTEM, "at": NOW}
        ledger.ship_booklets(from_holder_id=ready.operator_id, to_holder_id=ready.prescriber_id, request_id=uuid4(), **ends)
        ledger.receive_booklets(to_holder_id=ready.prescriber_id, request_id=uuid4(), **ends)
        distribution.join_programme(
            programme_id=ready.programme_id, organisation_id=ready.prescriber_id, actor=SYSTEM, request_id=uuid4(), at=NOW
        )
        gone = {"series_id": series.id, "first_booklet_id": first, "last_booklet_id": first + 1, "actor": SYSTEM, "at": NOW}
        ledger.hand_over_booklets(holder_id=ready.prescriber_id, request_id=uuid4(), **gone)
    return Season(ready)
