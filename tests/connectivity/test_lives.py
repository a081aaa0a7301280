"""The life of a connection, from a desk's application to its end, with its money and its walls."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from carnet.connectivity import operations, queries
from carnet.connectivity.models import Application, Connection, Contact, Home, Offer, Residence, Step
from carnet.connectivity.operations import Asked
from carnet.connectivity.rules import (
    WRONG_CODES_MAX,
    ConnectionLocked,
    ConnectionState,
    ConnectionUnknown,
    ConnectionWrong,
    EndReason,
    Ground,
    HomeTaken,
    HomeUnknown,
    IncidentKind,
    IncidentMended,
    IncidentWaiting,
    MendedBy,
    NotEligible,
    ObstacleReason,
    OfferDecided,
    OfferFull,
    OfferIncomplete,
    OfferNotOpen,
    PaperNeedless,
    PartnerBusy,
    RefusalReason,
    ResidenceBusy,
    SuspensionReason,
    VisitOver,
    WrongState,
)
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.jobs import connections
from carnet.journal.models import Line
from carnet.ledger import queries as ledger
from carnet.ledger.rules import NotCovered
from carnet.parties.rules import NotAllowed, SamePerson
from tests.factories.campaign import NOW, Campaign, organisation, rid
from tests.factories.homes import ASKED, Estate, estate, person, terms

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def homes(ready: Campaign) -> Estate:
    return estate(ready)


def state_of(connection_id: int) -> ConnectionState:
    with acting_as_everything(why="look"):
        return ConnectionState(Connection.objects.get(id=connection_id).state)


def test_a_home_is_applied_for_accepted_connected_and_ended(homes: Estate) -> None:
    made = homes.apply()
    with acting_as(homes.landlord):
        operations.accept(connection_id=made.id, actor=homes.landlord, request_id=rid(), at=NOW)
    with acting_as(homes.provider):
        operations.give_day(connection_id=made.id, day=TODAY + timedelta(days=3), actor=homes.provider, request_id=rid(), at=NOW)
        operations.could_not_activate(
            connection_id=made.id, reason=ObstacleReason.NOBODY_HOME, actor=homes.provider, request_id=rid(), at=NOW + timedelta(days=3)
        )
        operations.give_day(
            connection_id=made.id, day=TODAY + timedelta(days=5), actor=homes.provider, request_id=rid(), at=NOW + timedelta(days=3)
        )
        later = NOW + timedelta(days=5)
        operations.activate(connection_id=made.id, day=later.date(), actor=homes.provider, request_id=rid(), at=later)
        view = queries.connection(actor=homes.provider, connection_id=made.id)
        assert view.line.ends_on == date(2027, 3, 7)
        assert [each.state.value for each in view.steps] == ["APPLIED", "ACCEPTED", "TO_ACTIVATE", "COULD_NOT", "TO_ACTIVATE", "ACTIVE"]
    with acting_as(homes.desk):
        later += timedelta(days=30)
        operations.end(connection_id=made.id, reason=EndReason.MOVED_OUT, day=later.date(), actor=homes.desk, request_id=rid(), at=later)
    assert state_of(made.id) is ConnectionState.ENDED


def test_nothing_starts_unfunded_and_what_is_set_aside_is_twelve_months_and_the_set_up(ready: Campaign) -> None:
    homes = estate(ready)
    made = homes.accepted()
    with acting_as_everything(why="count"):
        assert Connection.objects.get(id=made.id).reserved_cents == 4_000 + 12 * 500
        assert sum(ledger.reserved(connection_id=made.id).values()) == 10_000


def test_a_landlord_cannot_accept_what_no_funder_has_paid_for(ready: Campaign) -> None:
    homes = estate(ready, cents_each=1)
    made = homes.apply()
    with acting_as(homes.landlord), pytest.raises(NotCovered):
        operations.accept(connection_id=made.id, actor=homes.landlord, request_id=rid(), at=NOW)
    assert state_of(made.id) is ConnectionState.APPLIED


def test_the_same_request_applies_once_and_gives_the_same_paper(homes: Estate) -> None:
    request_id = rid()
    first, again = homes.apply(request_id=request_id), homes.apply(request_id=request_id)
    assert (first.id, first.number, first.code) == (again.id, again.number, again.code)


def test_a_home_has_one_connection_at_a_time_and_an_offer_no_more_than_it_says(ready: Campaign) -> None:
    homes = estate(ready, home_limit=2)
    homes.apply(0)
    with pytest.raises(HomeTaken):
        homes.apply(0)
    homes.apply(1)
    with pytest.raises(OfferFull):
        homes.apply(2)


def test_only_the_grounds_of_the_right_are_kept(homes: Estate) -> None:
    made = homes.apply(asked=Asked(grounds=(Ground.NO_CONNECTION, Ground.TOO_DEAR, Ground.AGED)))
    with acting_as(homes.desk):
        assert Application.objects.get(connection_id=made.id).grounds == ["NO_CONNECTION", "TOO_DEAR"]
        assert not Contact.objects.filter(connection_id=made.id).exists()
    with pytest.raises(NotEligible) as refused:
        homes.apply(1, asked=Asked(grounds=(Ground.NO_CONNECTION,)))
    assert refused.value.facts["missing"] == ("TOO_DEAR", "LOW_INCOME")


def test_the_landlord_reads_neither_the_number_nor_the_grounds_and_the_provider_only_the_number(homes: Estate) -> None:
    waiting = homes.apply(1)
    with acting_as(homes.provider):
        assert queries.connection(actor=homes.provider, connection_id=waiting.id).phone == "", "nobody calls before the landlord answers"
    made = homes.accepted()
    with acting_as(homes.landlord):
        assert not Contact.objects.exists() and not Application.objects.exists()
        assert queries.connection(actor=homes.landlord, connection_id=made.id).phone == ""
    with acting_as(homes.provider):
        assert not Application.objects.exists()
        assert queries.connection(actor=homes.provider, connection_id=made.id).phone == "+33612345678"
    with acting_as(homes.staff()):
        assert not Contact.objects.exists()
        seen = queries.connections(actor=homes.staff())[0]
        assert (seen.door, seen.address, seen.home_reference) == ("", "", "")


def test_another_landlord_provider_or_desk_sees_nothing(homes: Estate) -> None:
    made = homes.accepted()
    for role, kind in (("LANDLORD", "LANDLORD"), ("PROVIDER", "PROVIDER"), ("PRESCRIBER", "PRESCRIBER")):
        stranger = person(700, organisation("Ailleurs", kind), role)
        with acting_as(stranger):
            assert not any(model.objects.exists() for model in (Connection, Home, Residence, Offer, Step, Contact))
            with pytest.raises(ConnectionUnknown):
                queries.connection(actor=stranger, connection_id=made.id)


def test_a_provider_reads_the_doors_of_its_connections_and_no_other(homes: Estate) -> None:
    homes.accepted(0)
    with acting_as(homes.provider):
        assert set(Home.objects.values_list("id", flat=True)) == {homes.home_ids[0]}


def test_a_desk_of_another_operator_applies_for_nobody(homes: Estate) -> None:
    other = person(701, organisation("Autre guichet", "PRESCRIBER"), "PRESCRIBER")
    with acting_as(other), pytest.raises(operations_refusals()):
        operations.apply(offer_id=homes.offer_id, home_id=homes.home_ids[0], asked=ASKED, actor=other, request_id=rid(), at=NOW)


def operations_refusals() -> tuple[type[Exception], ...]:
    from carnet.connectivity.rules import OfferUnknown

    return (OfferUnknown, HomeUnknown)


def test_a_refusal_says_why_and_erases_the_number_at_once(homes: Estate) -> None:
    made = homes.apply()
    with acting_as(homes.landlord):
        operations.refuse(connection_id=made.id, reason=RefusalReason.WORKS, actor=homes.landlord, request_id=rid(), at=NOW)
        with pytest.raises(WrongState):
            operations.accept(connection_id=made.id, actor=homes.landlord, request_id=rid(), at=NOW)
    with acting_as(homes.desk):
        assert Contact.objects.get(connection_id=made.id).sealed_phone is None
        assert Application.objects.get(connection_id=made.id).grounds == []
    homes.apply()  # the home is free again


def test_who_applies_does_not_decide_and_who_decides_does_not_connect(homes: Estate) -> None:
    made = homes.apply()
    with acting_as(homes.desk), pytest.raises(NotAllowed):
        operations.accept(connection_id=made.id, actor=homes.desk, request_id=rid(), at=NOW)
    with acting_as(homes.landlord), pytest.raises(NotAllowed):
        operations.activate(connection_id=made.id, day=TODAY, actor=homes.landlord, request_id=rid(), at=NOW)


def test_an_incident_waits_once_and_is_answered_once(homes: Estate) -> None:
    made = homes.active()
    with acting_as(homes.desk):
        incident_id = operations.report_incident(connection_id=made.id, kind=IncidentKind.SLOW, actor=homes.desk, request_id=rid(), at=NOW)
        with pytest.raises(IncidentWaiting):
            operations.report_incident(connection_id=made.id, kind=IncidentKind.BOX, actor=homes.desk, request_id=rid(), at=NOW)
    with acting_as(homes.provider):
        assert queries.waiting(actor=homes.provider, today=TODAY).incidents == 1
        operations.plan_visit(incident_id=incident_id, day=TODAY + timedelta(days=1), actor=homes.provider, request_id=rid(), at=NOW)
        operations.mend(incident_id=incident_id, by=MendedBy.VISIT, actor=homes.provider, request_id=rid(), at=NOW + timedelta(days=1))
        with pytest.raises(IncidentMended):
            operations.mend(incident_id=incident_id, by=MendedBy.LINE, actor=homes.provider, request_id=rid(), at=NOW)
        assert queries.waiting(actor=homes.provider, today=TODAY).incidents == 0


def test_a_connection_stops_for_a_while_and_its_end_does_not_move(homes: Estate) -> None:
    made = homes.active()
    with acting_as(homes.landlord):
        operations.suspend(
            connection_id=made.id, reason=SuspensionReason.ABSENT, actor=homes.landlord, request_id=rid(), at=NOW + timedelta(days=10)
        )
        operations.resume(connection_id=made.id, actor=homes.landlord, request_id=rid(), at=NOW + timedelta(days=40))
        assert queries.connection(actor=homes.landlord, connection_id=made.id).line.ends_on == date(2027, 3, 2)


def test_the_person_opens_their_page_says_that_it_does_not_work_and_ends_it(homes: Estate) -> None:
    made = homes.active()
    token = operations.open_visit(number=made.number.printed(), code=made.code.printed(), at=NOW)
    assert operations.visited_connection(token=token, at=NOW) == made.id
    operations.report_own(token=token, kind=IncidentKind.NOTHING, request_id=rid(), at=NOW)
    operations.end_own(token=token, request_id=rid(), at=NOW)
    assert state_of(made.id) is ConnectionState.ENDED
    with pytest.raises(VisitOver):
        operations.visited_connection(token=token, at=NOW + timedelta(hours=3))


def test_five_wrong_codes_close_the_page_until_the_desk_makes_another(homes: Estate) -> None:
    made = homes.apply()
    for _try in range(WRONG_CODES_MAX):
        with pytest.raises(ConnectionWrong):
            operations.open_visit(number=str(made.number), code="22222222", at=NOW)
    with pytest.raises(ConnectionLocked):
        operations.open_visit(number=str(made.number), code=made.code.text, at=NOW)
    with acting_as(homes.desk):
        renewed = operations.renew_code(connection_id=made.id, actor=homes.desk, request_id=rid(), at=NOW)
    assert renewed.code != made.code
    assert operations.open_visit(number=str(made.number), code=renewed.code.text, at=NOW)


def test_a_month_after_the_end_the_number_is_erased_and_a_term_ends_by_itself(homes: Estate) -> None:
    made = homes.active()
    with acting_as_everything(why="the night"):
        assert operations.end_terms(at=NOW + timedelta(days=364)) == 0
        after = NOW + timedelta(days=370)
        assert operations.end_terms(at=after) == 1
        assert Connection.objects.get(id=made.id).ended_on == date(2027, 3, 2)
        assert operations.forget_contacts(at=after + timedelta(days=29)) == 0
    assert connections.keep(at=after + timedelta(days=30)) == (0, 1)


def test_an_offer_is_opened_by_another_person_and_never_rewritten(homes: Estate) -> None:
    said = terms(homes.campaign, homes.landlord_id, homes.provider_id)
    with acting_as(homes.staff()):
        offer_id = operations.prepare_offer(
            programme_id=homes.campaign.programme_id, terms=said, actor=homes.staff(), request_id=rid(), at=NOW
        )
        with pytest.raises(SamePerson):
            operations.open_offer(offer_id=offer_id, actor=homes.staff(), request_id=rid(), at=NOW)
        operations.refuse_offer(
            offer_id=offer_id, reason="Trop cher", actor=homes.staff("APPROVER", person_id=606), request_id=rid(), at=NOW
        )
        with pytest.raises(OfferDecided):
            operations.close_offer(offer_id=offer_id, actor=homes.staff(), request_id=rid(), at=NOW)
        with pytest.raises(DatabaseError, match="only be decided"), transaction.atomic():
            Offer.objects.filter(id=homes.offer_id).update(household_cents=0)


def test_an_offer_asks_for_no_needless_paper(homes: Estate) -> None:
    from dataclasses import replace

    from carnet.connectivity.rules import NEEDLESS, Proof

    said = terms(homes.campaign, homes.landlord_id, homes.provider_id)
    with acting_as(homes.staff()):
        for paper in NEEDLESS:
            asking = replace(said, eligibility=replace(said.eligibility, proof=Proof.SHOWN, papers=(paper,)))
            with pytest.raises(PaperNeedless):
                operations.prepare_offer(
                    programme_id=homes.campaign.programme_id, terms=asking, actor=homes.staff(), request_id=rid(), at=NOW
                )
        with pytest.raises(OfferIncomplete):
            operations.prepare_offer(
                programme_id=homes.campaign.programme_id, terms=replace(said, months=0), actor=homes.staff(), request_id=rid(), at=NOW
            )


def test_a_closed_offer_takes_no_application_and_what_runs_goes_on(homes: Estate) -> None:
    made = homes.active()
    with acting_as(homes.staff()):
        operations.close_offer(offer_id=homes.offer_id, actor=homes.staff(), request_id=rid(), at=NOW)
    with pytest.raises(OfferNotOpen):
        homes.apply(1)
    assert state_of(made.id) is ConnectionState.ACTIVE


def test_what_runs_is_not_taken_away_under_it(homes: Estate) -> None:
    homes.active()
    with acting_as(homes.landlord), pytest.raises(ResidenceBusy):
        operations.end_residence(residence_id=homes.residence_id, actor=homes.landlord, request_id=rid(), at=NOW)
    with acting_as(homes.staff()):
        partner = queries.partners(actor=homes.staff(), programme_ids=[homes.campaign.programme_id])[0]
        with pytest.raises(PartnerBusy):
            operations.end_partner(partner_id=partner.id, actor=homes.staff(), request_id=rid(), at=NOW)


def test_the_journal_holds_no_door_no_number_and_no_code(homes: Estate) -> None:
    made = homes.active()
    with acting_as_everything(why="read the journal"):
        told = " ".join(str(each) for each in Line.objects.filter(action__startswith="connectivity.").values_list("facts", "subject_id"))
    assert "T-001" not in told and "612345678" not in told and made.code.text not in told and "TOO_DEAR" not in told


def test_what_is_over_stays_over_and_steps_are_never_rewritten(homes: Estate) -> None:
    made = homes.apply()
    with acting_as(homes.desk):
        operations.withdraw(connection_id=made.id, actor=homes.desk, request_id=rid(), at=NOW)
    with acting_as_everything(why="try"):
        with pytest.raises(DatabaseError), transaction.atomic():
            Connection.objects.filter(id=made.id).update(state="ACTIVE", over_at=None)
        with pytest.raises(DatabaseError), transaction.atomic():
            Step.objects.filter(connection_id=made.id).update(reason="ASKED")


def test_what_waits_and_what_is_listed_cost_the_same_however_many(homes: Estate, django_assert_max_num_queries: Any) -> None:
    for rank in range(4):
        homes.active(rank) if rank % 2 else homes.apply(rank)
    with acting_as(homes.landlord):
        with django_assert_max_num_queries(2):
            assert queries.waiting(actor=homes.landlord, today=TODAY).by_state == {ConnectionState.ACTIVE: 2, ConnectionState.APPLIED: 2}
        with django_assert_max_num_queries(2):
            assert len(queries.connections(actor=homes.landlord)) == 4
        with django_assert_max_num_queries(3):
            found = queries.residences(actor=homes.landlord)
        assert [(each.name, each.homes, each.connected, each.waiting) for each in found] == [
            ("Le Port", 4, 0, 0),
            ("Les Tilleuls", 8, 2, 2),
        ]


def test_the_database_itself_refuses_two_connections_in_one_home(homes: Estate) -> None:
    made = homes.apply()
    with acting_as_everything(why="try"), pytest.raises(DatabaseError, match="one_a_home"), transaction.atomic():
        row = Connection.objects.get(id=made.id)
        row.pk, row.number, row.request_id = None, "22222222", rid()
        row.save(force_insert=True)
