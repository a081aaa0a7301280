"""A programme taken over, on two real databases with two folders of keys: the same paper is honoured the same day, once; or nothing happened."""

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from carnet.cli.verification import journal_found, ledger_faults
from carnet.continuity.models import BroughtReceipt, FormerBlock, Takeover
from carnet.continuity.operations import takeovers
from carnet.continuity.operations.receipts import bring_receipts, settle_receipt
from carnet.continuity.operations.takeovers import _beside
from carnet.continuity.rules.takeovers import (
    AlreadyTakenOver,
    ArchiveTampered,
    NumbersTaken,
    SuccessorKeyWrong,
    TakeoverState,
)
from carnet.gateways import programme_archives
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import new_pair
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.redemption import access as redemption_access
from carnet.redemption import operations as redemption
from carnet.redemption.queries import Redeemed
from carnet.redemption.rules import VoucherAlreadyRedeemed
from tests.api.conftest import token_of
from tests.continuity.two import Two, spend, successor_operator, two_installations
from tests.databases import TestDatabases
from tests.factories.campaign import LATER, Campaign, campaign, rid
from tests.redemption.offline import Tablet, enrolled

TODAY = LATER + timedelta(hours=6)


@pytest.fixture(scope="module")
def two(
    test_databases: TestDatabases, django_db_setup: None, django_db_blocker: Any, worker_id: str, tmp_path_factory: Any
) -> Iterator[Two]:
    with django_db_blocker.unblock(), two_installations(test_databases, worker_id, tmp_path_factory.mktemp("two")) as both:
        yield both


@pytest.fixture(scope="module")
def story(two: Two) -> dict[str, Any]:
    """The first installation's life: a base, an increment, then what nobody archived; and it falls."""
    with two.at(two.first):
        with acting_as_everything(why="prepare a campaign"):
            ready = campaign()
        tablet = enrolled(ready)
        api = token_of(ready.place_organisation_id)
        operators = token_of(ready.operator_id)
        tokens = [ready.token(rank) for rank in range(20)]
        spent = [spend(ready, ready.code(rank)) for rank in (0, 1)]
        with acting_as_everything(why="seal"):
            journal.seal(at=LATER)
        two.kept(ready)
        spent.append(spend(ready, ready.code(2), at=LATER + timedelta(minutes=1)))
        two.kept(ready, at=LATER + timedelta(minutes=2))
        lost = [spend(ready, ready.code(rank), at=LATER + timedelta(minutes=3 + rank)) for rank in (3, 4)]
        offline = tablet.accept(tokens[7], at=LATER + timedelta(minutes=5), facts_at=LATER)
        assert all(isinstance(each, Redeemed) for each in (*spent, *lost))
        with acting_as_everything(why="compare"):
            money = ledger.money(programme_id=ready.programme_id).total
    return {
        "ready": ready, "tablet": tablet, "api": api, "operators": operators, "tokens": tokens, "spent": spent, "lost": lost,
        "offline": offline, "money": money,
    }  # fmt: skip


@pytest.fixture(scope="module")
def second(two: Two, story: dict[str, Any]) -> Iterator[takeovers.TakenOver]:
    """The second installation, once it has taken over."""
    with two.at(two.second):
        operator_id = successor_operator()
        taken = two.taken(operator_id, at=TODAY)
        yield taken


def count(table: str) -> int:
    with acting_as_everything(why="count"), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} /* fan-out: a test */")
        return int(cursor.fetchone()[0])


def verified() -> None:
    with acting_as_everything(why="seal"):
        journal.seal(at=TODAY)
    assert ledger_faults() == []
    assert journal_found().breaks == ()


class TestWhatComes:
    def test_everything_comes_and_the_books_are_exact(self, second: takeovers.TakenOver, story: dict[str, Any]) -> None:
        assert second.rows["ledger_voucher"] == 20
        assert second.rows["redemption_redemption"] == 3
        verified()

    def test_the_former_chain_is_kept_and_a_line_names_its_heads(self, two: Two, second: takeovers.TakenOver) -> None:
        archive = programme_archives.open_archive(two.archive)
        sealed = {(chain.table, chain.number, chain.digest) for chain in archive.latest.manifest.chains}
        with acting_as_everything(why="look"):
            kept = FormerBlock.objects.filter(takeover_id=second.takeover_id)
            # A seal waits for the oldest transaction of the whole server: on one that others use, there may be none yet.
            assert kept.count() == sum(chain.blocks for step in archive.steps for chain in step.manifest.chains)
        with acting_as_everything(why="look"), connection.cursor() as cursor:
            cursor.execute("SELECT facts FROM journal_line WHERE action = 'continuity.taken-over'")
            facts = json.loads(cursor.fetchone()[0])
        assert {(table, head["number"], head["digest"]) for table, head in facts["heads"].items()} == sealed
        assert facts["digest"] == archive.latest.manifest.digest

    def test_the_successor_operates_and_new_rows_have_numbers_of_their_own(self, second: takeovers.TakenOver) -> None:
        with acting_as_everything(why="look"), connection.cursor() as cursor:
            cursor.execute(
                "SELECT p.operator_id, t.organisation_id FROM funding_programme p JOIN continuity_takeover t ON t.programme_id = p.id"
            )
            operator_id, successor_id = cursor.fetchone()
            cursor.execute("SELECT max(id) FROM ledger_movement /* fan-out: a test */")
            highest = cursor.fetchone()[0]
            cursor.execute("SELECT last_value FROM ledger_movement_id_seq")
            assert cursor.fetchone()[0] >= highest
        assert operator_id == successor_id >= 1_000_000

    def test_no_name_came_and_nobody_can_sign_in(self, second: takeovers.TakenOver) -> None:
        with acting_as_everything(why="look"), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM parties_person WHERE email IS NOT NULL OR is_active")
            assert cursor.fetchone()[0] == 0
            cursor.execute("SELECT count(*) FROM parties_bankaccount WHERE state <> 'ENDED'")
            assert cursor.fetchone()[0] == 0


class TestTheSamePaper:
    def test_a_typed_code(self, second: takeovers.TakenOver, story: dict[str, Any]) -> None:
        ready = story["ready"]
        assert isinstance(spend(ready, ready.code(5), at=TODAY), Redeemed)

    def test_a_qr_code(self, second: takeovers.TakenOver, story: dict[str, Any]) -> None:
        assert isinstance(spend(story["ready"], story["tokens"][6], at=TODAY), Redeemed)

    def test_what_was_spent_is_spent(self, second: takeovers.TakenOver, story: dict[str, Any]) -> None:
        ready = story["ready"]
        for rank in (0, 2):
            assert isinstance(spend(ready, ready.code(rank), at=TODAY), VoucherAlreadyRedeemed)

    def test_a_device_enrolled_before_sends_what_it_kept(self, second: takeovers.TakenOver, story: dict[str, Any]) -> None:
        tablet: Tablet = story["tablet"]
        body = b"sealed"
        device = redemption_access.presented_device(device_id=tablet.id, message=body, signature=tablet.seal(body))
        actor = redemption_access.device_actor(device)
        with acting_as(actor):
            (answer,) = redemption.upload(
                device_id=tablet.id, device_now=tablet.clock(TODAY), items=[story["offline"]], actor=actor, request_id=rid(), at=TODAY
            )
        assert answer.state == "confirmed"

    def test_a_machine_s_token(self, second: takeovers.TakenOver, story: dict[str, Any], settings: Any) -> None:
        settings.CARNET_CLOCK = TODAY
        for secret, expected in ((story["api"], 200), (story["operators"], 401)):
            answer = Client().post(
                "/api/v1/vouchers/check", json.dumps({"code": story["ready"].code(8)}), content_type="application/json",
                headers={"Authorization": f"Bearer {secret}"},
            )  # fmt: skip
            assert answer.status_code == expected, answer.content


class TestReceipts:
    def brought(self, ready: Campaign, *receipts: str) -> tuple[Any, ...]:
        with acting_as(ready.mediator):
            return bring_receipts(receipts=receipts, nothing_undone=True, actor=ready.mediator, request_id=rid(), at=TODAY)

    def test_what_was_not_archived_is_written_once_at_its_own_moment(self, second: takeovers.TakenOver, story: dict[str, Any]) -> None:
        ready, lost = story["ready"], story["lost"][0]
        (first,) = self.brought(ready, lost.receipt)
        (again,) = self.brought(ready, lost.receipt)
        assert (first.outcome, again.outcome, again.repeated) == ("written", "written", True)
        with acting_as_everything(why="look"), connection.cursor() as cursor:
            cursor.execute("SELECT at, place_id FROM redemption_redemption /* fan-out: a test */ WHERE channel = 'RECEIPT'")
            assert cursor.fetchall() == [(lost.redeemed_at, ready.place_id)]

    def test_what_was_archived_is_known(self, second: takeovers.TakenOver, story: dict[str, Any]) -> None:
        (answer,) = self.brought(story["ready"], story["spent"][2].receipt)
        assert answer.outcome == "known"

    def test_a_voucher_spent_here_meanwhile_goes_on_the_list(self, second: takeovers.TakenOver, story: dict[str, Any]) -> None:
        ready, lost = story["ready"], story["lost"][1]
        assert isinstance(spend(ready, ready.code(4), at=TODAY), Redeemed)
        (answer,) = self.brought(ready, lost.receipt)
        assert answer.refusal is not None
        assert answer.refusal.code == "receipt-spent-elsewhere"
        with acting_as_everything(why="look"):
            row = BroughtReceipt.objects.get(outcome="receipt-spent-elsewhere", settled_at=None)
            operator_id = Takeover.objects.get(id=second.takeover_id).organisation_id
        agent = Actor(
            kind="person", label="agent", person_id=700, organisation_id=operator_id, organisation_ids=frozenset({operator_id}),
            programme_ids=frozenset({row.programme_id}), roles=frozenset({"OPERATOR_AGENT"}),
        )  # fmt: skip
        with acting_as(agent):
            settle_receipt(receipt_id=row.id, note="Les deux papiers ont été comparés.", actor=agent, request_id=rid(), at=TODAY)
            row.refresh_from_db()
        assert (row.settled_at, row.settled_by_id) == (TODAY, 700)

    def test_a_forged_receipt_and_another_place_s(self, second: takeovers.TakenOver, story: dict[str, Any]) -> None:
        ready = story["ready"]
        body, signature = story["lost"][0].receipt.split(".")
        (forged,) = self.brought(ready, f"{body[:-2]}AA.{signature}")
        assert forged.refusal.code == "receipt-unreadable"

    def test_the_books_are_still_exact(self, second: takeovers.TakenOver, story: dict[str, Any]) -> None:
        verified()
        with acting_as_everything(why="compare"):
            money = ledger.money(programme_id=story["ready"].programme_id).total
        assert (money.funded, money.owed + money.in_circulation) == (
            story["money"].funded,
            story["money"].owed + story["money"].in_circulation,
        )


class TestNothingHappens:
    def test_taken_over_twice(self, two: Two, second: takeovers.TakenOver) -> None:
        with acting_as_everything(why="look"):
            operator_id = Takeover.objects.get(id=second.takeover_id).organisation_id
        with pytest.raises(AlreadyTakenOver):
            two.taken(operator_id)

    @pytest.fixture
    def third(self, two: Two, story: dict[str, Any], test_databases: TestDatabases, worker_id: str) -> Iterator[int]:
        """An empty installation, and its operator."""
        name = test_databases.clone(f"{worker_id}_third")
        try:
            with two.at(name):
                from carnet.gateways import schema

                schema.number_from(1_000_000)
                yield successor_operator()
        finally:
            test_databases.drop(name)

    def nothing(self) -> None:
        assert count("ledger_voucher") == count("funding_programme") == count("redemption_redemption") == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'takeover%'")
            assert cursor.fetchone()[0] == 0

    def test_one_row_changed(self, two: Two, third: int, tmp_path: Path) -> None:
        path = two.archive / "base-000001/tables/ledger_movement.csv.gz"
        whole = path.read_bytes()
        rows = gzip.decompress(whole).decode()
        path.write_bytes(gzip.compress(rows.replace(",1000,", ",9000,", 1).encode()))
        try:
            with pytest.raises(ArchiveTampered) as refusal:
                two.taken(third)
        finally:
            path.write_bytes(whole)
        assert refusal.value.facts["table"] == "ledger_movement"
        assert refusal.value.facts["key"].startswith("id=")
        self.nothing()

    def test_one_file_lost(self, two: Two, third: int) -> None:
        path = two.archive / "base-000001/tables/ledger_booklet.csv.gz"
        whole = path.read_bytes()
        path.unlink()
        try:
            with pytest.raises(ArchiveTampered) as refusal:
                two.taken(third)
        finally:
            path.write_bytes(whole)
        assert "ledger_booklet" in refusal.value.facts["table"]
        self.nothing()

    def test_another_successor_s_key(self, two: Two, third: int) -> None:
        mine = two.private
        two.private = new_pair()[0]
        try:
            with pytest.raises(SuccessorKeyWrong):
                two.taken(third)
        finally:
            two.private = mine
        self.nothing()

    def test_numbers_that_are_taken(self, two: Two, story: dict[str, Any]) -> None:
        with two.at(two.first):
            operator_id = successor_operator()
            with pytest.raises(NumbersTaken) as refusal:
                two.taken(operator_id)
        assert refusal.value.facts["table"] == "funding_programme"

    def test_killed_it_goes_on_where_it_was(self, two: Two, third: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_beside, "CHUNK_ROWS", 3)
        seen = 0

        def killed(rows: int) -> None:
            nonlocal seen
            seen += rows
            if seen > 60:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            two.taken(third, on_rows=killed)
        assert count("ledger_voucher") == 0, "nothing is seen of it"
        with acting_as_everything(why="look"):
            assert Takeover.objects.get().state == TakeoverState.LOADING
        told: list[int] = []
        taken = two.taken(third, on_rows=told.append)
        assert taken.rows["ledger_voucher"] == 20
        assert max(told) > 3, "what was copied is counted, not copied again"
        verified()

    def test_a_missing_increment_is_said_then_allowed(self, two: Two, third: int) -> None:
        away = two.folder / "away"
        (two.archive / "increment-000002").rename(away)
        with two.at(two.first):
            pass
        try:
            # The increment after it, so that one is missing in the middle.
            opened = programme_archives.open_archive(two.archive)
            assert opened.latest.name == "base-000001"
            taken = two.taken(third)
        finally:
            away.rename(two.archive / "increment-000002")
        assert taken.rows["redemption_redemption"] == 2
