"""A desk from its application to its last booklet given back: links, two people, signatures, renewal, files, leaving."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from carnet.distribution import operations, queries
from carnet.distribution.operations._joining import _effects
from carnet.distribution.rules import NotPrescriber
from carnet.distribution.rules.joining import (
    AgreementKind,
    AgreementKindNotOffered,
    AgreementMissing,
    AgreementNotNow,
    AgreementTextChanged,
    DecisionKind,
    DeskAlreadyThere,
    DeskDecisionNotNow,
    DeskDecisionWaiting,
    DeskFileIncomplete,
    DeskFileNotWritable,
    DeskFileUnknown,
    DeskLeaving,
    DeskNotRenewed,
    DesksClosed,
    DeskState,
    DeskSuspended,
    FileState,
    ImportState,
    LineOutcome,
    RegisseurActMissing,
    Step,
    StockNotBack,
    SuspendedFor,
    Todo,
    TodoState,
    TrainingItemUnknown,
)
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import queries as ledger
from carnet.ledger.rules import EndReason
from carnet.parties import queries as parties
from carnet.parties.rules import ApprovalChanged, NotAllowed, Role, SamePerson, SecondFactorNeeded
from tests.distribution.conftest import Desks
from tests.distribution.desks import PEOPLE, WHO, DeskNetwork
from tests.distribution.test_joining_rules import FILE


@pytest.fixture
def network(desks: Desks) -> DeskNetwork:
    """Published an hour after the desk of the fixture was let in: that one is of before."""
    return DeskNetwork(desks.programme_id, desks.operator_id, desks.at + timedelta(days=1)).publish()


class TestAnApplication:
    def test_it_is_written_by_its_link_and_admitted_by_two_people(self, network: DeskNetwork) -> None:
        file_id = network.sent()
        first, second = network.staff(901), network.staff(902)
        with acting_as(first):
            decision_id = operations.prepare_desk_decision(kind=DecisionKind.ADMIT, reason="Bien.", file_id=file_id, **network.facts(first))
            with pytest.raises(SamePerson):
                operations.take_desk_decision(decision_id=decision_id, **network.facts(first))
        with acting_as(second):
            operations.take_desk_decision(decision_id=decision_id, **network.facts(second))
            operations.take_desk_decision(decision_id=decision_id, **network.facts(second))
            file = queries.desk_file(file_id, actor=second, at=network.at)
        assert file.state is FileState.ADMITTED
        desk = network.desk(file.organisation_id or 0)
        assert parties.organisation(file.organisation_id or 0).rna == WHO["number"]
        assert [point.opening_hours for point in desk.points] == ["Mo-Fr 09:00-12:00"]
        assert desk.line.state is DeskState.UNSIGNED
        assert desk.line.todos == {
            Todo.AGREEMENT: TodoState.TO_DO, Todo.LEAD: TodoState.WAITING, Todo.POINTS: TodoState.DONE, Todo.TRAINING: TodoState.TO_DO,
        }  # fmt: skip
        with acting_as(second):
            assert network.programme_id in [each.programme_id for each in queries.desk_lines(network.programme_id, at=network.at)]

    def test_it_keeps_what_is_wrong_and_is_not_sent_before_it_is_mended(self, network: DeskNetwork) -> None:
        secret = network.draft(who=WHO | {"number": "123", "postcode": "44"})
        view = queries.desk_file_of_link(secret, at=network.at)
        assert {(each.step, each.field) for each in view.problems} == {(Step.WHO, "number"), (Step.WHO, "postcode")}
        with pytest.raises(DeskFileIncomplete):
            operations.send_desk_file(secret=secret, request_id=uuid4(), at=network.at)
        operations.write_desk_step(secret=secret, step=Step.WHO, given=WHO, at=network.at)
        operations.send_desk_file(secret=secret, request_id=uuid4(), at=network.at)
        with pytest.raises(DeskFileNotWritable):
            operations.write_desk_step(secret=secret, step=Step.WHO, given=WHO, at=network.at)
        operations.take_back_desk_file(secret=secret, request_id=uuid4(), at=network.at)
        operations.withdraw_desk_file(secret=secret, request_id=uuid4(), at=network.at)
        assert queries.desk_file_of_link(secret, at=network.at).state is FileState.WITHDRAWN

    def test_a_number_applies_once_and_a_desk_does_not_apply_again(self, network: DeskNetwork) -> None:
        network.sent()
        other = network.draft()
        assert [each.code for each in queries.desk_file_of_link(other, at=network.at).problems] == ["desk-already-there"]
        with pytest.raises(DeskFileIncomplete):
            operations.send_desk_file(secret=other, request_id=uuid4(), at=network.at)
        with pytest.raises(DeskAlreadyThere):  # two requests at once: the database decides
            self._asked_to_complete_beside(network)

    @staticmethod
    def _asked_to_complete_beside(network: DeskNetwork) -> None:
        file_id = network.sent(who=WHO | {"number": "W449990202"}, email="bo@example.org")
        network.decide(DecisionKind.COMPLETE, file_id=file_id)
        ((secret,),) = [operations.send_desk_link_again(slug=network.slug, email="bo@example.org", request_id=uuid4(), at=network.at)]
        operations.write_desk_step(secret=secret, step=Step.WHO, given=WHO, at=network.at)

    def test_a_new_link_closes_the_earlier_one(self, network: DeskNetwork) -> None:
        secret = network.draft()
        assert operations.send_desk_link_again(slug=network.slug, email="nobody@example.org", request_id=uuid4(), at=network.at) == ()
        (again,) = operations.send_desk_link_again(slug=network.slug, email=PEOPLE["lead_email"], request_id=uuid4(), at=network.at)
        with pytest.raises(DeskFileUnknown):
            queries.desk_file_of_link(secret, at=network.at)
        assert queries.desk_file_of_link(again, at=network.at).name == WHO["name"]

    def test_what_is_taken_is_what_was_read(self, network: DeskNetwork) -> None:
        secret = network.draft()
        operations.send_desk_file(secret=secret, request_id=uuid4(), at=network.at)
        file_id = queries.desk_file_of_link(secret, at=network.at).file_id
        first, second = network.staff(901), network.staff(902)
        with acting_as(first):
            decision_id = operations.prepare_desk_decision(kind=DecisionKind.ADMIT, reason="Bien.", file_id=file_id, **network.facts(first))
            with pytest.raises(DeskDecisionWaiting):
                operations.prepare_desk_decision(kind=DecisionKind.REFUSE, reason="Non.", file_id=file_id, **network.facts(first))
        with pytest.raises(DeskFileNotWritable):
            operations.take_back_desk_file(secret=secret, request_id=uuid4(), at=network.at)
        with acting_as_everything(why="a hand in the database"), connection.cursor() as cursor:
            cursor.execute("UPDATE distribution_deskfile SET revision = revision + 1 WHERE id = %s", [file_id])
        with acting_as(second), pytest.raises(ApprovalChanged):
            operations.take_desk_decision(decision_id=decision_id, **network.facts(second))
        with acting_as(second):
            operations.set_aside_desk_decision(decision_id=decision_id, reason="Relire.", **network.facts(second))
            with pytest.raises(DeskDecisionNotNow):
                operations.take_desk_decision(decision_id=decision_id, **network.facts(second))

    def test_nobody_applies_where_no_agreement_is_published(self, desks: Desks) -> None:
        with pytest.raises(DesksClosed):
            DeskNetwork(desks.programme_id, desks.operator_id, desks.at).draft()


class TestAnAgreement:
    def test_a_hand_over_waits_for_both_signatures(self, network: DeskNetwork, desks: Desks) -> None:
        """The desk of before goes on for ninety days; then it signs, or hands nothing over."""
        with desks.as_desk():
            operations.hand_over(item=desks.booklet(0), actor=desks.prescriber, at=network.at)
            late = network.at + timedelta(days=91)
            with pytest.raises(AgreementMissing):
                operations.hand_over(item=desks.booklet(1), actor=desks.prescriber, at=late)
        assert queries.open_points(at=late).points == ()
        later = network.later(late)
        agreement_id = later.signed(desks.desk_id)
        with desks.as_desk(), pytest.raises(AgreementMissing):
            operations.hand_over(item=desks.booklet(1), actor=desks.prescriber, at=late)
        admin = later.staff(902)
        with acting_as(admin):
            operations.countersign_agreement(agreement_id=agreement_id, **later.facts(admin))
            operations.countersign_agreement(agreement_id=agreement_id, **later.facts(admin))
        with desks.as_desk():
            operations.hand_over(item=desks.booklet(1), actor=desks.prescriber, at=late)
        (agreement,) = later.desk(desks.desk_id).agreements
        assert (agreement.signer_name, agreement.signer_title, agreement.countersigner_name) == (
            "PRESCRIBER_LEAD", "Présidente", "OPERATOR_ADMIN",
        )  # fmt: skip
        assert agreement.until_on is not None

    def test_whoever_signs_has_just_proved_who_they_are_and_reads_the_version_in_force(self, network: DeskNetwork, desks: Desks) -> None:
        lead = network.lead(desks.desk_id)
        facts = {**network.about(desks.desk_id), "kind": AgreementKind.MANDATE, "version": 1, "signer_title": "Maire"}
        for actor, refusal in ((replace(lead, proved_at=None), SecondFactorNeeded), (desks.prescriber, NotAllowed)):
            with acting_as(actor), pytest.raises(refusal):
                operations.sign_agreement(**facts, **network.facts(actor))
        with acting_as(lead):
            for wrong, refusal in (
                ({"version": 2}, AgreementTextChanged),
                ({"kind": AgreementKind.REGIE}, RegisseurActMissing),
            ):
                with pytest.raises(refusal):
                    operations.sign_agreement(**facts | wrong, **network.facts(lead))
            operations.sign_agreement(**facts, **network.facts(lead))
            with pytest.raises(AgreementNotNow):
                operations.sign_agreement(**facts, **network.facts(lead))

    def test_an_association_keeps_no_regie(self, network: DeskNetwork) -> None:
        organisation_id = network.admitted()
        with pytest.raises(AgreementKindNotOffered):
            network.signed(organisation_id, AgreementKind.REGIE, regisseur_act="Arrêté 12", regisseur_act_on=network.at.date())

    def test_one_that_is_sent_back_says_why_and_may_be_signed_again(self, network: DeskNetwork, desks: Desks) -> None:
        act = {"regisseur_act": "Arrêté 2025-12 du maire", "regisseur_act_on": network.at.date()}
        agreement_id, admin = network.signed(desks.desk_id, AgreementKind.REGIE, **act), network.staff(902)
        with acting_as(admin):
            operations.send_agreement_back(agreement_id=agreement_id, reason="L’arrêté nomme une autre personne.", **network.facts(admin))
            with pytest.raises(AgreementNotNow):
                operations.countersign_agreement(agreement_id=agreement_id, **network.facts(admin))
        network.agreed(desks.desk_id)
        assert [each.sent_back_because for each in network.desk(desks.desk_id).agreements] == ["", "L’arrêté nomme une autre personne."]

    def test_what_was_signed_never_changes(self, network: DeskNetwork, desks: Desks) -> None:
        network.agreed(desks.desk_id)
        for change in ("signer_title = 'Autre'", "until_on = until_on + 400"):
            hand = acting_as_everything(why="a hand in the database")
            with hand, connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute(f"UPDATE distribution_deskagreement SET {change}")

    def test_one_reminder_then_a_lapse_then_hand_overs_again(self, network: DeskNetwork, desks: Desks) -> None:
        network.agreed(desks.desk_id)
        until_on = network.desk(desks.desk_id).agreements[0].until_on
        assert until_on is not None
        soon, over = network.at + timedelta(days=340), network.at + timedelta(days=366)
        with acting_as_everything(why="the daily look"):
            assert operations.remind_of_agreements(at=network.at) == 0
            assert [operations.remind_of_agreements(at=soon) for _twice in range(2)] == [1, 0]
            assert operations.lapse_agreements(at=soon) == 0
            assert [operations.lapse_agreements(at=over) for _twice in range(2)] == [1, 0]
        later = network.later(over)
        desk = later.desk(desks.desk_id)
        assert (desk.line.state, desk.standing.suspended_for) == (DeskState.SUSPENDED, SuspendedFor.NOT_RENEWED)
        with desks.as_desk(), pytest.raises(DeskNotRenewed):
            operations.hand_over(item=desks.booklet(0), actor=desks.prescriber, at=over)
        later.agreed(desks.desk_id)
        assert later.desk(desks.desk_id).standing.suspended_for is None

    def test_a_renewal_signed_in_time_follows_the_one_in_force(self, network: DeskNetwork, desks: Desks) -> None:
        network.agreed(desks.desk_id)
        first = network.desk(desks.desk_id).agreements[0]
        soon = network.later(network.at + timedelta(days=330))
        soon.agreed(desks.desk_id)
        second = soon.desk(desks.desk_id).agreements[0]
        assert second.from_on == first.until_on
        with acting_as_everything(why="the daily look"):
            assert operations.remind_of_agreements(at=soon.at + timedelta(days=10)) == 0
            assert operations.lapse_agreements(at=soon.at + timedelta(days=60)) == 0


class TestADesk:
    def test_it_is_open_when_all_is_done_and_training_names_who_ticked(self, network: DeskNetwork, desks: Desks) -> None:
        network.agreed(desks.desk_id)
        network.trained(desks.desk_id)
        lead = network.lead(desks.desk_id)
        view = network.desk(desks.desk_id)
        assert {tick.ticked_by for tick in view.training} == {lead.person_id}
        assert view.line.missing == (Todo.LEAD, Todo.POINTS)
        with acting_as(lead):
            operations.tick_training(**network.about(desks.desk_id), item="guide", is_done=False, **network.facts(lead))
            with pytest.raises(TrainingItemUnknown):
                operations.tick_training(**network.about(desks.desk_id), item="else", is_done=True, **network.facts(lead))
        assert Todo.TRAINING in network.desk(desks.desk_id).line.missing

    def test_two_people_suspend_it_and_reinstate_it_and_it_may_give_back_meanwhile(self, network: DeskNetwork, desks: Desks) -> None:
        network.decide(DecisionKind.SUSPEND, "Des carnets ont été vendus.", **network.about(desks.desk_id))
        lead = network.lead(desks.desk_id)
        with desks.as_desk(), pytest.raises(DeskSuspended):
            operations.hand_over(item=desks.booklet(0), actor=desks.prescriber, at=network.at)
        with acting_as(lead):
            ends = {"from_organisation_id": desks.desk_id, "to_organisation_id": desks.operator_id}
            operations.ask_move(programme_id=desks.programme_id, booklet_count=1, **ends, **network.facts(lead))
        with pytest.raises(DeskDecisionNotNow):
            network.decide(DecisionKind.SUSPEND, **network.about(desks.desk_id))
        network.decide(DecisionKind.REINSTATE, **network.about(desks.desk_id))
        with desks.as_desk():
            operations.hand_over(item=desks.booklet(0), actor=desks.prescriber, at=network.at)

    def test_it_leaves_once_its_booklets_are_back_or_declared_lost(self, network: DeskNetwork, desks: Desks) -> None:
        lead, agent = network.lead(desks.desk_id), network.staff(901, Role.OPERATOR_AGENT)
        about = network.about(desks.desk_id)
        with acting_as(lead):
            held = operations.leave(**about, **network.facts(lead))
            (asked, *_others) = queries.moves(organisation_id=desks.desk_id, open_only=True)
            assert asked.booklet_count == held
            with pytest.raises(DeskLeaving):
                operations.hand_over(item=desks.booklet(0), actor=lead, at=network.at)
            with pytest.raises(NotAllowed):
                operations.finish_leaving(**about, **network.facts(lead))
            operations.send_move(move_id=asked.id, booklet_count=held - 1, **network.facts(lead))
        with acting_as(agent), pytest.raises(StockNotBack):
            operations.finish_leaving(**about, **network.facts(agent))
        with acting_as(agent):
            operations.receive_move(move_id=asked.id, missing_ids=[], **network.facts(agent))
        assert network.desk(desks.desk_id).left_to_return == 1
        with acting_as(lead):
            (left,) = ledger.stock_ids(holder_id=desks.desk_id, programme_id=desks.programme_id)
            loss = {"series_id": desks.sleeping.id, "first_booklet_id": left, "last_booklet_id": left, "reason": EndReason.LOST}
            operations.declare_loss(**loss, **network.facts(lead))
        with acting_as_everything(why="the daily look"):
            assert [operations.end_departures(at=network.at) for _twice in range(2)] == [1, 0]
        with desks.as_desk(), pytest.raises(NotPrescriber):
            operations.hand_over(item=desks.booklet(0), actor=desks.prescriber, at=network.at + timedelta(days=1))

    def test_it_may_stay_after_all(self, network: DeskNetwork, desks: Desks) -> None:
        lead, about = network.lead(desks.desk_id), network.about(desks.desk_id)
        with acting_as(lead):
            operations.leave(**about, **network.facts(lead))
            operations.stay(**about, **network.facts(lead))
            assert queries.moves(organisation_id=desks.desk_id, open_only=True) == []
        with desks.as_desk():
            operations.hand_over(item=desks.booklet(0), actor=desks.prescriber, at=network.at)

    def test_the_operator_ends_it_the_same_way(self, network: DeskNetwork, desks: Desks) -> None:
        network.decide(DecisionKind.END, **network.about(desks.desk_id))
        assert network.desk(desks.desk_id).line.state is DeskState.LEAVING
        with acting_as(desks.agent):
            assert [each.booklet_count for each in queries.moves(programme_id=desks.programme_id, open_only=True)] == [8]


class TestAFileOfDesks:
    def test_the_same_file_twice_does_nothing_twice(self, network: DeskNetwork) -> None:
        first, second = network.staff(901), network.staff(902)

        def send() -> int:
            return operations.send_desks_file(
                programme_id=network.programme_id, file_name="g.csv", stream=BytesIO(FILE.encode()), **network.facts(first)
            )

        with acting_as(first):
            import_id = send()
            assert send() == import_id
            read = queries.desk_import(import_id, actor=first)
            assert (read.count(LineOutcome.NEW), read.count(LineOutcome.REFUSED)) == (3, 3)
            assert "pas une adresse" not in str(read.lines), "an address of a person is not kept with the lines"
            assert len(queries.desk_lines(network.programme_id, at=network.at)) == 1, "nothing is written before a second person"
            decision_id = operations.prepare_desks_file(import_id=import_id, reason="Liste du CCAS.", **network.facts(first))
            with pytest.raises(SamePerson):
                operations.take_desk_decision(decision_id=decision_id, **network.facts(first))
        with acting_as(second):
            operations.take_desk_decision(decision_id=decision_id, **network.facts(second))
            lines = queries.desk_lines(network.programme_id, at=network.at)
        assert sorted(line.name for line in lines) == ["Déjà là", "Les Voisins", "Médiathèque"]
        with acting_as(first):
            assert send() == import_id
            again = FILE + " \n"
            other = operations.send_desks_file(
                programme_id=network.programme_id, file_name="g2.csv", stream=BytesIO(again.encode()), **network.facts(first)
            )
            assert queries.desk_import(other, actor=first).count(LineOutcome.SAME) == 3
            operations.drop_desks_file(import_id=other, **network.facts(first))
            assert queries.desk_import(import_id, actor=first).state is ImportState.TAKEN

    def test_one_bad_desk_found_late_leaves_nothing_half_written(self, network: DeskNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
        first, second = network.staff(901), network.staff(902)
        with acting_as(first):
            import_id = operations.send_desks_file(
                programme_id=network.programme_id, file_name="g.csv", stream=BytesIO(FILE.encode()), **network.facts(first)
            )
            decision_id = operations.prepare_desks_file(import_id=import_id, reason="Liste.", **network.facts(first))
        whole, calls = _effects.admit, []

        def breaks(*arguments: object, **named: object) -> int:
            calls.append(1)
            if len(calls) == 2:
                raise DeskFileIncomplete(count=1)
            return whole(*arguments, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(_effects, "admit", breaks)
        with pytest.raises(DeskFileIncomplete), acting_as(second):
            operations.take_desk_decision(decision_id=decision_id, **network.facts(second))
        with acting_as(second):
            assert [line.name for line in queries.desk_lines(network.programme_id, at=network.at)] == ["Médiathèque"]


def test_what_has_served_is_forgotten(network: DeskNetwork) -> None:
    secret = network.draft()
    with acting_as_everything(why="files age"):
        assert operations.forget_desk_files(at=network.at) == 0
        assert operations.forget_desk_files(at=network.at + timedelta(days=181)) == 1
    with pytest.raises(DeskFileUnknown):
        queries.desk_file_of_link(secret, at=network.at)
