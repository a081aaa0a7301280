"""Cards of one-time codes, from their maker's file to the hand of a helper, and what happens when one is lost."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, InternalError, connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.jobs.accounts import keep_accounts
from carnet.journal.models import Line
from carnet.kernel.actors import Actor
from carnet.notices.models import Notice
from carnet.parties import access, queries
from carnet.parties import operations as parties
from carnet.parties.models import CardCode, CardShipment, CodeCard, FactorRecovery
from carnet.parties.rules import (
    CardAlreadyKnown,
    CardCodeWrong,
    CardFileTooLong,
    CardFileUnreadable,
    CardHeldAlready,
    CardHolderUnknown,
    CardKindInvalid,
    CardNotHere,
    CardResting,
    CardSerialInvalid,
    CardsShort,
    CardUnknown,
    NotAllowed,
    OrganisationUnknown,
    OwnMembership,
    RecoveryCodeWrong,
    RecoveryNotForPerson,
    RecoveryUnknown,
    SamePerson,
    SecondFactorNeeded,
)
from tests.factories.cards import PROGRAM, file_of, given, proved, seed_of, shown, someone, stocked, structure
from tests.parties.conftest import AT, Cast

MINUTE = timedelta(minutes=1)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass(frozen=True)
class Library:
    """A structure with a lead, another lead and a helper; the operator's people; three cards sent."""

    id: int
    lead: Actor
    second: Actor
    helper: Actor
    admin: Actor
    agent: Actor
    approver: Actor
    charlie: Actor

    @property
    def holder_id(self) -> int:
        assert self.helper.person_id is not None
        return self.helper.person_id


@pytest.fixture
def library(cast: Cast) -> Library:
    organisation_id = structure(cast.operator, "Médiathèque", AT)
    made = Library(
        organisation_id,
        someone(organisation_id, "lea", "HELPER_LEAD", AT),
        someone(organisation_id, "luc", "HELPER_LEAD", AT),
        someone(organisation_id, "hana", "HELPER", AT),
        cast.actor("admin"),
        cast.actor("agent"),
        cast.actor("approver"),
        cast.actor("charlie"),
    )
    stocked(made.admin, organisation_id, 3, AT)
    return made


@pytest.fixture
def holding(library: Library) -> Library:
    """The helper holds the first card, and typed a code of it."""
    given(library.lead, library.holder_id, AT)
    proved(library.helper, AT)
    return library


def accept(library: Library, code: str, at=AT) -> object:
    return parties.accept_card_code(person_id=library.holder_id, code=code, at=at)


def letters(kind: str) -> list[Notice]:
    with acting_as_everything(why="reading the outbox in a test"):
        return list(Notice.objects.filter(kind=kind).order_by("id"))


def row(number: int = 1) -> CodeCard:
    with acting_as_everything(why="a test"):
        return CodeCard.objects.get(serial=f"GADT{number:04d}")


# --- The file, the stock, the parcels --------------------------------------------------------------------------------------------------


def test_a_wrong_line_is_told_and_stops_no_other(library: Library) -> None:
    good = seed_of(9).hex()
    text = f"serial;seed;step\nNEW-1;{good};\nx;{good};\nNEW-2;zz!;\nNEW-3;{good};45\nNEW-1;{good};\nGADT0001;{good};\nNEW-4;{good};30\n"
    request_id = uuid4()
    with acting_as(library.admin):
        report = parties.import_cards(content=text.encode(), actor=library.admin, request_id=request_id, at=AT)
        again = parties.import_cards(content=text.encode(), actor=library.admin, request_id=request_id, at=AT)
        assert CodeCard.objects.filter(serial__startswith="NEW").count() == 2
    assert report.imported == again.imported == 2
    assert [(line.number, type(line.refusal)) for line in report.refused] == [
        (3, CardSerialInvalid), (4, CardKindInvalid), (5, CardKindInvalid), (6, CardAlreadyKnown), (7, CardAlreadyKnown),
    ]  # fmt: skip


def test_no_seed_is_ever_written_in_clear(library: Library) -> None:
    with acting_as_everything(why="a test"), connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(c)::text FROM parties_codecard c UNION ALL SELECT to_jsonb(j)::text FROM journal_line j")
        written = " ".join(line for (line,) in cursor.fetchall())
    assert "GADT0001" in written
    assert seed_of(1).hex() not in written
    assert bytes(row(1).sealed_seed or b"") != bytes(row(2).sealed_seed or b"")


def test_a_file_that_is_none_or_too_long_is_refused(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carnet.parties.operations._cards.CARDS_FILE_MOST", 2)
    for content, refusal in ((b"<html/>", CardFileUnreadable), (file_of(3, "Z"), CardFileTooLong)):
        with pytest.raises(refusal), acting_as(library.admin):
            parties.import_cards(content=content, actor=library.admin, request_id=uuid4(), at=AT)


def test_cards_are_brought_in_by_an_administrator_with_a_proof(library: Library) -> None:
    for actor, refusal in (
        (library.agent, NotAllowed),
        (library.lead, NotAllowed),
        (replace(library.admin, proved_at=None), SecondFactorNeeded),
    ):
        with pytest.raises(refusal), acting_as(actor):
            parties.import_cards(content=file_of(1), actor=actor, request_id=uuid4(), at=AT)


def test_cards_are_sent_once_to_a_structure_of_one_s_own(library: Library, cast: Cast) -> None:
    request_id = uuid4()
    with acting_as(library.admin):
        parties.import_cards(content=file_of(4, "B"), actor=library.admin, request_id=uuid4(), at=AT)
        for _twice in range(2):
            parties.send_cards(organisation_id=library.id, count=3, actor=library.admin, request_id=request_id, at=AT)
        assert queries.card_counts(actor=library.admin).in_stock == 1
        with pytest.raises(CardsShort) as short:
            parties.send_cards(organisation_id=library.id, count=2, actor=library.admin, request_id=uuid4(), at=AT)
        assert short.value.facts == {"left": 1}
        with pytest.raises(OrganisationUnknown):
            parties.send_cards(organisation_id=cast.place, count=1, actor=library.admin, request_id=uuid4(), at=AT)
    with pytest.raises(OrganisationUnknown), acting_as(library.charlie):
        parties.send_cards(organisation_id=library.id, count=1, actor=library.charlie, request_id=uuid4(), at=AT)


def test_the_lead_says_that_a_parcel_arrived_or_gives_a_card_of_it(library: Library) -> None:
    with acting_as(library.lead):
        [parcel] = queries.parcels(actor=library.lead)
        assert (parcel.card_count, parcel.received_at) == (3, None)
    given(library.lead, library.holder_id, AT)
    with acting_as(library.lead):
        assert queries.parcels(actor=library.lead)[0].received_at == AT
        parties.receive_cards(shipment_id=parcel.id, actor=library.lead, request_id=uuid4(), at=AT + MINUTE)
        assert CardShipment.objects.get().received_at == AT


# --- A card and its holder -------------------------------------------------------------------------------------------------------------


def test_a_card_opens_nothing_before_its_holder_has_typed_a_code_of_it(library: Library) -> None:
    given(library.lead, library.holder_id, AT)
    with pytest.raises(CardUnknown):
        accept(library, shown(AT, seed_of(1)))
    with access.recognised(library.holder_id):
        assert not queries.has_second_factor(library.holder_id)
    assert isinstance(parties.validate_card(code="000000", actor=library.helper, request_id=uuid4(), at=AT), CardCodeWrong)
    proved(library.helper, AT)
    with access.recognised(library.holder_id):
        assert queries.has_second_factor(library.holder_id)
    assert accept(library, shown(AT + MINUTE, seed_of(1)), AT + MINUTE) is None


def test_a_card_is_given_by_the_lead_of_its_structure_to_a_helper_of_it_one_each(holding: Library, cast: Cast) -> None:
    stranger = cast.people["bob"][0]
    for person_id, number, refusal in (
        (holding.holder_id, 2, CardHeldAlready), (stranger, 2, CardHolderUnknown), (holding.second.person_id, 1, CardNotHere),
        (holding.second.person_id, 9, CardUnknown),
    ):  # fmt: skip
        with pytest.raises(refusal):
            given(holding.lead, person_id or 0, AT, number)
    with pytest.raises(NotAllowed):
        given(holding.helper, holding.second.person_id or 0, AT, 2)


def test_a_code_serves_once_and_so_do_those_before_it(holding: Library) -> None:
    later = AT + 5 * MINUTE
    assert accept(holding, shown(later, seed_of(1)), later) is None
    for late in (0, 1):
        assert isinstance(accept(holding, shown(later, seed_of(1), late=late), later), CardCodeWrong)


def test_the_database_itself_refuses_a_code_a_second_time(holding: Library) -> None:
    card = row()
    with acting_as_everything(why="a test"):
        with pytest.raises(IntegrityError, match="parties_cardcode_once"), transaction.atomic():
            CardCode.objects.create(card=card, person_id=holding.holder_id, step=card.latest_step, accepted_at=AT)
        with pytest.raises(IntegrityError, match="never goes back"), transaction.atomic():
            CodeCard.objects.filter(id=card.id).update(latest_step=card.latest_step - 1)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            CardCode.objects.update(step=1)


def test_a_clock_that_drifts_is_followed_one_step_at_a_time(holding: Library) -> None:
    at = AT
    for late in range(1, 13):  # two minutes a year, for six years
        at += timedelta(days=182)
        assert accept(holding, shown(at, seed_of(1), late=late), at) is None, late
        assert (row().drift, row().reach) == (-late, 2)
    at += timedelta(days=1)
    assert accept(holding, shown(at, seed_of(1), late=12), at) is None
    assert (row().drift, row().reach) == (-12, 1)


def test_wrong_codes_never_widen_the_window_and_make_wait(holding: Library) -> None:
    before = (row().drift, row().reach)
    at = AT + 10 * MINUTE
    for late in (4, 5, 6, 7):
        assert isinstance(accept(holding, shown(at, seed_of(1), late=late), at), CardCodeWrong)
    assert isinstance(accept(holding, "123123", at), CardResting)
    assert (row().drift, row().reach) == before
    assert len(letters("parties.card-guessed")) == 1
    assert isinstance(accept(holding, shown(at, seed_of(1)), at), CardResting), "a resting card looks at no code, not even the right one"
    at += MINUTE
    assert accept(holding, shown(at, seed_of(1)), at) is None
    assert row().wrong_count == 0


def test_two_codes_in_a_row_find_a_clock_that_wandered(holding: Library) -> None:
    at = AT + timedelta(days=300)
    far = [shown(at, seed_of(1), late=late) for late in (9, 8)]
    assert isinstance(accept(holding, far[1], at), CardCodeWrong)
    assert isinstance(accept(holding, far[1] + far[0], at), CardCodeWrong), "the other way round"
    assert accept(holding, f"{far[0]} {far[1]}", at) is None
    assert row().drift == -8
    beyond = [shown(at, seed_of(1), late=late) for late in (40, 39)]
    assert isinstance(accept(holding, "".join(beyond), at), CardCodeWrong)


def test_a_card_taken_back_opens_nothing_and_is_given_to_somebody_else(holding: Library) -> None:
    with acting_as(holding.lead):
        parties.take_card_back(card_id=row().id, actor=holding.lead, request_id=uuid4(), at=AT)
    with pytest.raises(CardUnknown):
        accept(holding, shown(AT + MINUTE, seed_of(1)), AT + MINUTE)
    given(holding.lead, holding.second.person_id or 0, AT)
    # What the first holder typed in an earlier minute does not open the second's card.
    assert parties.validate_card(code=shown(AT, seed_of(1)), actor=holding.second, request_id=uuid4(), at=AT) is not None
    proved(holding.second, AT + MINUTE)


# --- Lost ----------------------------------------------------------------------------------------------------------------------------------


def lose(library: Library, actor: Actor, reason: str = "LOST") -> None:
    with acting_as(actor):
        parties.end_card(card_id=row().id, reason=reason, actor=actor, request_id=uuid4(), at=AT)


def test_a_lost_card_is_dead_at_once_its_seed_erased(holding: Library) -> None:
    lose(holding, replace(holding.lead, proved_at=None))  # without waiting for a proof
    assert row().sealed_seed is None
    with pytest.raises(CardUnknown):
        accept(holding, shown(AT + MINUTE, seed_of(1)), AT + MINUTE)
    with (
        pytest.raises((IntegrityError, InternalError), match="never lives again"),
        acting_as_everything(why="a test"),
        transaction.atomic(),
    ):
        CodeCard.objects.filter(id=row().id).update(ended_at=None, ended_reason=None, sealed_seed=b"x")
    lose(holding, holding.lead)  # again: nothing changes
    with acting_as_everything(why="a test"):
        assert Line.objects.filter(action="parties.card-lost").count() == 1


def test_nobody_of_another_structure_or_operator_ends_a_card(holding: Library, cast: Cast) -> None:
    other = someone(structure(cast.operator, "CCAS", AT), "zoe", "HELPER_LEAD", AT)
    for actor, refusal in ((other, CardUnknown), (holding.charlie, CardUnknown), (holding.helper, NotAllowed)):
        with pytest.raises(refusal):
            lose(holding, actor)


def test_after_a_loss_a_password_is_not_enough_a_letter_s_code_is_needed(holding: Library) -> None:
    lose(holding, holding.lead)
    [letter] = letters("parties.recovery-code")
    assert letter.to_email == "hana@example.org"
    assert [each.to_email for each in letters("parties.recovery-begun")] == ["luc@example.org"]
    waiting = queries.recovery_waiting_for(holding.holder_id)
    assert waiting is not None
    where = {"person_id": holding.holder_id, "request_id": uuid4()}
    assert isinstance(parties.try_recovery_code(code="WRONG-CODE", at=AT, **where), RecoveryCodeWrong)
    assert isinstance(parties.try_recovery_code(code=letter.context["code"], at=AT + timedelta(hours=48), **where), RecoveryCodeWrong)
    assert parties.try_recovery_code(code=letter.context["code"].lower(), at=AT, **where) == waiting
    given(holding.lead, holding.holder_id, AT, 2)  # replaced
    proved(holding.helper, AT, 2)
    assert queries.recovery_waiting_for(holding.holder_id) is None
    assert isinstance(parties.try_recovery_code(code=letter.context["code"], at=AT, **where), RecoveryCodeWrong)


def test_after_a_loss_somebody_suspended_does_not_come_back_with_a_password_alone(holding: Library) -> None:
    with acting_as(holding.lead):
        [member] = [
            each for each in queries.members(actor=holding.lead, organisation_id=holding.id, at=AT) if each.person_id == holding.holder_id
        ]
        parties.suspend_member(
            organisation_id=holding.id, membership_id=member.membership_id, reason="absence", actor=holding.lead, request_id=uuid4(), at=AT
        )
    lose(holding, holding.lead)
    assert queries.recovery_waiting_for(holding.holder_id) is not None


def test_five_wrong_codes_end_what_a_letter_opens(holding: Library) -> None:
    lose(holding, holding.lead)
    code = letters("parties.recovery-code")[0].context["code"]
    where = {"person_id": holding.holder_id, "request_id": uuid4(), "at": AT}
    for _try in range(5):
        parties.try_recovery_code(code="AAAA-AAAA", **where)
    assert isinstance(parties.try_recovery_code(code=code, **where), RecoveryCodeWrong)
    with acting_as(holding.lead):
        parties.begin_recovery(person_id=holding.holder_id, actor=holding.lead, request_id=uuid4(), at=AT)
    assert isinstance(parties.try_recovery_code(code=letters("parties.recovery-code")[1].context["code"], **where), int)


def test_a_lost_card_begins_nothing_for_whoever_has_a_telephone_too(holding: Library) -> None:
    with access.recognised(holding.holder_id):
        Authenticator.objects.create(user_id=holding.holder_id, type="totp", data={"secret": "x"})
    lose(holding, holding.lead)
    assert queries.recovery_waiting_for(holding.holder_id) is None
    assert letters("parties.recovery-code") == []


def test_a_lead_answers_for_a_lost_telephone_once_for_others_only(library: Library) -> None:
    parties.set_second_factor(person_id=library.holder_id, secret=SECRET, actor=PROGRAM, request_id=uuid4(), at=AT)
    request_id = uuid4()
    with acting_as(library.lead):
        for _twice in range(2):
            parties.begin_recovery(person_id=library.holder_id, actor=library.lead, request_id=request_id, at=AT)
        with pytest.raises(OwnMembership):
            parties.begin_recovery(person_id=library.lead.person_id or 0, actor=library.lead, request_id=uuid4(), at=AT)
    assert len(letters("parties.recovery-code")) == 1
    with access.recognised(library.holder_id):
        assert not Authenticator.objects.filter(user_id=library.holder_id).exists()
    with pytest.raises(SecondFactorNeeded), acting_as(library.lead):
        old = replace(library.lead, proved_at=AT - timedelta(minutes=16))
        parties.begin_recovery(person_id=library.holder_id, actor=old, request_id=uuid4(), at=AT)


def test_a_lead_never_answers_for_a_treasurer(library: Library, cast: Cast) -> None:
    parties.enrol_member(
        organisation_id=cast.operator,
        email="hana@example.org",
        display_name="x",
        role="TREASURER",
        actor=PROGRAM,
        request_id=uuid4(),
        at=AT,
    )
    with pytest.raises(RecoveryNotForPerson), acting_as(library.lead):
        parties.begin_recovery(person_id=library.holder_id, actor=library.lead, request_id=uuid4(), at=AT)


def prepared(library: Library) -> int:
    with acting_as(library.agent):
        return parties.prepare_recovery(
            organisation_id=library.id,
            person_id=library.holder_id,
            reason="Appelée à son bureau",
            actor=library.agent,
            request_id=uuid4(),
            at=AT,
        )


def test_two_people_of_the_operator_answer_after_a_day(holding: Library) -> None:
    recovery_id = prepared(holding)
    assert letters("parties.recovery-asked")[0].to_email == "hana@example.org"
    with pytest.raises((SamePerson, NotAllowed)), acting_as(holding.agent):
        parties.approve_recovery(recovery_id=recovery_id, actor=holding.agent, request_id=uuid4(), at=AT)
    with acting_as(holding.approver):
        opens_at = parties.approve_recovery(recovery_id=recovery_id, actor=holding.approver, request_id=uuid4(), at=AT)
    assert opens_at == AT + timedelta(hours=24)
    with acting_as_everything(why="the timer"):
        assert parties.open_recoveries(at=opens_at - MINUTE) == 0
    assert letters("parties.recovery-code") == []
    with acting_as_everything(why="the timer"):
        assert parties.open_recoveries(at=opens_at) == 1
        assert parties.open_recoveries(at=opens_at) == 0
    assert row().ended_reason == "LOST"
    code = letters("parties.recovery-code")[0].context["code"]
    answered = parties.try_recovery_code(person_id=holding.holder_id, code=code, request_id=uuid4(), at=opens_at)
    assert answered == recovery_id


def test_whoever_still_has_the_card_stops_a_recovery_by_using_it(holding: Library) -> None:
    recovery_id = prepared(holding)
    with acting_as(holding.approver):
        opens_at = parties.approve_recovery(recovery_id=recovery_id, actor=holding.approver, request_id=uuid4(), at=AT)
    parties.note_second_factor(person_id=holding.holder_id, request_id=uuid4(), at=AT + MINUTE)
    with acting_as_everything(why="the timer"):
        assert parties.open_recoveries(at=opens_at) == 0
        assert FactorRecovery.objects.get().state == "CANCELLED"
    assert row().ended_at is None


def test_a_second_person_refuses_and_nothing_changes(holding: Library) -> None:
    recovery_id = prepared(holding)
    with acting_as(holding.admin):
        parties.refuse_recovery(recovery_id=recovery_id, reason="Ce n’est pas elle", actor=holding.admin, request_id=uuid4(), at=AT)
        with pytest.raises(RecoveryUnknown):
            parties.approve_recovery(recovery_id=recovery_id, actor=holding.admin, request_id=uuid4(), at=AT)
    assert row().ended_at is None
    with pytest.raises(RecoveryUnknown), acting_as(holding.charlie):
        queries.recovery(actor=holding.charlie, recovery_id=recovery_id)


def test_a_card_ended_by_the_operator_waits_for_a_second_person(holding: Library) -> None:
    lose(holding, holding.agent)
    with acting_as(holding.agent):
        [waiting] = queries.recoveries_waiting(actor=holding.agent)
    assert (waiting.state, waiting.person, waiting.way) == ("ASKED", "Hana", "OPERATOR")
    assert letters("parties.recovery-code") == []
    assert queries.recovery_waiting_for(holding.holder_id) == waiting.id


def test_old_codes_and_recoveries_are_forgotten_and_an_old_code_is_refused_all_the_same(holding: Library) -> None:
    keep_accounts(at=AT + timedelta(days=30))
    with acting_as_everything(why="a test"):
        assert CardCode.objects.count() == 1
    keep_accounts(at=AT + timedelta(days=32))
    with acting_as_everything(why="a test"):
        assert CardCode.objects.count() == 0
    assert isinstance(accept(holding, shown(AT, seed_of(1))), CardCodeWrong)
    lose(holding, holding.lead)
    parties.note_second_factor(person_id=holding.holder_id, request_id=uuid4(), at=AT)
    keep_accounts(at=AT + timedelta(days=3 * 365))
    with acting_as_everything(why="a test"):
        assert FactorRecovery.objects.count() == 1
    keep_accounts(at=AT + timedelta(days=3 * 365 + 1))
    with acting_as_everything(why="a test"):
        assert FactorRecovery.objects.count() == 0


# --- Lists and walls ---------------------------------------------------------------------------------------------------------------------


def test_lists_take_as_many_statements_whatever_their_length(library: Library, django_assert_num_queries) -> None:
    with acting_as(library.admin):
        parties.import_cards(content=file_of(120, "LONG"), actor=library.admin, request_id=uuid4(), at=AT)
        with django_assert_num_queries(2):
            found = queries.cards(actor=library.admin, search="long", page=3)
        assert (len(found.cards), found.pages, found.found) == (20, 6, 120)
    with acting_as(library.lead), django_assert_num_queries(2):
        assert [each.display_name for each in queries.card_holders(actor=library.lead, at=AT)] == ["Hana", "Lea", "Luc"]
