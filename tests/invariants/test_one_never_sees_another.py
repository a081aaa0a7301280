"""Invariant 8: a campaign lived to its end leaves rows in every walled table; nobody of another campaign sees one of them.

Asked through the ORM, model by model, so that a table added tomorrow is walked too.
"""

import dataclasses
import json
from datetime import date, time, timedelta
from fractions import Fraction
from io import BytesIO
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model
from PIL import Image

from carnet import scenarios
from carnet.activities import operations as activities
from carnet.activities import queries as activities_queries
from carnet.activities.rules import AskedAfter, Kind, Told
from carnet.connectivity.operations.studies import make_study
from carnet.connectivity.rules.study.assumptions import Choices
from carnet.connectivity.rules.study.estate import StudiedResidence
from carnet.distribution import operations as distribution
from carnet.distribution.operations import exchanges, papers
from carnet.distribution.rules import FoundBy, RequestReason
from carnet.distribution.rules.papers import PaperLine
from carnet.distribution.rules.points import PointSaid
from carnet.distribution.rules.postal import PostalAddress
from carnet.distribution.rules.reminders import ContactChannel
from carnet.funding import operations as funding
from carnet.funding.rules import CoFinancingCase, Scale, template_terms
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.helpline import operations as helpline
from carnet.helpline.rules import ComplaintKind, Filer
from carnet.issuing.models import Parcel, ParcelGap, ParcelSettlement
from carnet.jobs import forecasts
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.ledger.rules import EndReason
from carnet.mandates.operations import retention
from carnet.notices import operations as notices
from carnet.notices.rules import TOLD_BY
from carnet.notices.rules.digests import Section
from carnet.observatory import operations as observatory
from carnet.observatory.models import Release, ReleaseTruth
from carnet.observatory.operations import council, evaluations, selfcheck_retention, selfchecks, surveys
from carnet.observatory.rules import Edition, Said
from carnet.observatory.rules.selfchecks import InviteBy, Mode
from carnet.parties import operations as parties
from carnet.parties.models import Person
from carnet.places import operations as places
from carnet.places import queries as places_queries
from carnet.places.rules import FileState
from carnet.places.rules.areas import AreaLevel
from carnet.planning.operations.gaps import look_at_gaps
from carnet.planning.operations.need import keep_weights
from carnet.planning.rules.need import Weights
from carnet.redemption import access as redemption_access
from carnet.redemption import operations as redemption
from carnet.redemption import queries as redemption_queries
from carnet.redemption.operations import Asked, Item, SerialItem, TypedLine
from carnet.redemption.rules import WRONG_SECRETS_MAX
from carnet.scenarios import cast
from carnet.settlement import operations as settlement
from carnet.settlement.models import PaymentRequest
from carnet.settlement.operations import expiry
from carnet.settlement.rules import Band, Book, Fees, HoldWords, book_period
from carnet.settlement.rules.channels import PaymentChannel
from carnet.settlement.rules.expiry import ExpiryStep as Step
from carnet.workshops import operations as workshops
from carnet.workshops.rules import Plan
from tests.activities.conftest import open_space
from tests.distribution.desks import POINT, DeskNetwork
from tests.distribution.stock import LATER, Cupboards, make_cupboards
from tests.distribution.test_joining_rules import FILE
from tests.factories import cards
from tests.factories.bills import bills_lived
from tests.factories.campaign import NOW, SYSTEM, code_of_nobody, organisation, rid
from tests.factories.homes import homes_lived
from tests.factories.joining import Network, paper
from tests.factories.rows import a_row
from tests.factories.stations import seated
from tests.factories.territories import live, make_ground
from tests.mandates.habilitation import structures_lived
from tests.mandates.living import own_side_lived
from tests.observatory import released
from tests.observatory.rolled import count_now
from tests.places.conftest import GOOD, csv_bytes
from tests.planning.planned import plan_lived
from tests.redemption.offline import enrolled
from tests.settlement.conftest import APRIL, LONG_AFTER, MAY, SPENT_AT, Payday, make_payday
from tests.settlement.test_debts import JUNE, LATE_APRIL, issue, mistake
from tests.settlement.test_expiry import Ending
from tests.workshops.conftest import DETAILS

pytestmark = pytest.mark.django_db

# Walled for writing, read by all: what is printed on every voucher of a series, what a place is charged before it joins, until when old vouchers
# are exchanged, what is aimed at, whether people of a programme are asked what they can do, what is promised and held each day.
PRINTED = {
    "ledger_series", "settlement_feeterms", "distribution_exchangeterms", "observatory_objective", "observatory_selfcheckterms",
    "continuity_commitmentday",
}  # fmt: skip

# Made at sign-in or on account pages: tests/parties/test_walls.py and test_tokens_and_accounts.py look at them. Files are not printed here.
# Pressure takes a hundred guesses: tests/redemption/test_throttles.py looks at it.
# Codes and tokens of OpenID are made by a helper's choice: tests/web/test_openid_provider.py looks at them.
UNLIVED = {
    "openid_grant", "openid_accesstoken", "redemption_pressure", "mfa_authenticator", "parties_apitoken", "parties_invitation", "issuing_printfile",
    # Looked at by tests/issuing/test_proofs.py: a campaign played has no logo.
    "issuing_designlogo",
    # Looked at by tests/issuing/test_print_shops.py.
    "issuing_printshop", "issuing_printkey", "issuing_printfetch", "issuing_spoiledrun", "issuing_packing",
}  # fmt: skip


def walled() -> dict[str, type[Model]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r'")
        tables = {name for (name,) in cursor.fetchall()} - PRINTED
    return {model._meta.db_table: model for model in apps.get_models() if model._meta.db_table in tables}


def seen(model: type[Model]) -> set[object]:
    return set(model.objects.order_by().values_list("pk", flat=True))  # type: ignore[attr-defined]


def of_two_installations(payday: Payday) -> None:
    """Rows that takeovers, clearing, archives and published days write: their stories need two installations (tests/continuity)."""
    ready = payday.campaign
    said: dict[str, Any] = {
        "programme_id": ready.programme_id, "agreement_id": ready.agreement_id, "organisation_id": ready.place_organisation_id,
        "operator_id": ready.operator_id, "place_id": ready.place_id, "series_id": ready.series_id, "voucher_id": 1,
    }  # fmt: skip
    later = NOW + timedelta(days=1)
    made: dict[type, Any] = {}
    with acting_as_everything(why="rows that only two installations would write"):
        for name, more in (
            ("Export", {"kind": "base"}), ("Takeover", {"state": "LOADING"}), ("TakeoverPart", {}), ("FormerBlock", {}),
            ("BroughtReceipt", {"note": ""}), ("PaperFile", {}), ("PaperVoucher", {"state": "handed_over"}),
            ("PaperClaim", {"state": "WAITING", "paper_kept": True}), ("PaperClaimLine", {}), ("Partner", {"state": "OPEN"}),
            ("PartnerIdentity", {"state": "PROPOSED"}), ("ClearingMessage", {"kind": "CLAIM"}), ("ClearingSuspect", {}), ("ClearingSending", {}),
            ("ClearingClaim", {"state": "PENDING"}), ("ClearingDecision", {"state": "REFUSED"}), ("ClearingStatement", {"since": NOW, "until": later}),
            ("ClearingTransfer", {"kind": "ADVANCED"}), ("ClearingPayment", {"state": "PREPARED"}),
        ):  # fmt: skip
            a_row(apps.get_model("continuity", name), made, **said, **more)
        # Signals: their story is told in tests/controls.
        a_row(apps.get_model("controls", "Signal"), made, until_on=later.date(), **said)
        # Samples: told in tests/controls/test_samples.py.
        a_row(apps.get_model("controls", "Sample"), made, until_on=later.date(), method="RANDOM", **said)
        a_row(apps.get_model("controls", "SampleUnit"), made, **said)
        a_row(apps.get_model("controls", "Question"), made, closed_on=later.date(), **said)
        # Cases: told in tests/settlement/test_cases.py.
        case = {"since": NOW, "until": later, "opened_at": NOW, "answer_until": later, "decide_until": later + timedelta(days=1)}
        a_row(apps.get_model("controls", "Case"), made, **said, **case)
        a_row(apps.get_model("settlement", "CutOff"), made, **said, until=NOW)
        for label, more in (
            ("controls.CaseRedemption", {"generation": 0}), ("controls.CaseStep", {"kind": "OPENED"}), ("controls.CasePaper", {"sealed_content": b"x"}),
            ("settlement.HeldForCase", {"case_id": made[apps.get_model("controls", "Case")].pk}),
        ):  # fmt: skip
            a_row(apps.get_model(label), made, **said, **more)
        for label in (
            "funding.StatedBalance",
            "funding.RingFenceChange",
            "issuing.KeyCopy",
            "controls.SignalSetting",
            "controls.SignalLook",
        ):
            a_row(apps.get_model(label), made, **said)


def reserved_locked_disputed(payday: Payday) -> None:
    """One voucher reserved and given back, one serial locked, one redemption disputed and the dispute refused."""
    ready = payday.campaign
    counter, rank = ready.mediator, 19
    with acting_as_everything(why="read a serial"):
        series = ledger.series(ready.series_id)
        printed = redemption_queries.serial_of(ready.series_id, series.first_voucher_id + rank)
    with acting_as(counter):
        held = redemption.reserve(
            code=ready.code(rank),
            service="mailbox",
            until=SPENT_AT + timedelta(days=2),
            actor=counter,
            channel="SCREEN",
            request_id=rid(),
            at=SPENT_AT,
        )
        redemption.release(number=held.number, actor=counter, request_id=rid(), at=SPENT_AT)
        wrong = [SerialItem(printed, ready.code(each), "mailbox") for each in range(WRONG_SECRETS_MAX)]
        redemption.redeem_with_serials(items=wrong, together=False, actor=counter, channel="PAPER", at=SPENT_AT)
    made = payday.spend(1)[0]
    with acting_as(counter):
        number = redemption.open_dispute(
            number=made.number, reason="erreur", actor=counter, request_id=rid(), at=SPENT_AT + timedelta(days=2)
        )
    operator = payday.staff(77, "OPERATOR_ADMIN")
    with acting_as(operator):
        redemption.decide_dispute(
            number=number, accepted=False, reason="non", actor=operator, request_id=rid(), at=SPENT_AT + timedelta(days=2)
        )


def written_down(payday: Payday) -> None:
    """One sheet with a line that was refused and a photograph; one telephone that wrote once. Nothing is spent."""
    counter, photograph, digits = payday.campaign.mediator, BytesIO(), []
    Image.new("RGB", (40, 30), "white").save(photograph, "JPEG")
    facts: dict[str, Any] = {"actor": counter, "at": SPENT_AT}
    with acting_as(counter):
        (sheet,) = redemption.open_sheets(place_id=payday.campaign.place_id, count=1, request_id=rid(), **facts)
        refused = TypedLine(1, code_of_nobody(), "mailbox", SPENT_AT.date(), "TS-000000001-00")
        redemption.type_sheet(sheet_id=sheet.id, lines=[refused], request_id=rid(), **facts)
        redemption.add_picture(sheet_id=sheet.id, content=photograph.getvalue(), request_id=rid(), **facts)
        telephone_id = redemption.register_telephone(
            place_id=payday.campaign.place_id, number="+33639980001", language="fr", write=lambda drawn: drawn, request_id=rid(), **facts
        )
        redemption.send_texts(send=lambda _to, text, _reference: digits.append(text), at=SPENT_AT)
        redemption.confirm_telephone(telephone_id=telephone_id, digits=digits[0], request_id=rid(), **facts)
    redemption.answer_text(message_id="one", sender="+33639980001", text="AIDE", write=lambda _answer: [], at=SPENT_AT)


def uploaded(payday: Payday) -> None:
    """One device enrolled; one voucher accepted without network, and its upload confirmed."""
    ready = payday.campaign
    tablet = enrolled(ready)
    items = [tablet.accept(ready.token(30), at=SPENT_AT, facts_at=SPENT_AT)]
    body = json.dumps([each.text for each in items]).encode()
    device = redemption_access.presented_device(device_id=tablet.id, message=body, signature=tablet.seal(body))
    actor = redemption_access.device_actor(device)
    with acting_as(actor):
        (answer,) = redemption.upload(
            device_id=tablet.id, device_now=SPENT_AT, items=items, actor=actor, request_id=rid(), at=SPENT_AT + timedelta(hours=1)
        )
    assert answer.state == "confirmed", answer


def helped(payday: Payday) -> None:
    """One person helped for nothing, one seat of the free space booked by telephone."""
    place, at = payday.counter(payday.campaign.place_organisation_id, "PLACE_MANAGER"), SPENT_AT
    open_space(payday.campaign.place_id)
    with acting_as(place):
        told = Told(Kind.ONE_TO_ONE, at.date(), 30, {"soixante_dix_plus": 1}, themes=("email",))
        activities.record(place_id=payday.campaign.place_id, told=told, actor=place, request_id=rid(), at=at)
        seats = activities_queries.seats_of_day(payday.campaign.place_id, at=at)
        free = activities_queries.seats_of_day(payday.campaign.place_id, day=seats.next_open_on, at=at)
        activities.book_seat(
            place_id=payday.campaign.place_id, starts_at=free.starts[-2].starts_at, minutes=30, actor=place, request_id=rid(), at=at
        )  # fmt: skip
        activities.note_answer(
            procedure="taxes", answer="SELF", asked_after=AskedAfter.LESSON, actor=place, request_id=rid(), at=at
        )  # fmt: skip


def taught(payday: Payday) -> None:
    """One lesson planned by the place, one seat booked by a desk, one voucher spent at the lesson."""
    ready = payday.campaign
    manager, desk = (
        payday.counter(ready.place_organisation_id, "PLACE_MANAGER", "MEDIATOR"),
        payday.counter(ready.prescriber_id, "PRESCRIBER"),
    )
    plan = Plan(SPENT_AT.date(), time(10, 0), 90)
    with acting_as(manager):
        planned = workshops.plan_workshop(place_id=ready.place_id, plan=plan, details=DETAILS, actor=manager, request_id=rid(), at=NOW)
        again = workshops.plan_workshop(place_id=ready.place_id, plan=plan, details=DETAILS, actor=manager, request_id=rid(), at=NOW)
    (session_id,), (cancelled_id,) = planned.session_ids, again.session_ids
    with acting_as(desk):
        workshops.book(session_id=session_id, phone="06 39 98 00 42", actor=desk, request_id=rid(), at=NOW)
        number = workshops.book(session_id=cancelled_id, actor=desk, request_id=rid(), at=NOW).number
    with acting_as(manager):
        workshops.cancel_session(session_id=cancelled_id, reason="Travaux", actor=manager, request_id=rid(), at=NOW)
    with acting_as(desk):
        distribution.book_again(number=number, session_id=session_id, actor=desk, request_id=rid(), at=NOW)
    item = Item(ready.code(31), "mailbox", ready.place_id, workshop_session=str(session_id), key=None)
    with acting_as(manager):
        (answer,) = redemption.redeem_at_sessions(asked=[Asked(item, manager)], at=SPENT_AT)
    assert isinstance(answer, redemption_queries.Redeemed), answer


def listed_and_told(payday: Payday) -> None:
    """One file of places sent, its columns given a meaning, and checked; one address told of events, and tried."""
    agent = payday.staff(78, "OPERATOR_AGENT")
    facts: dict[str, Any] = {"actor": agent, "request_id": rid(), "at": APRIL}
    with acting_as(agent):
        file_id = places.send_place_file(provenance="essai", file_name="lieux.csv", stream=BytesIO(csv_bytes(GOOD)), **facts)
        found = places_queries.place_file(file_id, actor=agent)
        places.map_place_file(file_id=file_id, targets=found.targets, constants=found.constants, **facts)
        state = places.run_place_file(file_id=file_id, organisation_id=payday.campaign.operator_id, at=APRIL)
    assert state is FileState.CHECKED
    manager = payday.counter(payday.campaign.place_organisation_id, "PLACE_MANAGER")
    events = [event.value for event in TOLD_BY.values()]
    with acting_as(manager):
        opened = parties.open_webhook(
            url="https://hooks.example.org/carnet", events=events, label="caisse", actor=manager, request_id=rid(), at=APRIL
        )
        parties.try_webhook(endpoint_id=opened.id, actor=manager, request_id=rid(), at=APRIL)


def moved_and_counted(payday: Payday) -> None:
    """Two desks of a third campaign: booklets asked for and moved, a cupboard counted, a lost booklet replaced, the week told."""
    cupboards = make_cupboards()
    slow, quick, operator = cupboards.lead(cupboards.slow_id), cupboards.lead(cupboards.quick_id), cupboards.operator
    facts: dict[str, Any] = {"programme_id": cupboards.programme_id, "at": LATER}
    with acting_as(quick):
        distribution.ask_for_stock(
            booklet_count=5, wanted_on=LATER.date(), reason=RequestReason.EVENT, actor=quick, request_id=rid(), **facts
        )  # fmt: skip
    with acting_as(operator):
        distribution.ask_move(
            from_organisation_id=cupboards.slow_id, to_organisation_id=cupboards.quick_id, booklet_count=5,
            actor=operator, request_id=rid(), **facts,
        )  # fmt: skip
    lost = cupboards.give(cupboards.slow_id, cupboards.first)
    booked_with(payday, lost, slow)
    with acting_as(slow):
        distribution.open_stock_take(actor=slow, request_id=rid(), **facts)
        # Not published: the others are seen by all, as they should be.
        refuge = PointSaid("Refuge", "3 rue du Pré", "44000", "Nantes", is_listed=False)
        distribution.open_point(organisation_id=cupboards.slow_id, said=refuge, actor=slow, request_id=rid(), **facts)
        distribution.open_replacement(
            hand_over_id=lost, booklet_id=cupboards.first, reason=EndReason.LOST, found_by=FoundBy.NUMBER, actor=slow, request_id=rid(), at=LATER
        )  # fmt: skip
        written_on_paper(cupboards, slow)
    exchanged(cupboards)
    home = PostalAddress("Anne Le Goff", "12 rue du Calvaire", "44000", "Nantes")
    distribution.ask_by_post(said=home, actor=Actor.anonymous(), request_id=rid(), at=LATER)
    with acting_as_everything(why="the weekly look"):
        distribution.tell_stock(**facts)
        look_at_gaps(**facts)
    desks_joined(cupboards)
    reminded_and_told(cupboards)


def reminded_and_told(cupboards: Cupboards) -> None:
    """Somebody asked for a call and is due one; an announcement read; words of one's own; a letter of the week, then refused; an invitation."""
    slow, operator, later = cupboards.lead(cupboards.slow_id), cupboards.operator, LATER + timedelta(days=32)
    given = cupboards.give(cupboards.slow_id, cupboards.first + 2)
    with acting_as(slow):
        distribution.leave_contact(
            hand_over_id=given,
            channel=ContactChannel.CALL,
            phone="06 39 98 00 42",
            has_consented=True,
            actor=slow,
            request_id=rid(),
            at=LATER,
        )
    with acting_as_everything(why="the timers"):
        made = distribution.look_at_contacts(programme_id=cupboards.programme_id, request_id=rid(), at=later)
        assert made.listed == 1, made
        reader = notices.Reader(slow.person_id or 0, "slow@example.org", "fr")
        notices.post_digest(reader=reader, week_on=LATER.date(), sections=[Section("Stock", ("3",))], context={}, at=LATER)
        terms = template_terms("nantes", first_day=LATER.date(), service_codes=("mailbox", "cv"), name="Neuve")
        facts: dict[str, Any] = {"operator_id": cupboards.operator_id, "actor": SYSTEM, "request_id": rid(), "at": LATER}
        programme_id = funding.create_programme(terms=terms, **facts)
    operator = dataclasses.replace(operator, programme_ids=operator.programme_ids | {programme_id})
    with acting_as(operator):
        announced = distribution.announce(
            words=notices.Words("Titre", "Texte"), roles=["PRESCRIBER_LEAD"], programme_ids=[cupboards.programme_id], from_at=LATER,
            until_at=later, by_email=False, actor=operator, request_id=rid(), at=LATER,
        )  # fmt: skip
        distribution.word_message(
            programme_id=cupboards.programme_id, kind="notices.digest", language="fr", subject="Lettre", body="Bonjour.", actor=operator,
            request_id=rid(), at=LATER,
        )  # fmt: skip
        distribution.invite_again(
            programme_id=programme_id, earlier_id=cupboards.programme_id, desk_ids=[cupboards.slow_id], place_organisation_ids=[],
            actor=operator, request_id=rid(), at=LATER,
        )  # fmt: skip
    with acting_as(slow):
        notices.read_announcement(
            announcement_id=announced, operator_ids=[cupboards.operator_id], person_id=slow.person_id or 0, at=LATER
        )  # fmt: skip
        notices.choose_digest(person_id=slow.person_id or 0, is_wanted=False, at=LATER)


def booked_with(payday: Payday, hand_over_id: int, desk: Actor) -> None:
    """A lesson of another campaign's place, booked for whoever was handed vouchers."""
    place, free = payday.counter(payday.campaign.place_organisation_id, "PLACE_MANAGER"), dataclasses.replace(DETAILS, voucher_count=0)
    plan = Plan((LATER + timedelta(days=7)).date(), time(10, 0), 90)
    with acting_as(place):
        planned = workshops.plan_workshop(
            place_id=payday.campaign.place_id, plan=plan, details=free, actor=place, request_id=rid(), at=LATER
        )
    with acting_as(desk):
        distribution.book_lesson(hand_over_id=hand_over_id, session_id=planned.session_ids[0], actor=desk, request_id=rid(), at=LATER)


def written_on_paper(cupboards: Cupboards, slow: Actor) -> None:
    """A sheet of paper of a desk, and one line typed from it."""
    (sheet,) = papers.open_papers(count=1, actor=slow, request_id=rid(), at=LATER)
    (told,) = papers.type_paper(
        sheet_id=sheet.id, lines=[PaperLine(1, LATER.date(), cupboards.serial(1))], actor=slow, request_id=rid(), at=LATER
    )
    assert told.accepted is not None, told.refusal


def desks_joined(cupboards: Cupboards) -> None:
    """One desk admitted by two people, its agreement signed, its training begun; a file of desks read."""
    net = DeskNetwork(cupboards.programme_id, cupboards.operator_id, LATER).publish()
    desk_id, agent = net.admitted(point=POINT | {"is_listed": False}), net.staff(901)
    net.signed(desk_id)
    net.trained(desk_id)
    with acting_as(agent):
        distribution.send_desks_file(programme_id=net.programme_id, file_name="g.csv", stream=BytesIO(FILE.encode()), **net.facts(agent))


def joined(payday: Payday) -> None:
    """One association admitted, suspended, that appeals; a change of head on a document; a label the State grants the operator."""
    net = Network(payday.campaign.operator_id, payday.campaign.programme_id, NOW).open()
    _secret, file_id = net.sent()
    net.decide(file_id, "ADMIT", from_on=NOW.date())
    net.decide(file_id, "SUSPEND", criteria=["1"], from_on=NOW.date())
    agent = net.person(905, "OPERATOR_AGENT")
    with acting_as(agent):
        organisation_id = places_queries.joining_file(file_id, actor=agent, at=NOW).organisation_id or 0
    manager = net.manager(organisation_id)
    with acting_as(manager):
        places.appeal(file_id=file_id, text="Non.", actor=manager, request_id=rid(), at=NOW)
    with acting_as(agent):
        parties.prepare_new_head(
            organisation_id=organisation_id, membership_id=None, email="lou@example.org", display_name="Lou", reason="PV", document=paper(),
            actor=agent, request_id=rid(), at=NOW,
        )  # fmt: skip
    admin = net.person(906, "OPERATOR_ADMIN")
    with acting_as(admin):
        label_id = parties.request_operator_label(level="INITIATIVE", statement="Des chèques.", actor=admin, request_id=rid(), at=NOW)
    state_id = organisation("Préfecture", "STATE")
    officer = Actor(
        kind="person", label="officer", person_id=907, organisation_id=state_id, organisation_ids=frozenset({state_id}),
        roles=frozenset({"STATE_OFFICER"}), proved_at=NOW,
    )  # fmt: skip
    with acting_as(officer):
        parties.prepare_label_decision(label_id=label_id, act="REFUSE", reason="Non.", actor=officer, request_id=rid(), at=NOW)


def reported(payday: Payday) -> None:
    """One error reported on the page of the place by somebody nobody knows."""
    places.report_error(
        place_id=payday.campaign.place_id, about="hours", said="Fermé le lundi.", contact="marie@example.org", from_here=0,
        actor=Actor.anonymous(), request_id=rid(), at=APRIL,
    )  # fmt: skip


def complained(payday: Payday) -> None:
    """One complaint on the place, one number asked of the line, the programme's own delays."""
    filed = helpline.file_complaint(
        kind=ComplaintKind.MONEY, said="Cinq euros.", filed_by=Filer.PERSON, place_id=payday.campaign.place_id, actor=Actor.anonymous(),
        request_id=rid(), at=APRIL,
    )  # fmt: skip
    admin = payday.staff(79, "OPERATOR_ADMIN")
    with acting_as(admin):
        helpline.set_delays(programme_id=payday.campaign.programme_id, days={"OTHER": 3}, actor=admin, request_id=rid(), at=APRIL)
        helpline.ask(typed=filed.number, actor=admin, request_id=rid(), at=APRIL)


def took_turns(payday: Payday) -> None:
    """One shared computer, one volunteer with a PIN whose turn it is, one voucher spent by PIN."""
    seat = seated(payday.campaign.place_organisation_id, "MEDIATOR", SPENT_AT)
    item = Item(payday.campaign.code(32), "mailbox", payday.campaign.place_id)
    with acting_as(seat):
        (answer,) = redemption.redeem_many(asked=[Asked(item, seat)], at=SPENT_AT)
    assert isinstance(answer, redemption_queries.Redeemed), answer


def held_cards(payday: Payday) -> None:
    """Cards of codes sent to a structure; one held, used, lost, and its holder who waits for another."""
    admin = payday.staff(600, "OPERATOR_ADMIN", at=NOW)
    library = cards.structure(admin.organisation_id or 0, "Médiathèque", NOW)
    lead, helper = cards.someone(library, "lea", "HELPER_LEAD", NOW), cards.someone(library, "hana", "HELPER", NOW)
    cards.stocked(admin, library, 2, NOW)
    card_id = cards.given(lead, helper.person_id or 0, NOW)
    with acting_as(helper):
        cards.proved(helper, NOW)
    with acting_as(lead):
        parties.end_card(card_id=card_id, reason="LOST", actor=lead, request_id=rid(), at=NOW)


def studied_and_evaluated(payday: Payday) -> None:
    """Answers counted by a funder; a plan sealed and read; an estate studied."""
    funder_id = payday.campaign.funder_ids[0]
    funder = Actor(
        kind="person", label="funder", person_id=909, organisation_id=funder_id, organisation_ids=frozenset({funder_id}),
        programme_ids=frozenset({payday.campaign.programme_id}), roles=frozenset({"FUNDER"}),
    )  # fmt: skip
    plan = b"name = 'a'\nquestion = 'b'\ndesign = 'waiting_list'\noutcome = 'c'\nseed = 'd'\nunits = ['1', '2', '3', '4']"
    with acting_as(funder):
        surveys.study_answers(name="a", stream=BytesIO(b"latest_use\nnever\n"), actor=funder, request_id=rid(), at=APRIL)
        plan_id = evaluations.seal_plan(
            programme_id=payday.campaign.programme_id, content=plan, actor=funder, request_id=rid(), at=APRIL
        )  # fmt: skip
        evaluations.read_results(
            plan_id=plan_id, stream=BytesIO(b"unit;outcome\n1;1\n2;2\n3;1\n4;2\n"), actor=funder, request_id=rid(), at=APRIL
        )
        make_study(
            name="a", residences=[StudiedResidence("b", "44109", 9, 9, has_fibre=True)], ranges={}, choices=Choices(),
            programme_id=payday.campaign.programme_id, actor=funder, request_id=rid(), at=APRIL,
        )  # fmt: skip
        keep_weights(name="a", words="b", weights=Weights.usual(), actor=funder, request_id=rid(), at=APRIL)


def checked_themselves(payday: Payday) -> None:
    """Somebody answers a slip of a place, and agrees to be asked again; a night forgets."""
    programme_id, place = payday.campaign.programme_id, payday.counter(payday.campaign.place_organisation_id, "MEDIATOR")
    with acting_as_everything(why="a programme asks"):
        selfchecks.decide_self_checks(
            programme_id=programme_id, is_on=True, edition=Edition.FIVE_DOMAINS, actor=SYSTEM, request_id=rid(), at=NOW
        )
    with acting_as(place):
        (slip,) = selfchecks.print_slips(programme_id=programme_id, count=1, actor=place, request_id=rid(), at=NOW)
        selfchecks.type_answers(
            number=str(slip.number), answered_on=legal_day(NOW), used_internet=Said.NO, answers={}, mode=Mode.TOGETHER, actor=place,
            request_id=rid(), at=NOW,
        )  # fmt: skip
    token = selfchecks.open_check(number=str(slip.number), code=slip.code.text, at=NOW).token
    selfchecks.ask_again_later(
        token=token, channel=InviteBy.LETTER, address="Ana\n3 rue du Port", language="fr", has_agreed=True, request_id=rid(), at=NOW
    )
    with acting_as_everything(why="a night"):
        selfcheck_retention.forget_in_time(programme_id=programme_id, actor=SYSTEM, at=NOW)


def foreseen_and_written(payday: Payday) -> None:
    """One forecast kept, one month written to the funders, one of whom says who receives it."""
    funder_id = payday.campaign.funder_ids[0]
    funder = Actor(
        kind="person", label="funder", person_id=908, organisation_id=funder_id, organisation_ids=frozenset({funder_id}),
        programme_ids=frozenset({payday.campaign.programme_id}), roles=frozenset({"FUNDER"}),
    )  # fmt: skip
    with acting_as(funder):
        observatory.choose_recipients(
            emails=["a@example.org"], language="fr", is_stopped=False, actor=funder, request_id=rid(), at=APRIL
        )  # fmt: skip
    forecasts.forecast_all(at=APRIL)
    forecasts.write_letters(at=APRIL)
    with acting_as_everything(why="what is published"):
        released.release()
    with acting_as(funder):
        council.make_council_report(
            level=AreaLevel.COMMUNE, code="44109", period="2026", language="fr", draw=lambda made: str(made.number).encode(), actor=funder,
            request_id=rid(), at=APRIL,
        )  # fmt: skip


def exchanged(cupboards: Cupboards) -> None:
    """A booklet lost, exchanged by the number of its loss."""
    slow = cupboards.lead(cupboards.slow_id)
    with acting_as(cupboards.operator):
        exchanges.decide_exchanges(programme_id=cupboards.programme_id, days=30, actor=SYSTEM, request_id=rid(), at=LATER)
    with acting_as(slow):
        instead, lost = (each.id for each in ledger.booklets(holder_id=cupboards.slow_id, to_give_at=LATER)[-2:])
    given = cupboards.give(cupboards.slow_id, lost)
    with acting_as(slow):
        loss = distribution.open_replacement(
            hand_over_id=given, booklet_id=lost, reason=EndReason.LOST, found_by=FoundBy.NUMBER, actor=slow,
            request_id=rid(), at=LATER,
        )  # fmt: skip
        exchanges.exchange(number=f"R{loss}", booklet_id=instead, actor=slow, request_id=rid(), at=LATER)


def owed_back(payday: Payday) -> None:
    """What a place was paid by mistake: kept from its next payment, then asked for by a debit note."""
    first, second = payday.spend(2, at=LATE_APRIL)
    payday.pay(at=MAY)
    mistake(payday, first.number, at=MAY)
    payday.spend(2, at=MAY)
    payday.pay(at=JUNE)
    mistake(payday, second.number, at=JUNE)
    treasurer = payday.treasurer(JUNE)
    with acting_as(treasurer):
        settlement.set_recovery_terms(
            programme_id=payday.campaign.programme_id, ask_after_days=10, due_within_days=30, actor=treasurer, request_id=rid(), at=JUNE
        )
    issue(payday, at=JUNE + timedelta(days=20))


def ended_and_signed(payday: Payday) -> None:
    """The end of the season, weeks late: a day moved, every step confirmed, both sides' signatures."""
    ending = Ending(payday)
    ending.call(LONG_AFTER)
    actor = ending.operator(LONG_AFTER)
    for step in list(Step)[:-1]:
        if step is Step.STATEMENT:
            to_on = LONG_AFTER.date() + timedelta(days=1)
            with acting_as(actor):
                expiry.move_step(
                    expiry_id=ending.id, step=Step.CREDIT, to_on=to_on, reason="congés", actor=actor, request_id=rid(), at=LONG_AFTER
                )  # fmt: skip
        ending.confirm(step, at=LONG_AFTER)
    ending.sign_all(LONG_AFTER)


def lived() -> Payday:
    """Handed over, spent, undone, refused, claimed, paid, closed, repaid, stated."""
    payday = make_payday()
    with acting_as_everything(why="a pledge, and somebody to audit"):
        auditor_id = organisation("Cabinet", "AUDITOR")
        facts: dict[str, Any] = {"actor": SYSTEM, "at": NOW}
        funding.record_pledge(
            agreement_id=payday.agreement_id, organisation_id=payday.campaign.funder_ids[0], cents=1, request_id=rid(), **facts
        )
        funding.engage_auditor(
            programme_id=payday.campaign.programme_id, organisation_id=auditor_id, starts_at=NOW, ends_at=APRIL, request_id=rid(), **facts
        )
        funding.set_fund_threshold(agreement_id=payday.agreement_id, cents=100_000_00, request_id=rid(), **facts)
        funding.set_public_target(agreement_id=payday.agreement_id, basis_points=50_00, request_id=rid(), **facts)
        case = CoFinancingCase(Scale.EPCI, 55_391, Fraction(103), Fraction("0.14"), 34_027_00, has_target_public=True)
        funding.decide_state_share(programme_id=payday.campaign.programme_id, case=case, request_id=rid(), **facts)
    foreseen_and_written(payday)
    studied_and_evaluated(payday)
    checked_themselves(payday)
    plan_lived(payday.campaign, payday.staff(601, "OPERATOR_ADMIN", at=NOW))
    payday.spend(2)
    undone = payday.spend(1, second=True)[0]
    counter = payday.counter(payday.second_organisation_id)
    with acting_as(counter):
        redemption.reverse(number=undone.number, reason="erreur", actor=counter, request_id=rid(), at=SPENT_AT)
        redemption.check_quietly(code=code_of_nobody(), actor=counter, at=SPENT_AT)
    reserved_locked_disputed(payday)
    written_down(payday)
    uploaded(payday)
    taught(payday)
    helped(payday)
    took_turns(payday)
    held_cards(payday)
    listed_and_told(payday)
    joined(payday)
    structures_lived(payday.campaign.programme_id, payday.campaign.operator_id, NOW)
    reported(payday)
    complained(payday)
    payday.spend(1, second=True)
    paid_another_way(payday)
    decided_and_asked(payday)
    payday.pay()
    invoiced(payday)
    owed_back(payday)
    ended_and_signed(payday)
    treasurer, approver = payday.treasurer(LONG_AFTER), payday.approver(LONG_AFTER)
    with acting_as(treasurer):
        closing_id = settlement.prepare_closing(agreement_id=payday.agreement_id, actor=treasurer, request_id=rid(), at=LONG_AFTER)
    with acting_as(approver):
        settlement.approve_closing(closing_id=closing_id, actor=approver, request_id=rid(), at=LONG_AFTER)
    with acting_as(treasurer):
        settlement.record_repayments(
            closing_id=closing_id, reference="VIR 9", paid_on=LONG_AFTER.date(), actor=treasurer, request_id=rid(), at=LONG_AFTER
        )
        settlement.draw_up_book(
            agreement_id=payday.agreement_id, book=Book.AGREEMENT, period=book_period("2026"), actor=treasurer, request_id=rid(), at=LONG_AFTER
        )  # fmt: skip
    return payday


def paid_another_way(payday: Payday) -> None:
    """The agreement's bank takes the older file."""
    treasurer = payday.treasurer()
    with acting_as(treasurer):
        settlement.choose_channel(
            agreement_id=payday.agreement_id, channel=PaymentChannel.TRANSFERS_2009, actor=treasurer, request_id=rid(), at=APRIL
        )


def strangers(elsewhere: Payday) -> dict[str, Actor]:
    campaign = elsewhere.campaign
    funder = Actor(
        kind="person", label="funder", person_id=990, organisation_id=campaign.funder_ids[0], organisation_ids=frozenset({campaign.funder_ids[0]}),
        programme_ids=frozenset({campaign.programme_id}), roles=frozenset({"FUNDER"}), proved_at=APRIL,
    )  # fmt: skip
    return {
        "an operator's treasurer": elsewhere.treasurer(),
        "a funder": funder,
        "a prescriber": elsewhere.counter(campaign.prescriber_id, "PRESCRIBER_LEAD"),
        "a place": elsewhere.counter(campaign.place_organisation_id, "PLACE_MANAGER"),
        "a visitor": Actor.anonymous(),
    }


def decided_and_asked(payday: Payday) -> None:
    """Two people approve, fees are stated, a place is held and let go, another asks for its payment."""
    programme_id, admin = payday.campaign.programme_id, payday.staff(600, "OPERATOR_ADMIN", at=NOW)
    with acting_as(admin):
        settlement.set_bands(programme_id=programme_id, bands=[Band(None, 1)], reason="essai", actor=admin, request_id=rid(), at=NOW)
        settlement.state_fees(
            programme_id=programme_id, fees=Fees(10_00, 0, 0), valid_from=legal_day(NOW) + timedelta(days=30), actor=admin, request_id=rid(),
            at=NOW,
        )  # fmt: skip
        hold_id = settlement.place_hold(
            programme_id=programme_id, organisation_id=payday.second_organisation_id, words=HoldWords("essai", "On vérifie.", "02"), days=1,
            actor=admin, request_id=rid(), at=NOW,
        )  # fmt: skip
        settlement.release_hold(hold_id=hold_id, reason="vu", actor=admin, request_id=rid(), at=NOW)
    with acting_as_everything(why="a request is left where a programme paid on demand"):
        PaymentRequest.objects.create(
            programme_id=programme_id, organisation_id=payday.second_organisation_id, until=NOW, payable_on=legal_day(NOW), requested_by_id=1,
            request_id=rid(),
        )  # fmt: skip


def invoiced(payday: Payday) -> None:
    """The places paid are sent their invoice of fees."""
    later = APRIL + timedelta(days=40)
    with acting_as(payday.treasurer(later)):
        assert settlement.invoice_fees(
            programme_id=payday.campaign.programme_id, until_on=legal_day(later) - timedelta(days=1), actor=payday.treasurer(later),
            request_id=rid(), at=later,
        )  # fmt: skip


def short() -> None:
    """What is told of a booklet missing from a box, and what became of it: its rows only, for the walls around them."""
    box = Parcel.objects.order_by("id")[0]
    told = {
        "programme_id": box.programme_id, "series_id": box.series_id, "from_organisation_id": box.from_organisation_id,
        "to_organisation_id": box.to_organisation_id, "first_booklet_id": box.first_booklet_id, "last_booklet_id": box.first_booklet_id,
    }  # fmt: skip
    gap = ParcelGap.objects.create(parcel=box, kind="MISSING", told_at=NOW, told_by_id=1, request_id=rid(), **told)
    ParcelSettlement.objects.create(gap=gap, outcome="BACK", settled_at=NOW, settled_by_id=1, request_id=rid(), **told)


def test_nobody_of_another_campaign_sees_a_row_of_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cast, "PLACES_FILE", "conseillers-numeriques-44-2022.v1.0.2.csv")
    small = dataclasses.replace(scenarios.load("nantes"), booklets=4, prescribers=1, places=2)
    scenarios.play(small, today=date(2026, 11, 22), printing="none")
    ours = lived()
    moved_and_counted(ours)
    helped_by = own_side_lived()
    live(make_ground())
    bills_lived(homes_lived())
    with acting_as_everything(why="a night of the structures"):
        retention.keep_in_time(programme_id=helped_by.programme_id, actor=SYSTEM, at=NOW)
    count_now(NOW)
    with acting_as_everything(why="what a release is made of, its hidden counts too"):
        ReleaseTruth.objects.create(release=Release.objects.get(), deflated=b"")
    with acting_as_everything(why="a booklet is missing from a box of the scenario, and is said to be back"):
        short()
    with acting_as_everything(why="somebody of the scenario is signed in"):
        parties.open_session(person_id=Person.objects.order_by("id")[0].id, browser="Firefox", system="Linux", at=NOW)
    of_two_installations(ours)
    models = walled()
    with acting_as_everything(why="what there is"):
        here = {table: seen(model) for table, model in models.items()}
    filled = {table for table, rows in here.items() if rows}
    assert set(models) - filled <= UNLIVED, f"the campaign leaves too little to see: {sorted(set(models) - filled - UNLIVED)}"

    elsewhere = make_payday()
    elsewhere.spend(1)
    for who, stranger in strangers(elsewhere).items():
        with acting_as(stranger):
            own = 0
            for table, model in models.items():
                rows = seen(model)
                assert not rows & here[table], f"{who} sees rows of {table} that are not theirs"
                own += len(rows)
        # The control: it is not that nothing at all can be seen.
        assert bool(own) is (who != "a visitor"), who
