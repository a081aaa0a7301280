"""The week's letters: each person once, nobody for nothing, whatever is killed or run twice; and announcements by e-mail."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from carnet.distribution import operations as distribution
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.helpline import operations as helpline
from carnet.helpline.rules import ComplaintKind, Filer
from carnet.jobs import announcements, digests
from carnet.jobs.letters import letter_of
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.notices.models import Digest, DigestWeek, Notice
from carnet.notices.operations import Words
from carnet.parties import operations as parties
from tests.distribution.stock import LATER, Cupboards, make_cupboards
from tests.factories.campaign import SYSTEM
from tests.factories.stations import seated

pytestmark = pytest.mark.django_db


def enrol(organisation_id: int, role: str, name: str, language: str = "fr") -> int:
    person_id = parties.enrol_member(
        organisation_id=organisation_id,
        email=f"{name}@example.org",
        display_name=name,
        role=role,
        actor=SYSTEM,
        request_id=uuid4(),
        at=LATER,
    )
    return person_id


@pytest.fixture
def cupboards() -> Cupboards:
    made = make_cupboards()
    enrol(made.slow_id, "PRESCRIBER_LEAD", "lente")
    enrol(made.quick_id, "PRESCRIBER", "rapide")
    enrol(made.operator_id, "OPERATOR_AGENT", "agence")
    return made


def letters(kind: str) -> dict[str, dict[str, Any]]:
    with acting_as_everything(why="read the outbox"):
        return {each.to_email: each.context for each in Notice.objects.filter(kind=kind)}


def test_each_has_one_letter_a_week_and_nothing_to_say_sends_none(cupboards: Cupboards) -> None:
    silent = enrol(cupboards.quick_id, "PRESCRIBER", "absente")
    enrol(
        parties.create_organisation(name="Ailleurs", kinds=["FUNDER"], is_simulated=True, actor=SYSTEM, request_id=uuid4(), at=LATER),
        "FUNDER",
        "loin",
    )
    notices.choose_digest(person_id=silent, is_wanted=False, at=LATER)
    assert digests.send(at=LATER) == (3, 3)
    assert digests.send(at=LATER + timedelta(hours=1)) == (0, 0)
    told = letters("notices.digest")
    assert sorted(told) == ["agence@example.org", "lente@example.org", "rapide@example.org"], "nobody of another programme, nor who said no"
    said = "\n".join(line for section in told["lente@example.org"]["sections"] for line in section["lines"])
    assert "30 carnets à remettre" in said and "n’ont pas bougé depuis" in said
    assert "Guichets endormis : 1" in "\n".join(told["agence@example.org"]["sections"][0]["lines"])
    assert digests.send(at=LATER + timedelta(days=7))[0] == 3, "and again the next week"


def test_a_round_cut_short_goes_on_where_it_stopped(cupboards: Cupboards) -> None:
    assert digests.send(at=LATER, limit=1) == (1, 1)
    with acting_as_everything(why="look at the progress"):
        row = DigestWeek.objects.get()
    assert (row.people_count, row.done_count, row.finished_at) == (3, 1, None)
    assert digests.send(at=LATER) == (2, 2)
    with acting_as_everything(why="look at the progress"):
        row = DigestWeek.objects.get()
        assert (row.done_count, row.sent_count, Digest.objects.count()) == (3, 3, 3)
    assert row.finished_at == LATER


def test_complaints_that_wait_are_told_to_the_operator_alone(cupboards: Cupboards) -> None:
    for days in (20, 1):
        helpline.file_complaint(
            kind=ComplaintKind.REFUSED, said="Refusé.", filed_by=Filer.PERSON, programme_id=cupboards.programme_id, actor=Actor.anonymous(),
            request_id=uuid4(), at=LATER - timedelta(days=days),
        )  # fmt: skip
    digests.send(at=LATER)
    told = letters("notices.digest")
    lines = told["agence@example.org"]["sections"][0]["lines"]
    assert {"2 réclamations attendent leur réponse.", "1 réclamation est en retard."} <= set(lines)
    assert "réclamation" not in str(told["lente@example.org"])


def test_nothing_to_say_is_not_said(cupboards: Cupboards) -> None:
    with acting_as_everything(why="a person with nothing to read"):
        reader = notices.Reader(999_999, "vide@example.org", "fr")
        assert not notices.post_digest(reader=reader, week_on=LATER.date(), sections=[], context={}, at=LATER)
    assert letters("notices.digest") == {}


def test_a_digest_of_one_programme_begins_with_its_words(cupboards: Cupboards) -> None:
    digests.send(at=LATER)
    (context,) = [each for to, each in letters("notices.digest").items() if to.startswith("lente")]
    assert context["programme_id"] == cupboards.programme_id
    with acting_as(cupboards.operator):
        distribution.word_message(
            programme_id=cupboards.programme_id, kind="notices.digest", language="fr", subject="Nantes, semaine du {semaine}",
            body="Bravo à tous pour « {programme} ».", actor=cupboards.operator, request_id=uuid4(), at=LATER,
        )  # fmt: skip
    letter = letter_of(kind="notices.digest", context=context, language="fr")
    assert letter.subject.startswith("Nantes, semaine du ") and "Bravo à tous pour" in letter.body and "30 carnets" in letter.body


def test_a_volunteer_without_an_address_stops_nobody_s_letter(cupboards: Cupboards) -> None:
    """Who takes turns with a PIN has no e-mail: the others are still written to, and announcements too."""
    seated(cupboards.slow_id, "PRESCRIBER", LATER)
    assert digests.send(at=LATER) == (3, 3)
    assert sorted(letters("notices.digest")) == ["agence@example.org", "lente@example.org", "rapide@example.org"]


def test_an_announcement_goes_once_to_everybody_of_its_roles(cupboards: Cupboards) -> None:
    enrol(cupboards.slow_id, "PRESCRIBER", "deuxieme")
    words = Words("Formation jeudi", "Une heure, en visio.", "Training", "One hour, online.")
    with acting_as(cupboards.operator):
        distribution.announce(
            words=words, roles=["PRESCRIBER_LEAD", "PRESCRIBER"], programme_ids=[cupboards.programme_id], from_at=LATER,
            until_at=LATER + timedelta(days=5), by_email=True, actor=cupboards.operator, request_id=uuid4(), at=LATER,
        )  # fmt: skip
    assert announcements.mail(at=LATER) == 3
    assert announcements.mail(at=LATER) == 0
    assert sorted(letters("notices.announcement")) == ["deuxieme@example.org", "lente@example.org", "rapide@example.org"]
