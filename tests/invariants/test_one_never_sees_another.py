"""Invariant 8: a campaign lived to its end leaves rows in every walled table; nobody of another campaign sees one of them.

Asked through the ORM, model by model, so that a table added tomorrow is walked too.
"""

import dataclasses
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model
from PIL import Image

from carnet import scenarios
from carnet.funding import operations as funding
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.redemption import operations as redemption
from carnet.redemption import queries as redemption_queries
from carnet.redemption.operations import SerialItem, TypedLine
from carnet.redemption.rules import WRONG_SECRETS_MAX
from carnet.scenarios import cast
from carnet.settlement import operations as settlement
from tests.factories.campaign import NOW, SYSTEM, code_of_nobody, organisation, rid
from tests.settlement.conftest import APRIL, LONG_AFTER, SPENT_AT, Payday, make_payday

pytestmark = pytest.mark.django_db

# Walled for writing, read by all: what is printed on every voucher of a series.
PRINTED = {"ledger_series"}

# Made at sign-in or on account pages: tests/parties/test_walls.py and test_tokens_and_accounts.py look at them. Files are not printed here.
# Pressure takes a hundred guesses: tests/redemption/test_throttles.py looks at it.
UNLIVED = {"redemption_pressure", "mfa_authenticator", "parties_apitoken", "parties_invitation", "issuing_printfile"}


def walled() -> dict[str, type[Model]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r'")
        tables = {name for (name,) in cursor.fetchall()} - PRINTED
    return {model._meta.db_table: model for model in apps.get_models() if model._meta.db_table in tables}


def seen(model: type[Model]) -> set[object]:
    return set(model.objects.order_by().values_list("pk", flat=True))  # type: ignore[attr-defined]


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
    payday.spend(2)
    undone = payday.spend(1, second=True)[0]
    counter = payday.counter(payday.second_organisation_id)
    with acting_as(counter):
        redemption.reverse(number=undone.number, reason="erreur", actor=counter, request_id=rid(), at=SPENT_AT)
        redemption.check_quietly(code=code_of_nobody(), actor=counter, at=SPENT_AT)
    reserved_locked_disputed(payday)
    written_down(payday)
    payday.spend(1, second=True)
    payday.pay()
    treasurer, approver = payday.treasurer(LONG_AFTER), payday.approver(LONG_AFTER)
    with acting_as(treasurer):
        closing_id = settlement.prepare_closing(agreement_id=payday.agreement_id, actor=treasurer, request_id=rid(), at=LONG_AFTER)
    with acting_as(approver):
        settlement.approve_closing(closing_id=closing_id, actor=approver, request_id=rid(), at=LONG_AFTER)
    with acting_as(treasurer):
        settlement.record_repayments(
            closing_id=closing_id, reference="VIR 9", paid_on=LONG_AFTER.date(), actor=treasurer, request_id=rid(), at=LONG_AFTER
        )
    return payday


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


def test_nobody_of_another_campaign_sees_a_row_of_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cast, "PLACES_FILE", "conseillers-numeriques-44-2022.v1.0.2.csv")
    small = dataclasses.replace(scenarios.load("nantes"), booklets=4, prescribers=1, places=2)
    scenarios.play(small, today=date(2026, 11, 22), printing="none")
    lived()
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
