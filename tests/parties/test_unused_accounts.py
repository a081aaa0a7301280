"""Helpers' accounts that do not serve: told a month before, closed after six, opened again by the lead."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.jobs.accounts import keep_accounts
from carnet.kernel.actors import Actor
from carnet.notices.models import Notice
from carnet.parties import operations as parties
from carnet.parties import queries
from carnet.parties.models import Membership, Person
from carnet.parties.rules import AccountUnused
from tests.factories.cards import someone, structure
from tests.parties.conftest import AT, Cast, member

TOLD_AT = datetime(2027, 4, 3, 2, 20, tzinfo=UTC)  # five months after AT, the third of November
CLOSED_AT = datetime(2027, 5, 3, 2, 20, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def lead(cast: Cast) -> Actor:
    organisation_id = structure(cast.operator, "Médiathèque", AT)
    someone(organisation_id, "hana", "HELPER", AT)
    member(organisation_id, "bob", "HELPER")  # a mediator elsewhere, who signs in
    return someone(organisation_id, "lea", "HELPER_LEAD", TOLD_AT - DAY)


def seen(name: str, at: datetime) -> None:
    with acting_as_everything(why="a test"):
        Person.objects.filter(email=f"{name}@example.org").update(last_login=at)


def letters(kind: str) -> list[str]:
    with acting_as_everything(why="a test"):
        return list(Notice.objects.filter(kind=kind).order_by("id").values_list("to_email", flat=True))


def of_hana() -> Membership:
    with acting_as_everything(why="a test"):
        return Membership.objects.get(person__email="hana@example.org")


def test_an_account_is_told_then_closed_and_its_structure_hears_it(lead: Actor, cast: Cast) -> None:
    seen("bob", TOLD_AT - DAY)
    assert keep_accounts(at=TOLD_AT - DAY) == (0, 0)
    assert keep_accounts(at=TOLD_AT) == (1, 0)
    assert keep_accounts(at=TOLD_AT + DAY) == (0, 0), "told once"
    assert letters("parties.helper-unused") == ["hana@example.org"]
    assert keep_accounts(at=CLOSED_AT - DAY) == (0, 0)
    assert keep_accounts(at=CLOSED_AT) == (0, 1)
    assert letters("parties.helper-closed") == ["hana@example.org"]
    with acting_as_everything(why="a test"):
        [told] = Notice.objects.filter(kind="parties.helpers-closed")
    assert (told.to_organisation_id, told.context) == (lead.organisation_id, {"name": "Hana"})
    with pytest.raises(AccountUnused):
        queries.actor_for(person_id=of_hana().person_id, organisation_id=lead.organisation_id, proved_at=None, at=CLOSED_AT)
    # Nobody else: not the mediator who helps here and signs in, nor those of other trades who never did.
    with acting_as_everything(why="a test"):
        assert Membership.objects.filter(is_unused=True).count() == 1


def test_whoever_signs_in_after_the_letter_stays_and_is_told_again_later(lead: Actor) -> None:
    seen("bob", CLOSED_AT)
    keep_accounts(at=TOLD_AT)
    seen("hana", TOLD_AT + DAY)
    assert keep_accounts(at=CLOSED_AT) == (0, 0)
    assert of_hana().warned_unused_at is None
    assert keep_accounts(at=datetime(2027, 9, 4, 2, 20, tzinfo=UTC))[1] == 0
    assert letters("parties.helper-unused").count("hana@example.org") == 2


def test_a_timer_that_was_stopped_still_gives_a_month(lead: Actor) -> None:
    seen("bob", CLOSED_AT)
    late = datetime(2027, 8, 1, 2, 20, tzinfo=UTC)
    assert keep_accounts(at=late)[1] == 0
    assert keep_accounts(at=late + 29 * DAY)[1] == 0
    assert keep_accounts(at=datetime(2027, 9, 1, 2, 20, tzinfo=UTC))[1] >= 1


def test_the_lead_opens_it_again_and_it_does_not_close_the_next_night(lead: Actor) -> None:
    seen("bob", CLOSED_AT)
    keep_accounts(at=TOLD_AT)
    keep_accounts(at=CLOSED_AT)
    at = CLOSED_AT + DAY
    proved = queries.actor_for(person_id=lead.person_id or 0, organisation_id=lead.organisation_id, proved_at=at, at=at)
    with acting_as(proved):
        closed = [each for each in queries.members(actor=proved, organisation_id=proved.organisation_id or 0, at=at) if each.is_unused]
        assert [each.display_name for each in closed] == ["Hana"]
        parties.reinstate(
            organisation_id=proved.organisation_id or 0, membership_id=closed[0].membership_id, actor=proved, request_id=uuid4(), at=at
        )
    assert keep_accounts(at=at + DAY) == (0, 0)
    assert (of_hana().is_unused, of_hana().suspended_at) == (False, None)
