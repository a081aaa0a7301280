"""An error reported by anybody: told to whoever keeps the place, answered once, read by its number, and nothing kept of who sent it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import IbanInText, NirInText
from carnet.notices.models import Notice
from carnet.parties.operations import create_organisation
from carnet.parties.rules import NotAllowed, Role
from carnet.places import operations, queries
from carnet.places.models import Place, PlaceReport
from carnet.places.rules import EditRefused
from carnet.places.rules.errors import (
    ANSWER_WITHIN,
    CONTACT_KEPT,
    EVERYWHERE_MAX,
    FROM_HERE_MAX,
    OF_A_PLACE_MAX,
    AnswerMissing,
    ReportAnswered,
    ReportEmpty,
    ReportNumberMistyped,
    ReportState,
    ReportUnknown,
    TooManyReports,
    check_flow,
)
from tests.places.conftest import AT, SERVICES, person
from tests.places.test_offers import brought_in

SYSTEM = Actor.system("test")
ANYBODY = Actor.anonymous()


@pytest.fixture
def place_id(place_operator_id: int, programme_id: int) -> int:
    found = brought_in()
    operations.attach_operator(place_id=found, organisation_id=place_operator_id, actor=SYSTEM, request_id=uuid4(), at=AT)
    operations.accept_programme(
        place_ids=[found], programme_id=programme_id, service_codes=SERVICES, from_on=AT.date(),
        actor=Actor.system("test", programme_ids={programme_id}), request_id=uuid4(), at=AT,
    )  # fmt: skip
    return found


@pytest.fixture
def manager(place_operator_id: int) -> Actor:
    return person(place_operator_id, Role.PLACE_MANAGER)


def reported(place_id: int, *, about: str = "hours", said: str = "C’est fermé le lundi.", contact: str = "", at=AT, here: int = 0):
    return operations.report_error(
        place_id=place_id, about=about, said=said, contact=contact, from_here=here, actor=ANYBODY, request_id=uuid4(), at=at
    )


def answered(report_id: int, actor: Actor, *, accepted: bool = True, answer: str = "Merci, c’est corrigé.", **more):
    with acting_as(actor):
        return operations.answer_report(
            report_id=report_id, accepted=accepted, answer=answer, actor=actor, request_id=uuid4(), at=AT + timedelta(days=1), **more
        )


def kept(report_id: int) -> PlaceReport:
    with acting_as_everything(why="look at the row"):
        return PlaceReport.objects.get(id=report_id)


# --- how many ---------------------------------------------------------------------------------------------------------


def test_an_address_alone_is_never_refused() -> None:
    check_flow(from_here=500, of_place=OF_A_PLACE_MAX - 1, everywhere=EVERYWHERE_MAX - 1)


@pytest.mark.parametrize(("of_place", "everywhere"), [(OF_A_PLACE_MAX, 4), (0, EVERYWHERE_MAX)])
def test_while_reports_pour_in_an_address_that_sent_many_waits_and_another_does_not(of_place: int, everywhere: int) -> None:
    check_flow(from_here=FROM_HERE_MAX - 1, of_place=of_place, everywhere=everywhere)
    with pytest.raises(TooManyReports):
        check_flow(from_here=FROM_HERE_MAX, of_place=of_place, everywhere=everywhere)


@pytest.mark.django_db
def test_reports_of_the_last_hour_are_counted(place_id: int) -> None:
    for _rank in range(OF_A_PLACE_MAX):
        reported(place_id)
    reported(place_id, here=FROM_HERE_MAX - 1)
    with pytest.raises(TooManyReports):
        reported(place_id, here=FROM_HERE_MAX)
    reported(place_id, here=FROM_HERE_MAX, at=AT + timedelta(hours=2))


# --- sending ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_report_goes_to_whoever_runs_the_place_and_is_read_by_its_number(place_id: int, manager: Actor, agent: Actor) -> None:
    done = reported(place_id, contact="marie@exemple.fr")
    view = queries.report_by_number(done.number.lower().replace("-", " "), at=AT)
    assert (view.place_id, view.about, view.state, view.contact) == (place_id, "hours", ReportState.WAITING, "")
    for reader in (manager, agent):
        with acting_as(reader):
            (seen,) = queries.reports(actor=reader, at=AT)
            assert (seen.id, seen.contact) == (done.id, "marie@exemple.fr")
    with acting_as_everything(why="read the outbox"):
        (letter,) = Notice.objects.filter(kind="places.error-reported")
    assert letter.to_organisation_id == manager.organisation_id
    assert "marie" not in str(letter.context)


@pytest.mark.django_db
def test_the_same_request_gives_the_same_number(place_id: int) -> None:
    given = {"place_id": place_id, "about": "phone", "said": "Numéro faux", "contact": "", "from_here": 0, "actor": ANYBODY, "at": AT}
    request_id = uuid4()
    first = operations.report_error(**given, request_id=request_id)
    assert operations.report_error(**given, request_id=request_id) == first
    assert queries.report_counts(at=AT).reported == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "refusal"), [("  ", ReportEmpty), ("2 85 01 44 109 012", NirInText), ("FR7630006000011234567890189", IbanInText)]
)
def test_nothing_and_numbers_nobody_protects_are_refused(place_id: int, said: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        reported(place_id, said=said)


@pytest.mark.django_db
def test_what_it_is_about_is_of_the_list(place_id: int) -> None:
    with pytest.raises(ReportEmpty):
        reported(place_id, about="the-weather")


@pytest.mark.django_db
def test_a_number_mistyped_or_of_nobody_says_so(place_id: int) -> None:
    done = reported(place_id)
    last = done.number[-1]
    with pytest.raises(ReportNumberMistyped):
        queries.report_by_number(done.number[:-1] + ("2" if last != "2" else "3"), at=AT)
    with pytest.raises(ReportUnknown):
        queries.report_by_number(str(operations._reports.ReportNumber.from_drawn(5)), at=AT)


# --- answering --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_accepted_the_field_is_corrected_with_where_it_comes_from_and_the_address_is_erased(place_id: int, manager: Actor) -> None:
    done = reported(place_id, contact="marie@exemple.fr")
    assert answered(done.id, manager, correction="Tu-Fr 09:00-12:00") == ("horaires",)
    place = Place.objects.get(id=place_id)
    assert place.opening_hours == "Tu-Fr 09:00-12:00"
    assert place.origins["opening_hours"]["report"] == done.id
    assert kept(done.id).contact == ""
    view = queries.report_by_number(done.number, at=AT + timedelta(days=2))
    assert (view.state, view.answer) == (ReportState.ACCEPTED, "Merci, c’est corrigé.")
    with acting_as_everything(why="read the outbox"):
        (letter,) = Notice.objects.filter(kind="places.report-answered")
    assert letter.to_email == "marie@exemple.fr" and letter.context["answer"] == "Merci, c’est corrigé."


@pytest.mark.django_db
def test_refused_nothing_changes_and_the_reason_is_told(place_id: int, manager: Actor) -> None:
    before = Place.objects.get(id=place_id).opening_hours
    done = reported(place_id, contact="02 40 41 90 00")
    answered(done.id, manager, accepted=False, answer="Nous ouvrons bien le lundi.", correction="Tu 09:00-10:00")
    assert Place.objects.get(id=place_id).opening_hours == before
    assert kept(done.id).contact == ""
    with acting_as_everything(why="a telephone number is called, not written to"):
        assert not Notice.objects.filter(kind="places.report-answered").exists()
    with pytest.raises(ReportAnswered):
        answered(done.id, manager)


@pytest.mark.django_db
def test_a_correction_that_is_not_one_leaves_the_report_waiting(place_id: int, manager: Actor) -> None:
    done = reported(place_id)
    with pytest.raises(EditRefused):
        answered(done.id, manager, correction="quand on veut")
    with pytest.raises(AnswerMissing):
        answered(done.id, manager, answer=" ")
    assert kept(done.id).state == ReportState.WAITING


@pytest.mark.django_db
def test_another_organisation_neither_sees_nor_answers(place_id: int) -> None:
    done = reported(place_id)
    made = [
        create_organisation(name=name, kinds=[kind], is_simulated=True, actor=SYSTEM, request_id=uuid4(), at=AT)
        for name, kind in (("Voisin", "PLACE_OPERATOR"), ("Autre opérateur", "OPERATOR"))
    ]
    for stranger in (person(made[0], Role.PLACE_MANAGER), person(made[1], Role.OPERATOR_ADMIN)):
        with acting_as(stranger):
            assert queries.reports(actor=stranger, at=AT) == ()
        with pytest.raises(ReportUnknown):
            answered(done.id, stranger)


@pytest.mark.django_db
def test_a_mediator_does_not_answer(place_id: int, place_operator_id: int) -> None:
    done = reported(place_id)
    with pytest.raises(NotAllowed):
        answered(done.id, person(place_operator_id, Role.MEDIATOR))


# --- counts, and time -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_counts_are_published(place_id: int, manager: Actor) -> None:
    first, second, _third = reported(place_id), reported(place_id), reported(place_id)
    answered(first.id, manager)
    answered(second.id, manager, accepted=False)
    counts = queries.report_counts(at=AT + timedelta(days=1))
    assert (counts.reported, counts.accepted, counts.refused, counts.waiting, counts.days_to_answer) == (3, 1, 1, 1, 1)
    assert queries.report_counts(at=AT + timedelta(days=400)).reported == 0


@pytest.mark.django_db
def test_a_report_that_waits_is_late_after_a_fortnight_and_its_address_is_erased_after_three_months(place_id: int) -> None:
    done = reported(place_id, contact="marie@exemple.fr")
    assert not queries.report_by_number(done.number, at=AT + ANSWER_WITHIN).is_late
    assert queries.report_by_number(done.number, at=AT + ANSWER_WITHIN + timedelta(hours=1)).is_late
    with acting_as_everything(why="the timer"):
        assert operations.forget_contacts(at=AT + CONTACT_KEPT - timedelta(hours=1)) == 0
        assert operations.forget_contacts(at=AT + CONTACT_KEPT) == 1
    assert kept(done.id).contact == ""
