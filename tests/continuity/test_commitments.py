"""An operator takes 1,000 € out of the account: the next morning everybody sees it. And what was published stays as it was."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from carnet.continuity.models import CommitmentDay
from carnet.continuity.operations import commitments as publishing
from carnet.continuity.queries import commitments as reading
from carnet.continuity.queries.commitments import ProgrammeNow
from carnet.continuity.rules.commitments import STATEMENT_DAYS_MAX, Alert
from carnet.continuity.rules.publication import as_json, faults, fingerprint, read
from carnet.funding import operations as funding_operations
from carnet.funding import queries as funding
from carnet.funding.models import Agreement
from carnet.funding.rules import BalanceDecided, BalanceInFuture, BalanceSource, BalanceWaiting
from carnet.gateways.bank.fake import FakeBank
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import COMMITMENTS, key_ring, signs
from carnet.kernel.actors import Actor
from carnet.parties.rules import NotAllowed, SamePerson
from carnet.redemption.access import forget_place_keys
from carnet.redemption.queries import forget_series_facts
from carnet.settlement.rules import BankFileOfAnotherAccount
from tests.factories.campaign import NOW, rid
from tests.lasting import held
from tests.settlement.conftest import APRIL, RING_FENCED, Payday, make_payday


def _paper() -> bytes:
    written = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(written)
    return written.getvalue()


PDF = _paper()
FACE = 400_00
MORE = 1_600_00
TAKEN = 1_000_00
MORNING = APRIL + timedelta(days=1)


@pytest.fixture(scope="module")
def lasting(django_db_setup: None, django_db_blocker: Any) -> Iterator[Payday]:
    """Forty vouchers in hands, and 1,600 € that no series holds yet, made once."""
    with held(django_db_blocker):
        made = make_payday()
        funder = Actor(
            kind="person", label="treasurer", person_id=601, organisation_id=made.campaign.operator_id,
            organisation_ids=frozenset({made.campaign.operator_id}), programme_ids=frozenset({made.campaign.programme_id}),
            roles=frozenset({"TREASURER"}), proved_at=NOW,
        )  # fmt: skip
        with acting_as(funder):
            funding_operations.record_money_received(
                agreement_id=made.agreement_id, funder_id=made.campaign.funder_ids[0], cents=MORE, received_on=NOW.date(), bank_reference="VIR-2",
                actor=funder, request_id=rid(), at=NOW,
            )  # fmt: skip
        with django_db_blocker.block():
            yield made


@pytest.fixture
def payday(db: None, lasting: Payday) -> Payday:
    forget_place_keys()
    forget_series_facts()
    bank = FakeBank(opening_cents=FACE + MORE)
    return Payday(lasting.campaign, lasting.second_place_id, lasting.second_organisation_id, bank)


def now(payday: Payday, at: datetime = MORNING) -> ProgrammeNow:
    found = reading.programmes_now(at=at, programme_ids=[payday.campaign.programme_id])
    assert len(found) == 1
    return found[0]


def statement(payday: Payday, at: datetime) -> None:
    payday.read(payday.bank.statement(RING_FENCED, at=at), at=at)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    return signs(public, COMMITMENTS, message, signature)


class TestAnHonestSeason:
    def test_what_is_promised_is_what_the_account_held(self, payday: Payday) -> None:
        payday.spend(5)
        payday.pay()
        told = now(payday)
        assert told.alerts == () and told.gap_cents == 0
        assert (told.account_cents, told.account_on) == (FACE + MORE - 50_00, APRIL.date())
        assert told.cents("needed_cents") == FACE + MORE - 50_00
        assert (told.cents("owed_cents"), told.cents("paid_cents"), told.cents("unissued_cents")) == (0, 50_00, MORE)

    def test_what_places_wait_for_says_since_when(self, payday: Payday) -> None:
        payday.spend(2)
        told = now(payday)
        assert (told.cents("owed_cents"), told.owed_since) == (20_00, date(2026, 3, 10))

    def test_before_any_statement_nothing_is_said_of_the_account_then_its_absence_is_red(self, payday: Payday) -> None:
        assert now(payday, NOW + timedelta(days=2)).alerts == ()
        late = now(payday, NOW + timedelta(days=STATEMENT_DAYS_MAX + 60))
        assert late.alerts == (Alert.STATEMENT_MISSING,) and late.account_cents is None

    def test_a_payment_the_bank_never_told_of_explains_what_left(self, payday: Payday) -> None:
        """The bank booked it; its answer got lost; an accountant's balance of that evening is read."""
        payday.spend(5)
        payday.claim()
        payday.send(payday.prepare().run_id)
        state(payday, FACE + MORE - 50_00, MORNING)
        told = now(payday, MORNING + timedelta(days=1))
        assert (told.gap_cents, told.accounts[0].cover.explained_cents, told.cents("sent_cents")) == (0, 50_00, 50_00)

    def test_a_transfer_that_came_back_is_promised_again(self, payday: Payday) -> None:
        payday.spend(5)
        payday.pay()
        sent_back = next(iter(payday.bank._paid))
        payday.bank.send_back(sent_back)
        statement(payday, APRIL + timedelta(days=2))
        told = now(payday, APRIL + timedelta(days=3))
        assert told.gap_cents == 0 and told.cents("owed_cents") == 50_00 and told.account_cents == FACE + MORE

    def test_a_statement_of_a_day_before_a_payment_shows_no_gap(self, payday: Payday) -> None:
        statement(payday, APRIL - timedelta(days=3))
        payday.spend(5)
        payday.claim()
        content = payday.send(payday.prepare().run_id)
        payday.bank.receive(content, at=APRIL)
        later = payday.bank.statement(RING_FENCED, at=APRIL)
        assert now(payday).gap_cents == 0
        payday.read(later)
        assert now(payday).gap_cents == 0

    def test_money_that_came_since_the_statement_is_counted_by_the_banks_day(self, payday: Payday) -> None:
        statement(payday, APRIL)
        treasurer = payday.treasurer(MORNING)
        with acting_as(treasurer):
            funding_operations.record_money_received(
                agreement_id=payday.agreement_id, funder_id=payday.campaign.funder_ids[0], cents=70_00, received_on=MORNING.date(),
                bank_reference="VIR-3", actor=treasurer, request_id=rid(), at=MORNING,
            )  # fmt: skip
        assert now(payday).accounts[0].cover.held_cents == FACE + MORE + 70_00
        assert now(payday).gap_cents == 0


class TestAThousandEurosTaken:
    @pytest.fixture
    def robbed(self, payday: Payday) -> Payday:
        """The evening before everything was there; then somebody with the account's keys took 1,000 €."""
        statement(payday, APRIL - timedelta(days=1))
        publishing.publish(at=APRIL - timedelta(hours=1))
        payday.bank.move(RING_FENCED, -TAKEN, reference="LOYER", name="Opérateur")
        statement(payday, APRIL)
        return payday

    def test_the_gap_shows_the_next_morning_to_the_cent(self, robbed: Payday) -> None:
        published = [each for each in publishing.publish(at=MORNING) if each.programme_id == robbed.campaign.programme_id]
        assert [(each.gap_cents, each.alerts, each.number) for each in published] == [(TAKEN, ("gap",), 2)]
        days = reading.published_days(programme_id=robbed.campaign.programme_id)
        assert [each.content["gap_cents"] for each in days] == [TAKEN, 0]
        assert [each.content["unmatched_lines"] for each in days] == [1, 0]

    def test_everybody_reads_it_in_words(self, robbed: Payday) -> None:
        slug = funding.programme(robbed.campaign.programme_id).slug
        for address in ("/engagements/", f"/engagements/{slug}/"):
            answer = Client().get(address)
            page = answer.content.decode()
            assert answer.status_code == 200
            assert "Il manque de l’argent" in page and "1\u202f000" in page.replace("\xa0", "\u202f"), page
        told = Client().get("/api/v1/commitments").json()["programmes"]
        assert next(each for each in told if each["programme"] == slug)["gap_cents"] == TAKEN

    def test_put_back_it_is_over_and_yesterday_stays_red(self, robbed: Payday) -> None:
        publishing.publish(at=MORNING)
        robbed.bank.move(RING_FENCED, TAKEN, reference="RETOUR", name="Opérateur")
        statement(robbed, MORNING)
        publishing.publish(at=MORNING + timedelta(hours=1))  # the same day: what was published stays
        publishing.publish(at=MORNING + timedelta(days=1))
        days = reading.published_days(programme_id=robbed.campaign.programme_id)
        assert [each.content["gap_cents"] for each in days] == [0, TAKEN, 0]
        assert faults(days, verify) == []


class TestWhatWasPublished:
    def test_it_is_chained_signed_by_the_programmes_key_and_holds(self, payday: Payday) -> None:
        for days in range(3):
            publishing.publish(at=APRIL + timedelta(days=days))
        found = reading.published_days(programme_id=payday.campaign.programme_id)
        assert [each.content["number"] for each in found] == [3, 2, 1]
        assert [each.content["previous"] for each in found] == [found[1].digest, found[2].digest, "0" * 64]
        (key,) = key_ring().public_keys(payday.campaign.programme_id)
        assert found[0].content["keys"] == f"1:{fingerprint(key.raw)}"
        assert faults(found, verify, trusted={str(found[0].content["programme"]): fingerprint(key.raw)}) == []

    def test_a_row_never_changes(self, payday: Payday) -> None:
        publishing.publish(at=APRIL)
        for statement_of in ("UPDATE continuity_commitmentday SET day = day - 1", "DELETE FROM continuity_commitmentday"):
            with acting_as_everything(why="try"), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement_of)

    def test_everybody_reads_it_and_nobody_else_writes_it(self, payday: Payday) -> None:
        publishing.publish(at=APRIL)
        with acting_as(organisation_ids=[999_999]):
            assert CommitmentDay.objects.exists()
            row = CommitmentDay.objects.first()
            assert row is not None
            row.pk, row.number = None, 99
            with pytest.raises(DatabaseError), transaction.atomic():
                row.save(force_insert=True)

    def test_the_files_hold_and_plain_python_says_so_too(self, payday: Payday, tmp_path: Path) -> None:
        for days in range(2):
            publishing.publish(at=APRIL + timedelta(days=days))
        recipe = recipe_of_the_documentation(tmp_path)
        for name in ("commitments.csv", "commitments.json"):
            content = Client().get(f"/opendata/{name}").content
            path = tmp_path / name
            path.write_bytes(content)
            assert faults(read(content.decode()), verify) == []
            assert subprocess.run([sys.executable, recipe, path], capture_output=True, check=False).returncode == 0
            path.write_bytes(content.replace(b"160000", b"160001"))
            told = subprocess.run([sys.executable, recipe, path], capture_output=True, text=True, check=False)
            assert told.returncode == 1 and "2026-04-07" in told.stdout, told

    def test_no_number_of_an_account_and_nobodys_name_is_published(self, payday: Payday) -> None:
        publishing.publish(at=APRIL)
        told = as_json(reading.published_days(programme_id=payday.campaign.programme_id))
        assert RING_FENCED not in told and "Médiathèque" not in told
        assert json.loads(told)["days"][0]["activity"] == "simulated"


def recipe_of_the_documentation(folder: Path) -> Path:
    """The plain Python of the documentation, as a reader would copy it."""
    text = Path("docs/operating/commitments.md").read_text(encoding="utf-8")
    path = folder / "check.py"
    path.write_text(text.split("```python\n", 1)[1].split("```", 1)[0], encoding="utf-8")
    return path


def state(payday: Payday, cents: int, at: datetime, *, day: date | None = None) -> int:
    """Stated by the treasurer the next day, agreed by the approver."""
    tomorrow = at + timedelta(days=1)
    treasurer, approver = payday.treasurer(tomorrow), payday.approver(tomorrow)
    with acting_as(treasurer):
        stated_id = funding_operations.state_balance(
            agreement_id=payday.agreement_id, day=day or at.date(), cents=cents, paper=PDF, actor=treasurer, request_id=rid(), at=tomorrow
        )
    with acting_as(approver):
        funding_operations.approve_balance(stated_id=stated_id, actor=approver, request_id=rid(), at=tomorrow)
    return stated_id


class TestABalanceStatedByTwoPeople:
    def test_it_counts_once_the_second_person_read_the_paper(self, payday: Payday) -> None:
        treasurer = payday.treasurer(MORNING)
        with acting_as(treasurer):
            stated_id = funding_operations.state_balance(
                agreement_id=payday.agreement_id,
                day=APRIL.date(),
                cents=FACE + MORE,
                paper=PDF,
                actor=treasurer,
                request_id=rid(),
                at=MORNING,
            )
            assert funding.latest_balances([payday.agreement_id]) == {}
            with pytest.raises(BalanceWaiting):
                funding_operations.state_balance(
                    agreement_id=payday.agreement_id, day=APRIL.date(), cents=1, paper=PDF, actor=treasurer, request_id=rid(), at=MORNING
                )
        approver = payday.approver(MORNING)
        with acting_as(approver):
            content, media_type = funding.stated_paper(approver, stated_id)
            assert content.startswith(b"%PDF") and media_type == "application/pdf"
            funding_operations.approve_balance(stated_id=stated_id, actor=approver, request_id=rid(), at=MORNING)
            funding_operations.approve_balance(stated_id=stated_id, actor=approver, request_id=rid(), at=MORNING)
            balance = funding.latest_balances([payday.agreement_id])[payday.agreement_id]
            assert (balance.day, balance.cents, balance.source) == (APRIL.date(), FACE + MORE, BalanceSource.STATED)
            with pytest.raises(BalanceDecided):
                funding_operations.refuse_balance(stated_id=stated_id, reason="trop tard", actor=approver, request_id=rid(), at=MORNING)
        assert now(payday).account_cents == FACE + MORE

    def test_nobody_agrees_with_themselves(self, payday: Payday) -> None:
        both = payday.staff(601, "TREASURER", "APPROVER", at=MORNING)
        with acting_as(both):
            stated_id = funding_operations.state_balance(
                agreement_id=payday.agreement_id, day=APRIL.date(), cents=1, paper=PDF, actor=both, request_id=rid(), at=MORNING
            )
            with pytest.raises(SamePerson):
                funding_operations.approve_balance(stated_id=stated_id, actor=both, request_id=rid(), at=MORNING)

    def test_it_is_of_a_day_that_ended_and_of_a_treasurer(self, payday: Payday) -> None:
        treasurer, agent = payday.treasurer(MORNING), payday.staff(603, "OPERATOR_AGENT", at=MORNING)
        told: dict[str, Any] = {"agreement_id": payday.agreement_id, "cents": 1, "paper": PDF, "request_id": rid(), "at": MORNING}
        with acting_as(treasurer), pytest.raises(BalanceInFuture):
            funding_operations.state_balance(day=MORNING.date(), actor=treasurer, **told)
        with acting_as(agent), pytest.raises(NotAllowed):
            funding_operations.state_balance(day=APRIL.date(), actor=agent, **told)

    def test_what_was_stated_is_frozen(self, payday: Payday) -> None:
        stated_id = state(payday, 1, APRIL)
        for change in ("SET cents = 2", "SET day = day - 1", "SET decided_by_id = NULL, decided_at = NULL, is_agreed = NULL"):
            with acting_as_everything(why="try"), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT set_config('role', session_user, true)")
                cursor.execute(f"UPDATE funding_statedbalance {change} WHERE id = %s", [stated_id])


class TestTheBanksStatements:
    def test_each_closing_balance_is_kept_once_and_says_whether_every_line_between_was_read(self, payday: Payday) -> None:
        statement(payday, APRIL - timedelta(days=1))
        payday.bank.move(RING_FENCED, -10_00, reference="FRAIS", name="Banque")
        statement(payday, APRIL)
        with acting_as_everything(why="read"):
            found = funding.balances(payday.agreement_id)
        assert [(each.day, each.cents, each.is_continuous) for each in found] == [
            (APRIL.date(), FACE + MORE - 10_00, True), (APRIL.date() - timedelta(days=1), FACE + MORE, False),
        ]  # fmt: skip

    def test_a_statement_missed_is_noticed(self, payday: Payday) -> None:
        statement(payday, APRIL - timedelta(days=2))
        payday.bank.move(RING_FENCED, -10_00, reference="FRAIS", name="Banque")
        payday.bank.statement(RING_FENCED, at=APRIL - timedelta(days=1))  # never read
        statement(payday, APRIL)
        with acting_as_everything(why="read"):
            assert not funding.latest_balances([payday.agreement_id])[payday.agreement_id].is_continuous
        assert now(payday).gap_cents == 10_00

    def test_what_an_account_held_before_it_ended_with_its_operator_no_longer_counts(self, payday: Payday) -> None:
        statement(payday, APRIL)
        assert now(payday).account_cents == FACE + MORE
        with acting_as_everything(why="the operator is no more"):
            Agreement.objects.filter(id=payday.agreement_id).update(account_ended_at=MORNING)
        told = now(payday, MORNING + timedelta(days=1))
        assert told.account_cents is None and told.alerts == (Alert.STATEMENT_MISSING,)

    def test_another_accounts_balance_is_not_ours(self, payday: Payday) -> None:
        other = "FR7610011000201234567890188"
        with pytest.raises(BankFileOfAnotherAccount):
            payday.read(payday.bank.statement(other, at=APRIL))
        with acting_as_everything(why="read"):
            assert funding.balances(payday.agreement_id) == []
