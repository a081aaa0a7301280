"""A structure from its request to its end: a number and a code, two people, appeals, messages, papers, what is forgotten."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.identifiers import NirInText
from carnet.kernel.periods import start_of_day
from carnet.mandates.models import Structure, StructureFile, StructureMessage, StructurePaper
from carnet.mandates.operations import habilitation as operations
from carnet.mandates.queries import habilitation as queries
from carnet.mandates.rules.habilitation import (
    DecisionKind,
    FileState,
    HelperState,
    RequestNumber,
    Step,
    StructureAlreadyThere,
    StructureAppealNeedsAnother,
    StructureAppealNotPossible,
    StructureAppealTooLate,
    StructureDecisionNotNow,
    StructureDecisionWaiting,
    StructureFileIncomplete,
    StructureFileNotWritable,
    StructureFileUnknown,
    StructuresClosed,
    StructureTextMissing,
    key_of,
)
from carnet.notices.models import Notice
from carnet.parties import queries as parties
from carnet.parties.rules import ApprovalChanged, NotAllowed, Role, SamePerson, SecondFactorNeeded
from tests.factories.campaign import organisation, programme
from tests.mandates.habilitation import HELPER, LEAD, TERMS, WHO, Habilitation, paper

pytestmark = pytest.mark.django_db
NOW = start_of_day(date(2026, 3, 2)) + timedelta(hours=10)


@pytest.fixture
def closed() -> Habilitation:
    operator_id = organisation("Opérateur", "OPERATOR")
    return Habilitation(programme(operator_id, first_day=date(2026, 1, 5)), operator_id, NOW)


@pytest.fixture
def world(closed: Habilitation) -> Habilitation:
    return closed.publish()


class TestARequest:
    def test_it_is_resumed_by_its_number_and_its_code_however_they_are_typed(self, world: Habilitation) -> None:
        opened = operations.open_structure_file(slug=world.slug, email="ana@example.org", request_id=uuid4(), at=NOW)
        with acting_as_everything(why="read the letter"):
            letter = Notice.objects.filter(kind="mandates.structure-link").latest("id").context
        assert letter["number"] == opened.number and letter["secret"] == opened.key
        typed = key_of(RequestNumber.parse(letter["number"].lower()), f" {letter['code'].lower()} ")
        assert queries.structure_file_of_key(typed, at=NOW).file_id == opened.file_id
        for wrong in (f"{RequestNumber.parse(opened.number)}.", typed[:-1], letter["code"]):
            with pytest.raises(StructureFileUnknown):
                queries.structure_file_of_key(wrong, at=NOW)

    def test_repeated_it_is_opened_once_and_a_new_code_closes_the_earlier(self, world: Habilitation) -> None:
        request_id = uuid4()
        first, again = (
            operations.open_structure_file(slug=world.slug, email="ana@example.org", request_id=request_id, at=NOW) for _twice in range(2)
        )
        assert (again.file_id, again.key) == (first.file_id, None)
        assert operations.send_structure_link_again(slug=world.slug, email="nobody@example.org", request_id=uuid4(), at=NOW) == ()
        (key,) = operations.send_structure_link_again(slug=world.slug, email="ANA@example.org", request_id=uuid4(), at=NOW)
        assert queries.structure_file_of_key(key, at=NOW).file_id == first.file_id
        with pytest.raises(StructureFileUnknown):
            queries.structure_file_of_key(first.key or "", at=NOW)

    def test_it_keeps_what_is_wrong_and_is_not_sent_before_it_is_mended(self, world: Habilitation) -> None:
        key = world.draft(who=WHO | {"number": "123"}, helpers=(HELPER | {"position": "VOLUNTEER"},))
        view = queries.structure_file_of_key(key, at=NOW)
        assert [(each.step, each.code) for each in view.problems] == [
            (Step.WHO, "siret-invalid"),
            (Step.HELPERS, "helper-not-professional"),
        ]
        with pytest.raises(StructureFileIncomplete):
            operations.send_structure_file(key=key, request_id=uuid4(), at=NOW)
        operations.write_structure_step(key=key, step=Step.WHO, given=WHO, at=NOW)
        operations.write_structure_helper(key=key, helper="1", given=HELPER, at=NOW)
        operations.send_structure_file(key=key, request_id=uuid4(), at=NOW)
        operations.send_structure_file(key=key, request_id=uuid4(), at=NOW)
        with pytest.raises(StructureFileNotWritable):
            operations.remove_structure_helper(key=key, helper="1", at=NOW)
        operations.take_back_structure_file(key=key, request_id=uuid4(), at=NOW)
        operations.remove_structure_helper(key=key, helper="1", at=NOW)
        operations.withdraw_structure_file(key=key, request_id=uuid4(), at=NOW)
        assert queries.structure_file_of_key(key, at=NOW).state is FileState.WITHDRAWN

    def test_an_association_sends_its_papers_and_they_are_looked_at_on_the_record(self, world: Habilitation) -> None:
        key = world.draft(who=WHO | {"form": "ASSOCIATION"})
        assert [each.field for each in queries.structure_file_of_key(key, at=NOW).problems] == ["STATUTES", "MISSION"]
        for kind in ("STATUTES", "MISSION"):
            paper_id = operations.add_structure_paper(key=key, kind=kind, content=paper(), request_id=uuid4(), at=NOW)
        assert operations.own_structure_paper(key=key, paper_id=paper_id)[1] == "application/pdf"
        operations.send_structure_file(key=key, request_id=uuid4(), at=NOW)
        file_id, staff = queries.structure_file_of_key(key, at=NOW).file_id, world.staff(902)
        with acting_as(staff):
            content, _kind = operations.look_at_structure_paper(file_id=file_id, paper_id=paper_id, **world.facts(staff))
        assert content.startswith(b"%PDF")
        with connection.cursor() as cursor, acting_as_everything(why="was it written?"):
            cursor.execute("SELECT count(*) FROM journal_line WHERE action = 'mandates.structure-paper-seen'")
            assert cursor.fetchone()[0] == 1

    def test_a_siret_asks_once(self, world: Habilitation) -> None:
        world.sent()
        other = world.draft(email="bo@example.org")
        assert [each.code for each in queries.structure_file_of_key(other, at=NOW).problems] == ["structure-already-there"]
        operations.write_structure_step(key=other, step=Step.WHO, given=WHO | {"number": "21440109300015"}, at=NOW)
        operations.send_structure_file(key=other, request_id=uuid4(), at=NOW)
        world.decide(queries.structure_file_of_key(other, at=NOW).file_id, DecisionKind.COMPLETE)
        with pytest.raises(StructureAlreadyThere):  # two at once: the database decides
            operations.write_structure_step(key=other, step=Step.WHO, given=WHO, at=NOW)

    def test_nobody_asks_where_no_terms_are_published_and_new_terms_are_accepted_anew(self, closed: Habilitation) -> None:
        with pytest.raises(StructuresClosed):
            closed.draft()
        key = closed.publish().draft()
        closed.later(NOW + timedelta(hours=1)).publish(TERMS + "\n\nArticle 3.")
        left = queries.structure_file_of_key(key, at=NOW + timedelta(hours=2)).problems
        assert [each.code for each in left] == ["helper-terms-changed"]

    def test_messages_go_both_ways_and_hold_no_social_security_number(self, world: Habilitation) -> None:
        key, file_id = world.sent()
        operations.write_to_programme(key=key, text="Notre DPO change en avril.", request_id=uuid4(), at=NOW)
        with pytest.raises(NirInText):
            operations.write_to_programme(key=key, text="Sam, 2 85 05 78 006 084 41", request_id=uuid4(), at=NOW)
        with pytest.raises(StructureTextMissing):
            operations.write_to_programme(key=key, text=" ", request_id=uuid4(), at=NOW)
        agent = world.staff(902, Role.OPERATOR_AGENT)
        with acting_as(agent):
            (line,) = queries.structure_files(actor=agent, programme_ids=[world.programme_id])
            assert (line.unread, line.waits) == (1, True)
            operations.write_to_structure(file_id=file_id, text="Merci, c’est noté.", **world.facts(agent))
            assert queries.structure_files(actor=agent, programme_ids=[world.programme_id])[0].unread == 0
        said = queries.structure_file_of_key(key, at=NOW).messages
        assert [(each.by_programme, each.text) for each in said] == [(False, "Notre DPO change en avril."), (True, "Merci, c’est noté.")]
        with acting_as_everything(why="nothing in clear"):
            assert all("DPO" not in bytes(row.sealed_text or b"").decode("latin1") for row in StructureMessage.objects.all())
            assert Notice.objects.filter(kind="mandates.structure-message", to_email=LEAD["lead_email"]).exists()


class TestADecision:
    def test_two_people_admit_a_structure_its_lead_and_its_helpers(self, world: Habilitation) -> None:
        _key, file_id = world.sent()
        first, second = world.staff(902), world.staff(903)
        with acting_as(first):
            decision_id = operations.prepare_structure_decision(
                file_id=file_id, kind=DecisionKind.ADMIT, reason="Bien.", **world.facts(first)
            )
            with pytest.raises(SamePerson):
                operations.take_structure_decision(decision_id=decision_id, **world.facts(first))
            with pytest.raises(StructureDecisionWaiting):
                operations.prepare_structure_decision(file_id=file_id, kind=DecisionKind.REFUSE, reason="Non.", **world.facts(first))
        stale = replace(second, proved_at=None)
        with acting_as(stale), pytest.raises(SecondFactorNeeded):
            operations.take_structure_decision(decision_id=decision_id, **world.facts(stale))
        with acting_as(second):
            operations.take_structure_decision(decision_id=decision_id, **world.facts(second))
            operations.take_structure_decision(decision_id=decision_id, **world.facts(second))
            found = queries.structure_file(file_id, actor=second, at=NOW)
        assert found.state is FileState.ADMITTED and found.organisation_id is not None
        assert parties.organisation(found.organisation_id).siret == WHO["number"]
        assert [(each.name, each.state) for each in world.helpers(found.organisation_id)] == [("Sam Petit", HelperState.TO_TRAIN)]
        with acting_as_everything(why="who is invited"):
            assert Structure.objects.get(organisation_id=found.organisation_id).ended_at is None
            invited = list(Notice.objects.filter(kind="parties.invitation").values_list("to_email", flat=True))
        assert invited == [LEAD["lead_email"]]

    def test_what_is_taken_is_what_was_read(self, world: Habilitation) -> None:
        key, file_id = world.sent()
        decision_id, second = world.prepare(file_id, DecisionKind.ADMIT), world.staff(903)
        with pytest.raises(StructureFileNotWritable):
            operations.take_back_structure_file(key=key, request_id=uuid4(), at=NOW)
        with acting_as_everything(why="a hand in the database"):
            StructureFile.objects.filter(id=file_id).update(revision=99)
        with acting_as(second), pytest.raises(ApprovalChanged):
            operations.take_structure_decision(decision_id=decision_id, **world.facts(second))
        with acting_as(second):
            operations.set_aside_structure_decision(decision_id=decision_id, reason="À relire.", **world.facts(second))
            with pytest.raises(StructureDecisionNotNow):
                operations.take_structure_decision(decision_id=decision_id, **world.facts(second))

    def test_what_was_prepared_never_changes(self, world: Habilitation) -> None:
        _key, file_id = world.sent()
        world.prepare(file_id, DecisionKind.REFUSE)
        for change in ("SET reason = 'Autre'", "SET decided_by_id = prepared_by_id, decided_at = now(), state = 'TAKEN'"):
            hand = acting_as_everything(why="a hand in the database")
            with hand, connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute(f"UPDATE mandates_structuredecision {change}")

    def test_a_refusal_is_contested_once_in_time_and_others_answer(self, world: Habilitation) -> None:
        key, file_id = world.sent()
        with pytest.raises(StructureAppealNotPossible):
            operations.contest_by_key(key=key, text="Pourquoi ?", request_id=uuid4(), at=NOW)
        world.decide(file_id, DecisionKind.REFUSE)
        with pytest.raises(StructureAppealTooLate):
            operations.contest_by_key(key=key, text="Pourquoi ?", request_id=uuid4(), at=NOW + timedelta(days=61))
        operations.contest_by_key(key=key, text="Le motif ne nous concerne pas.", request_id=uuid4(), at=NOW)
        with pytest.raises(StructureAppealNotPossible):
            operations.contest_by_key(key=key, text="Encore.", request_id=uuid4(), at=NOW)
        with pytest.raises(StructureAppealNeedsAnother):
            world.prepare(file_id, DecisionKind.UPHOLD, by=903)
        with pytest.raises(StructureAppealNeedsAnother):
            world.decide(file_id, DecisionKind.DISMISS, by=(904, 902))

    def test_an_appeal_that_is_right_undoes_what_it_contests(self, world: Habilitation) -> None:
        key, file_id = world.sent()
        world.decide(file_id, DecisionKind.REFUSE)
        operations.contest_by_key(key=key, text="Le motif ne nous concerne pas.", request_id=uuid4(), at=NOW)
        world.decide(file_id, DecisionKind.UPHOLD, by=(904, 905))
        view = queries.structure_file_of_key(key, at=NOW)
        assert view.state is FileState.SENT and view.appeals[0].is_answered
        world.decide(file_id, DecisionKind.ADMIT)
        organisation_id = queries.structure_file_of_key(key, at=NOW).organisation_id or 0
        later = world.later(NOW + timedelta(days=1))
        later.decide(file_id, DecisionKind.END)
        with acting_as_everything(why="is it closed?"):
            assert Structure.objects.get(organisation_id=organisation_id).ended_at == later.at
        lead = later.member(organisation_id, 950)
        with acting_as(lead):
            operations.contest(text="Nous avons corrigé.", **later.facts(lead))
        later.decide(file_id, DecisionKind.UPHOLD, by=(904, 905))
        with acting_as_everything(why="is it open again?"):
            assert Structure.objects.get(organisation_id=organisation_id).ended_at is None

    def test_a_stranger_sees_nothing_of_it(self, world: Habilitation) -> None:
        _key, file_id = world.sent()
        stranger = replace(world.staff(902), organisation_id=0, organisation_ids=frozenset(), programme_ids=frozenset())
        with acting_as(stranger), pytest.raises(StructureFileUnknown):
            queries.structure_file(file_id, actor=stranger, at=NOW)
        lead = world.member(world.operator_id, 1)
        with acting_as(lead), pytest.raises(NotAllowed):
            queries.structure_file(file_id, actor=lead, at=NOW)


def test_what_has_served_is_forgotten_and_the_decisions_stay(world: Habilitation) -> None:
    key, file_id = world.sent()
    operations.write_to_programme(key=key, text="Bonjour.", request_id=uuid4(), at=NOW)
    world.decide(file_id, DecisionKind.REFUSE)
    draft = world.draft(email="bo@example.org", who=WHO | {"number": "21440109300015"})
    operations.add_structure_paper(key=draft, kind="OTHER", content=paper(), request_id=uuid4(), at=NOW)
    with acting_as_everything(why="the daily look"):
        assert operations.forget_structure_files(at=NOW + timedelta(days=179)) == 0
        assert operations.forget_structure_files(at=NOW + timedelta(days=181)) == 1
        assert operations.forget_structure_files(at=NOW + timedelta(days=366)) == 1
        assert operations.forget_structure_files(at=NOW + timedelta(days=366)) == 0
        assert not StructureMessage.objects.filter(sealed_text__isnull=False).exists()
        assert not StructurePaper.objects.filter(sealed_content__isnull=False).exists()
    with pytest.raises(StructureFileUnknown):
        queries.structure_file_of_key(key, at=NOW)
    staff = world.staff(902)
    with acting_as(staff):
        assert [each.kind for each in queries.structure_file(file_id, actor=staff, at=NOW).decisions] == [DecisionKind.REFUSE]
