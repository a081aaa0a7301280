"""Helpers of a structure: trained, tested, bound by the terms, then active; seats never given twice; one person in several structures."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.periods import start_of_day
from carnet.mandates.models import HelperFile, Structure, TrainingSeat
from carnet.mandates.operations import habilitation as operations
from carnet.mandates.queries import habilitation as queries
from carnet.mandates.rules import FamiliesMissing
from carnet.mandates.rules.habilitation import (
    DecisionKind,
    HelperAlreadyThere,
    HelperNotActive,
    HelperNotProfessional,
    HelperState,
    HelperTermsChanged,
    HelperTermsNotAccepted,
    HelperUnknown,
    Mode,
    Position,
    SeatAlreadyTaken,
    SeatUnknown,
    StructureSuspended,
    TestBeforeTraining,
    TrainingFull,
    TrainingNotBegun,
    TrainingOver,
    TrainingSaid,
    TrainingSeatsTaken,
)
from carnet.notices.models import Notice
from carnet.parties import operations as parties
from carnet.parties.models import Membership
from carnet.parties.rules import NotAllowed, Role, RoleNotYoursToGive, SecondFactorNeeded
from tests.factories.campaign import organisation, programme
from tests.mandates.habilitation import WHO, Habilitation, said

pytestmark = pytest.mark.django_db
NOW = start_of_day(date(2026, 3, 2)) + timedelta(hours=10)


@pytest.fixture
def world() -> Habilitation:
    operator_id = organisation("Opérateur", "OPERATOR")
    return Habilitation(programme(operator_id, first_day=date(2026, 1, 5)), operator_id, NOW).publish()


@pytest.fixture
def structure_id(world: Habilitation) -> int:
    return world.admitted()


@pytest.fixture
def other_id(world: Habilitation) -> int:
    return world.admitted(who=WHO | {"number": "21440109300015", "name": "Mairie"}, email="bo@example.org", helpers=(OTHER,))


OTHER = {"name": "Bo Doe", "email": "bo-helper@example.org", "job": "Agente", "position": "AGENT"}


class TestBecomingActive:
    def test_trained_then_tested_then_bound_by_the_terms(self, world: Habilitation, structure_id: int) -> None:
        (line,) = world.helpers(structure_id)
        after = world.trained(structure_id, line.id, score=60)
        assert after.helpers(structure_id)[0].state is HelperState.TO_TEST
        agent = after.staff(902, Role.OPERATOR_AGENT)
        with acting_as(agent):
            assert operations.note_test(helper_id=line.id, score=75, **after.facts(agent))
        assert after.helpers(structure_id)[0].state is HelperState.INVITED
        helper = after.enrolled(structure_id, line.id)
        with acting_as(helper):
            with pytest.raises(HelperNotActive):
                queries.check_may_act(actor=helper, at=after.at)
            with pytest.raises(HelperTermsChanged):
                operations.accept_terms(version=2, **after.facts(helper))
            operations.accept_terms(version=1, **after.facts(helper))
            operations.accept_terms(version=1, **after.facts(helper))
            queries.check_may_act(actor=helper, at=after.at)
            assert queries.my_help(actor=helper, at=after.at).state is HelperState.ACTIVE
        assert after.helpers(structure_id)[0].state is HelperState.ACTIVE

    def test_the_database_refuses_whoever_would_be_active_before(self, structure_id: int) -> None:
        for change in ("active_at = now()", "invited_at = now()", "passed_at = now()"):
            hand = acting_as_everything(why="a hand in the database")
            with hand, connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute(f"UPDATE mandates_helperfile SET {change}")

    def test_new_terms_stop_everybody_until_they_are_accepted(self, world: Habilitation, structure_id: int) -> None:
        (line,) = world.helpers(structure_id)
        after = world.trained(structure_id, line.id)
        helper = after.enrolled(structure_id, line.id)
        with acting_as(helper):
            operations.accept_terms(version=1, **after.facts(helper))
        after.publish("Article unique. Autre chose.")
        with acting_as(helper):
            with pytest.raises(HelperTermsNotAccepted):
                queries.check_may_act(actor=helper, at=after.at)
            assert queries.my_help(actor=helper, at=after.at).state is HelperState.TO_ACCEPT
            operations.accept_terms(version=2, **after.facts(helper))
            queries.check_may_act(actor=helper, at=after.at)

    def test_a_suspended_structure_acts_for_nobody(self, world: Habilitation, structure_id: int) -> None:
        (line,) = world.helpers(structure_id)
        after = world.trained(structure_id, line.id)
        helper = after.enrolled(structure_id, line.id)
        with acting_as(helper):
            operations.accept_terms(version=1, **after.facts(helper))
        with acting_as(after.staff(901)):
            (found,) = queries.structure_files(actor=after.staff(901), programme_ids=[world.programme_id])
        after.decide(found.file_id, DecisionKind.SUSPEND)
        with acting_as(helper), pytest.raises(StructureSuspended):
            queries.check_may_act(actor=helper, at=after.at)
        after.decide(found.file_id, DecisionKind.REINSTATE)
        with acting_as(helper):
            queries.check_may_act(actor=helper, at=after.at)

    def test_the_test_follows_the_training_and_the_training_its_day(self, world: Habilitation, structure_id: int) -> None:
        (line,) = world.helpers(structure_id)
        seat_id, agent = world.seat(structure_id, line.id, world.planned()), world.staff(902, Role.OPERATOR_AGENT)
        with acting_as(agent):
            with pytest.raises(TestBeforeTraining):
                operations.note_test(helper_id=line.id, score=90, **world.facts(agent))
            with pytest.raises(TrainingNotBegun):
                operations.note_attendance(seat_id=seat_id, came=True, **world.facts(agent))
        after = world.later(NOW + timedelta(days=4))
        with acting_as(agent):
            operations.note_attendance(seat_id=seat_id, came=True, **after.facts(agent))
            operations.note_attendance(seat_id=seat_id, came=False, **after.facts(agent))
        assert after.helpers(structure_id)[0].state is HelperState.TO_TRAIN


class TestSeats:
    def test_one_seat_a_helper_and_none_too_many(self, world: Habilitation, structure_id: int, other_id: int) -> None:
        (mine,), (theirs,) = world.helpers(structure_id), world.helpers(other_id)
        session_id = world.planned(seats=1)
        seat_id = world.seat(structure_id, mine.id, session_id)
        with pytest.raises(SeatAlreadyTaken):
            world.seat(structure_id, mine.id, world.planned())
        with pytest.raises(TrainingFull):
            world.seat(other_id, theirs.id, session_id)
        with pytest.raises(HelperUnknown):
            world.seat(other_id, mine.id, session_id)
        stranger, lead = world.member(other_id, 950), world.member(structure_id, 950)
        with acting_as(stranger), pytest.raises(SeatUnknown):
            operations.give_seat_back(seat_id=seat_id, **world.facts(stranger))
        with acting_as(lead):
            operations.give_seat_back(seat_id=seat_id, **world.facts(lead))
            operations.give_seat_back(seat_id=seat_id, **world.facts(lead))
            view = next(each for each in queries.trainings_to_come(actor=lead, at=NOW) if each.id == session_id)
        assert view.left == 1
        world.seat(other_id, theirs.id, session_id)

    def test_sql_alone_overbooks_nothing(self, world: Habilitation, structure_id: int) -> None:
        """No lock, no rule: a row written by hand."""
        (line,) = world.helpers(structure_id)
        session_id = world.planned(seats=1)
        world.seat(structure_id, line.id, session_id)
        again = """
            INSERT INTO mandates_trainingseat (session_id, session_seats, rank, helper_id, organisation_id, programme_id, taken_at, taken_by_id, request_id)
            SELECT session_id, %s, %s, helper_id, organisation_id, programme_id, taken_at, taken_by_id, gen_random_uuid() FROM mandates_trainingseat
        """
        with acting_as_everything(why="a hand in the database"), connection.cursor() as cursor:
            for seats, rank in ((1, 1), (1, 2), (2, 2), (1, None), (1, 0)):
                with pytest.raises(IntegrityError), transaction.atomic():
                    cursor.execute(again, [seats, rank])
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute("UPDATE mandates_trainingsession SET seats = 0")

    def test_fewer_seats_move_whoever_sits_beyond_and_never_below_what_is_taken(
        self, world: Habilitation, structure_id: int, other_id: int
    ) -> None:
        (mine,), (theirs,) = world.helpers(structure_id), world.helpers(other_id)
        session_id = world.planned(seats=3)
        first, _second = world.seat(structure_id, mine.id, session_id), world.seat(other_id, theirs.id, session_id)
        lead, agent = world.member(structure_id, 950), world.staff(902, Role.OPERATOR_AGENT)
        starts_at = NOW + timedelta(days=5)
        fewer = TrainingSaid("Aider", Mode.ONLINE, "visio", starts_at, starts_at + timedelta(hours=6), 1)
        with acting_as(agent), pytest.raises(TrainingSeatsTaken):
            operations.change_training(session_id=session_id, said=fewer, **world.facts(agent))
        with acting_as(lead):
            operations.give_seat_back(seat_id=first, **world.facts(lead))
        with acting_as(agent):
            operations.change_training(session_id=session_id, said=fewer, **world.facts(agent))
            (seat,) = queries.seats_of(session_id, actor=agent, at=NOW)
            assert (seat.rank, seat.helper.name) == (1, "Bo Doe")
            operations.cancel_training(session_id=session_id, **world.facts(agent))
            operations.cancel_training(session_id=session_id, **world.facts(agent))
        with pytest.raises(TrainingOver):
            world.seat(structure_id, mine.id, session_id)
        with acting_as_everything(why="who was told"):
            kinds = set(Notice.objects.filter(to_email="bo-helper@example.org").values_list("kind", flat=True))
            assert not TrainingSeat.objects.filter(session_id=session_id, given_back_at=None).exists()
        assert kinds == {"mandates.training-seat", "mandates.training-changed", "mandates.training-cancelled"}


class TestTheLead:
    def test_professionals_only_and_once_each(self, world: Habilitation, structure_id: int) -> None:
        lead = world.member(structure_id, 950)
        with acting_as(lead):
            for position in set(Position) - {Position.EMPLOYEE, Position.AGENT}:
                with pytest.raises(HelperNotProfessional):
                    operations.add_helper(said=said(position=position), **world.facts(lead))
            operations.add_helper(said=said(), **world.facts(lead))
            with pytest.raises(HelperAlreadyThere):
                operations.add_helper(said=said(email="LOU@example.org"), **world.facts(lead))
        for actor, refusal in (
            (world.member(structure_id, 951, Role.HELPER), NotAllowed),
            (world.later(NOW - timedelta(hours=1)).member(structure_id, 950), SecondFactorNeeded),
        ):
            with acting_as(actor), pytest.raises(refusal):
                operations.add_helper(said=said(email="zoe@example.org"), actor=actor, request_id=uuid4(), at=NOW)

    def test_stopped_at_once_then_let_back_as_they_were(self, world: Habilitation, structure_id: int) -> None:
        (line,) = world.helpers(structure_id)
        after = world.trained(structure_id, line.id)
        helper, lead = after.enrolled(structure_id, line.id), after.member(structure_id, 950)
        with acting_as(helper):
            operations.accept_terms(version=1, **after.facts(helper))
        with acting_as(lead):
            operations.deactivate_helper(helper_id=line.id, reason="Changement de poste.", **after.facts(lead))
            membership = Membership.objects.get(person_id=helper.person_id)
            assert membership.suspended_at == after.at
        with acting_as(helper), pytest.raises(HelperNotActive):
            queries.check_may_act(actor=helper, at=after.at)
        with acting_as(lead):
            operations.reactivate_helper(helper_id=line.id, **after.facts(lead))
            assert Membership.objects.get(person_id=helper.person_id).suspended_at is None
        with acting_as(helper):
            queries.check_may_act(actor=helper, at=after.at)

    def test_a_training_counts_in_every_structure(self, world: Habilitation, structure_id: int, other_id: int) -> None:
        """Added before the training in one, after it in another: invited in both, active only where the terms were accepted."""
        (line,) = world.helpers(structure_id)
        lead = world.member(other_id, 950)
        with acting_as(lead):
            there = operations.add_helper(said=said("Sam Petit", line.email), **world.facts(lead))
        after = world.trained(structure_id, line.id)
        states = {each.id: each.state for each in after.helpers(other_id)}
        assert states[there] is HelperState.INVITED
        helper = after.enrolled(structure_id, line.id)
        with acting_as(helper):
            operations.accept_terms(version=1, **after.facts(helper))
        elsewhere = after.member(other_id, helper.person_id or 0, Role.HELPER)
        with acting_as(elsewhere), pytest.raises(HelperNotActive):
            queries.check_may_act(actor=elsewhere, at=after.at)

    def test_nobody_is_invited_to_help_untrained(self, world: Habilitation, structure_id: int) -> None:
        """The page of members invites other leads; whoever helps is put forward, trained and tested."""
        lead, admin = world.member(structure_id, 950), world.staff(901)
        for actor in (lead, admin):
            with acting_as(actor), pytest.raises(RoleNotYoursToGive):
                parties.invite_member(organisation_id=structure_id, email="zoe@example.org", role=Role.HELPER, **world.facts(actor))
        with acting_as(lead):
            parties.invite_member(organisation_id=structure_id, email="zoe@example.org", role=Role.HELPER_LEAD, **world.facts(lead))

    def test_families_are_chosen_and_one_is_kept(self, world: Habilitation, structure_id: int) -> None:
        lead = world.member(structure_id, 950)
        with acting_as(lead):
            operations.choose_families(families=("papers", "work"), **world.facts(lead))
            assert Structure.objects.get(organisation_id=structure_id).families == ["papers", "work"]
            with pytest.raises(FamiliesMissing):
                operations.choose_families(families=(), **world.facts(lead))

    def test_a_list_of_thirty_costs_what_a_list_of_one_does(
        self, world: Habilitation, structure_id: int, django_assert_num_queries: object
    ) -> None:
        lead = world.member(structure_id, 950)
        with acting_as(lead), django_assert_num_queries(4):  # type: ignore[operator]
            queries.helpers_of(structure_id, actor=lead, at=NOW)
        with acting_as(lead):
            for number in range(20):
                operations.add_helper(said=said(email=f"helper{number}@example.org"), **world.facts(lead))
        with acting_as(lead), django_assert_num_queries(4):  # type: ignore[operator]
            assert len(queries.helpers_of(structure_id, actor=lead, at=NOW)) == 21

    def test_the_figures_name_nobody(self, world: Habilitation, structure_id: int) -> None:
        lead = world.member(structure_id, 950)
        with acting_as(lead):
            figures = queries.structure_figures(actor=lead, at=NOW)
        assert (figures.mandates, figures.uses, figures.helpers_coming) == (0, 0, 1)


def test_a_helper_who_left_is_forgotten_after_three_years(world: Habilitation, structure_id: int) -> None:
    (line,) = world.helpers(structure_id)
    lead = world.member(structure_id, 950)
    with acting_as(lead):
        operations.deactivate_helper(helper_id=line.id, reason="Parti.", **world.facts(lead))
    with acting_as_everything(why="the daily look"):
        assert operations.forget_structure_files(at=NOW + timedelta(days=3 * 365 - 1)) == 0
        assert operations.forget_structure_files(at=NOW + timedelta(days=3 * 365)) == 1
        assert HelperFile.objects.get(id=line.id).sealed_identity is None
    assert world.helpers(structure_id) == []
