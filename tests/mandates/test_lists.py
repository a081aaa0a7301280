"""Lists: paged, searched without names, the same number of statements whatever their length, and nothing of another structure."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.mandates import operations, queries
from carnet.mandates.models import AssistedPerson, Authorisation, Mandate
from carnet.mandates.operations import Known
from carnet.mandates.queries import PER_PAGE, Which
from carnet.mandates.rules import Duration, Family, PersonUnknown
from carnet.parties.rules import NotAllowed
from tests.factories.campaign import NOW, rid
from tests.mandates.helping import AMINA, SUBJECT, Helping

pytestmark = pytest.mark.django_db


def crowd(aid: Helping, count: int, *, start: int = 0) -> None:
    """So many people, each with a mandate of two families."""
    for number in range(start, start + count):
        identity = replace(AMINA, given_names=f"Amina {'BCDFGHJKLM'[number % 10]}{number}")
        aid.sign(known=Known(identity, f"subject-{number}"), at=NOW + timedelta(seconds=number))


def test_the_number_of_statements_does_not_follow_the_number_of_mandates(aid: Helping) -> None:
    helper, counted = aid.helper(), []
    crowd(aid, 3)
    for more in (0, 2 * PER_PAGE):
        crowd(aid, more, start=3)
        with acting_as(helper):
            for ask in (
                lambda: queries.people(actor=helper, at=NOW + timedelta(hours=1)),
                lambda: queries.people(actor=helper, at=NOW + timedelta(hours=1), typed="ami"),
                lambda: queries.mandates(actor=helper, at=NOW + timedelta(hours=1), which=Which.ALL),
                lambda: queries.uses(actor=helper),
                lambda: queries.counts(actor=helper, at=NOW),
            ):
                with CaptureQueriesContext(
                    connection,
                ) as asked:
                    ask()
                counted.append(len(asked))
    assert counted[:5] == counted[5:]
    assert max(counted) <= 4


def test_pages_follow_each_other_and_lose_nobody(aid: Helping) -> None:
    helper, at = aid.helper(), NOW + timedelta(hours=1)
    crowd(aid, PER_PAGE + 3)
    with acting_as(helper):
        pages = [queries.people(actor=helper, at=at, page=page) for page in (1, 2, 99)]
    assert [len(each.people) for each in pages] == [PER_PAGE, 3, 3]
    assert {each.count for each in pages} == {PER_PAGE + 3} and pages[2].page == 2
    assert len({each.id for page in pages for each in page.people}) == PER_PAGE + 3


@pytest.mark.parametrize(
    ("typed", "found"),
    [("ben", 1), ("BÉNALI amina", 1), ("zoh", 1), ("enali", 0), ("b", 0), ("benalli", 0), ("martin", 0), ("ben mar", 0)],
)
def test_one_finds_somebody_by_how_the_name_begins(aid: Helping, typed: str, found: int) -> None:
    aid.sign()
    helper = aid.helper()
    with acting_as(helper):
        assert queries.people(actor=helper, at=NOW, typed=typed).count == found


def test_one_finds_somebody_by_a_number(aid: Helping) -> None:
    signed = aid.sign()
    helper, stranger = aid.helper(), aid.helper(organisation_id=aid.other_id)
    with acting_as(helper):
        own = queries.person(signed.person_id, actor=helper, at=NOW).view.number
        for typed in (own, own.lower().replace("-", " "), signed.number):
            assert [each.id for each in queries.people(actor=helper, at=NOW, typed=typed).people] == [signed.person_id]
    with acting_as(stranger):
        for typed in (own, signed.number, "Benali"):
            assert queries.people(actor=stranger, at=NOW, typed=typed).count == 0
        with pytest.raises(PersonUnknown):
            queries.person(signed.person_id, actor=stranger, at=NOW)


def test_the_marks_of_one_structure_are_of_no_use_in_another(aid: Helping) -> None:
    aid.sign()
    aid.sign(actor=aid.helper(organisation_id=aid.other_id))
    with acting_as_everything(why="compare"):
        first, second = AssistedPerson.objects.values_list("search_marks", flat=True)
    assert first and not set(first) & set(second)


def test_what_is_in_force_ends_soon_or_is_over(aid: Helping) -> None:
    helper, at = aid.helper(), NOW + timedelta(days=160)
    aid.sign(Family.WORK, duration=Duration.SEMESTER)
    aid.sign(Family.WORK, known=Known(replace(AMINA, family_name="Martin"), "two"), duration=Duration.YEAR)
    aid.sign(Family.WORK, known=Known(replace(AMINA, family_name="Le Gall"), "three"), duration=Duration.DAY)
    with acting_as(helper):
        names = {which: {each.name for each in queries.people(actor=helper, at=at, which=which).people} for which in Which}
        counted = queries.counts(actor=helper, at=at)
        page = queries.mandates(actor=helper, at=at, which=Which.SOON)
    assert names[Which.LIVE] == {"Amina Zohra Benali", "Amina Zohra Martin"}
    assert names[Which.SOON] == {"Amina Zohra Benali"} and names[Which.OVER] == {"Amina Zohra Le Gall"}
    assert len(names[Which.ALL]) == 3 and (counted.people, counted.soon) == (2, 1)
    assert [(each.person_name, each.is_soon_over) for each in page.mandates] == [("Amina Zohra Benali", True)]


def test_the_page_of_a_person_says_what_is_authorised_and_what_was_ended(aid: Helping) -> None:
    signed = aid.sign(Family.WORK, Family.MONEY)
    helper = aid.helper()
    with acting_as(helper):
        ids = list(Authorisation.objects.filter(family="work").values_list("id", flat=True))
        done = operations.end_authorisations(authorisation_ids=ids, actor=helper, request_id=rid(), at=NOW + timedelta(hours=1))
        at = NOW + timedelta(hours=2)
        found = queries.person(signed.person_id, actor=helper, at=at)
        assert [each.family for each in found.live] == [Family.MONEY]
        assert [(each.family, each.is_live) for each in found.mandates[0].authorisations] == [(Family.WORK, False), (Family.MONEY, True)]
        (told,) = queries.endings(signed.person_id, actor=helper)
        assert told == queries.ending(done.id, actor=helper)
        assert (told.families, told.mandate_numbers) == ((Family.WORK,), (signed.number,))
        assert [each.name for each in queries.neighbours(actor=helper)] == ["Centre social"]


def test_only_whoever_works_there_reads(aid: Helping) -> None:
    agent = replace(aid.helper(role="OPERATOR_AGENT"), organisation_id=aid.operator_id)
    for ask in (queries.people, queries.mandates, queries.counts):
        with pytest.raises(NotAllowed):
            ask(actor=agent, at=NOW)
    assert not Mandate.objects.exists() and SUBJECT
