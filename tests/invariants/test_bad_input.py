"""Each case of bad input: its own code, its own sentence in French and in English, and nothing changed. Table: docs/bad-input.md."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from carnet.distribution import operations as distribution
from carnet.distribution.rules import Area, HandOverItem, Ticks
from carnet.funding import operations as funding
from carnet.funding.rules import ShareTerms, template_terms
from carnet.gateways.bank.fake import FakeBank
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.issuing.rules import code_at
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.parties import operations as parties
from carnet.parties import queries as parties_queries
from carnet.places import operations as places
from carnet.places.models import Place
from carnet.redemption import operations as redemption
from carnet.redemption import queries as redemption_queries
from carnet.redemption.operations import Item
from carnet.settlement import operations as settlement
from carnet.settlement import queries as settlement_queries
from carnet.web.design.sentences import SENTENCES, sentence_for
from tests.databases import ROOT
from tests.factories.campaign import NOW, SERVICES, SYSTEM, rid, series
from tests.settlement.conftest import APRIL, FIRST_IBAN, MENDED_IBAN, RING_FENCED, SPENT_AT, Payday, make_payday

pytestmark = pytest.mark.django_db

# A refused try to spend leaves a line with its reason, so that guessing can be slowed: that is its purpose, not a change.
TRACES = {"redemption_attempt", "redemption_attempt_id_seq"}
OTHER = "FR7630004000031234567890143"


@pytest.fixture
def payday() -> Payday:
    made = make_payday()
    made.spend(2)
    return made


def rows_everywhere() -> dict[str, int]:
    """How many rows each table holds."""
    with acting_as_everything(why="count"), connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall() if name not in TRACES and not name.startswith(("procrastinate_", "django_"))]
        counts = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table} /* fan-out: all of them */")
            counts[table] = cursor.fetchone()[0]
    return counts


def spend(payday: Payday, code: str, **changes: Any) -> None:
    actor = payday.counter(payday.campaign.place_organisation_id)
    at = changes.pop("at", SPENT_AT)
    with acting_as(actor):
        redemption.redeem(item=Item(code=code, service="mailbox", **changes), actor=actor, channel="SCREEN", request_id=rid(), at=at)


def mistyped(payday: Payday) -> None:
    code = payday.campaign.code(5)
    spend(payday, code[:-1] + str((int(code[-1]) + 1) % 10))


def unknown(payday: Payday) -> None:
    spend(payday, code_at(seed=b"\x07" * 32, rank=1).digits)


def of_another_programme(payday: Payday) -> None:
    with acting_as_everything(why="another programme's voucher"):
        elsewhere = make_payday()
    _now_unchanged()
    spend(payday, elsewhere.campaign.code(0))


def not_yet_active(payday: Payday) -> None:
    with acting_as_everything(why="an order not covered"):
        series(payday.campaign.programme_id, payday.agreement_id, payday.campaign.operator_id, booklets=1, activated=False, offset=500)
    _now_unchanged()
    spend(payday, payday.campaign.code(500))


def lapsed(payday: Payday) -> None:
    with acting_as_everything(why="the end of grace"):
        ends_at = ledger.series(payday.campaign.series_id).accepted_until
    spend(payday, payday.campaign.code(6), at=ends_at)


def already_used(payday: Payday) -> None:
    spend(payday, payday.campaign.code(0))


def at_a_place_that_ended(payday: Payday) -> None:
    with acting_as_everything(why="a place closed"):
        Place.objects.filter(id=payday.campaign.place_id).update(ended_on=SPENT_AT.date())
    spend(payday, payday.campaign.code(7), place_id=payday.campaign.place_id)


def outside_the_perimeter(payday: Payday) -> None:
    desk = payday.counter(payday.campaign.prescriber_id, "PRESCRIBER")
    item = HandOverItem(rid(), payday.campaign.series_id, voucher_ids=(1,), ticks=Ticks(area=Area.OUTSIDE))
    with acting_as(desk):
        distribution.hand_over(item=item, actor=desk, at=NOW)


def by_a_suspended_member(payday: Payday) -> None:
    place_organisation_id = payday.campaign.place_organisation_id
    lead, email = payday.counter(place_organisation_id, "PLACE_MANAGER"), "suspendue@example.org"
    with acting_as_everything(why="a member"):
        person_id = parties.enrol_member(
            organisation_id=place_organisation_id, email=email, display_name="S", role="MEDIATOR", actor=SYSTEM, request_id=rid(), at=NOW
        )
        membership_id = next(row.id for row in _memberships(place_organisation_id) if row.person_id == person_id)
    with acting_as(lead):
        parties.suspend_member(
            organisation_id=place_organisation_id, membership_id=membership_id, reason="départ", actor=lead, request_id=rid(), at=APRIL
        )
    _now_unchanged()
    parties_queries.actor_for(person_id=person_id, organisation_id=None, proved_at=None, at=APRIL)


def _memberships(organisation_id: int) -> Any:
    from carnet.parties.models import Membership

    return Membership.objects.filter(organisation_id=organisation_id)


def with_a_wrong_iban(payday: Payday) -> None:
    payday.account(payday.second_organisation_id, FIRST_IBAN[:-1] + "0", at=APRIL)


def account_changed_yesterday(payday: Payday) -> None:
    """Its old account is closed; nobody else's payment waits for it."""
    payday.claim()
    payday.account(payday.campaign.place_organisation_id, MENDED_IBAN, at=APRIL - timedelta(days=1))
    with acting_as_everything(why="the old account is closed"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE parties_bankaccount SET state = 'ENDED', ended_at = %s WHERE iban = %s", [APRIL - timedelta(days=1), FIRST_IBAN]
        )
    _now_unchanged()


def to_an_account_changed_yesterday(payday: Payday) -> None:
    account_changed_yesterday(payday)
    parties_queries.payable_account(organisation_id=payday.campaign.place_organisation_id, at=APRIL)


def a_payment_to_that_account_only(payday: Payday) -> None:
    account_changed_yesterday(payday)
    actor = payday.treasurer()
    with acting_as(actor):
        settlement.prepare_run(agreement_id=payday.agreement_id, actor=actor, request_id=rid(), at=APRIL)


def a_file_that_is_not_of_places(payday: Payday) -> None:
    actor = payday.staff(603, "OPERATOR_ADMIN")
    with acting_as(actor):
        places.import_places(
            provenance="essai", file_name="f.csv", stream=io.BytesIO(b"nom,adresse\nA,B\n"), actor=actor, request_id=rid(), at=APRIL
        )


def money(payday: Payday, cents: int) -> None:
    actor = payday.treasurer()
    with acting_as(actor):
        funding.record_money_received(
            agreement_id=payday.agreement_id, funder_id=payday.campaign.funder_ids[0], cents=cents, received_on=date(2026, 4, 1),
            bank_reference="VIR 1", actor=actor, request_id=rid(), at=APRIL,
        )  # fmt: skip


def shares_short_of_the_whole(payday: Payday) -> None:
    first, second = payday.campaign.funder_ids
    shares = [ShareTerms(first, portion=Fraction(1, 2)), ShareTerms(second, portion=Fraction(49, 100))]
    with acting_as(SYSTEM, programme_ids=[payday.campaign.programme_id]):
        funding.amend_shares(agreement_id=payday.agreement_id, shares=shares, reason="x", actor=_system(payday), request_id=rid(), at=APRIL)


def _system(payday: Payday) -> Actor:
    return Actor.system("tests", programme_ids={payday.campaign.programme_id})


def dates_reversed(payday: Payday) -> None:
    terms = template_terms("nantes", first_day=date(2027, 1, 4), service_codes=SERVICES, name="À l’envers", phone="02 40 00 00 00")
    windows = replace(terms.windows, hand_over_from=terms.windows.hand_over_until, hand_over_until=terms.windows.hand_over_from)
    with acting_as_everything(why="a new programme"):
        funding.create_programme(
            terms=replace(terms, windows=windows), operator_id=payday.campaign.operator_id, is_simulated=True, actor=SYSTEM, request_id=rid(), at=NOW
        )  # fmt: skip


def of_another_account(payday: Payday) -> None:
    payday.read(FakeBank(opening_cents=100).statement(OTHER, at=APRIL))


def the_same_bank_file_twice(payday: Payday) -> None:
    payday.pay()
    statement = payday.bank.statement(RING_FENCED, at=APRIL)
    payday.read(statement)
    _now_unchanged()
    payday.read(statement)


_mark: dict[str, Any] = {}


def _now_unchanged() -> None:
    """What came before was preparation: nothing may change from here on."""
    _mark["rows"] = rows_everywhere()


Act = Callable[[Payday], None]
CASES: dict[str, tuple[Act, str, str, str]] = {
    "a mistyped code": (mistyped, "code-mistyped", "chiffres", "digits"),
    "an unknown code": (unknown, "voucher-unknown", "aucun chèque", "any voucher"),
    "a voucher of another programme": (of_another_programme, "voucher-unknown", "aucun chèque", "any voucher"),
    "a voucher not yet active": (not_yet_active, "voucher-not-active", "", ""),
    "a lapsed voucher": (lapsed, "voucher-lapsed", "", ""),
    "a voucher already used": (already_used, "voucher-already-redeemed", "déjà", "already"),
    "outside the perimeter": (outside_the_perimeter, "outside-perimeter", "territoire", ""),
    "a place that has ended": (at_a_place_that_ended, "place-not-accepted", "lieu", "place"),
    "a suspended member": (by_a_suspended_member, "member-suspended", "suspendu", "suspended"),
    "a wrong IBAN": (with_a_wrong_iban, "iban-invalid", "IBAN", "IBAN"),
    "an IBAN changed yesterday": (to_an_account_changed_yesterday, "account-waiting", "", ""),
    "a payment to that IBAN only": (a_payment_to_that_account_only, "nothing-to-pay", "de côté", "aside"),
    "a file that is not of places": (a_file_that_is_not_of_places, "place-file-columns-missing", "colonnes", "Columns"),
    "an amount of zero": (lambda payday: money(payday, 0), "receipt-not-positive", "", ""),
    "a negative amount": (lambda payday: money(payday, -1000), "receipt-not-positive", "", ""),
    "shares that do not make the whole": (shares_short_of_the_whole, "shares-do-not-make-all", "100", "100"),
    "dates reversed": (dates_reversed, "hand-over-window-reversed", "", ""),
    "a bank file for another account": (of_another_account, "bank-file-other-account", "compte", "account"),
    "the same bank file twice": (the_same_bank_file_twice, "bank-file-already-read", "déjà", "already"),
}


@pytest.mark.parametrize(("act", "code", "french", "english"), CASES.values(), ids=CASES.keys())
def test_it_has_its_words_and_changes_nothing(payday: Payday, act: Act, code: str, french: str, english: str) -> None:
    _now_unchanged()
    try:
        act(payday)
    except Refusal as raised:
        refusal = raised
    else:
        pytest.fail("nothing was refused")
    assert refusal.code == code
    said = {}
    for language, word in (("fr", french), ("en", english)):
        with translation.override(language):
            said[language] = sentence_for(refusal)
        assert word in said[language], said
        assert "…" not in said[language].replace("FR76 … ", ""), "a fact is missing"
    assert said["fr"] != said["en"]
    with acting_as_everything(why="verify"):
        assert ledger.verify() == [] and redemption_queries.verify() == [] and settlement_queries.verify() == []
    assert rows_everywhere() == _mark["rows"]


@pytest.mark.parametrize("code", sorted({code for _act, code, _french, _english in CASES.values()}))
def test_the_table_of_the_documents_says_the_same(code: str) -> None:
    table = (ROOT / "docs" / "bad-input.md").read_text(encoding="utf-8")
    line = next((line for line in table.splitlines() if f"`{code}`" in line), "")
    with translation.override("fr"):
        assert str(SENTENCES[code]) in line, f"write the sentence of {code} in docs/bad-input.md"
