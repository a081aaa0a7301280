"""Archives of a real database: increments amount to a base, nobody's name leaves, what is open at the snapshot comes later."""

import base64
import gzip
import hmac
import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import connection, connections

from carnet.continuity.models import Export
from carnet.continuity.operations import archives
from carnet.continuity.operations.archives import _copying
from carnet.continuity.operations.archives._copying import Rows, one_moment
from carnet.continuity.queries import archives as queries
from carnet.continuity.rules.archives import FolderOfAnother, Why
from carnet.continuity.rules.tables import BY_NAME
from carnet.distribution import operations as distribution
from carnet.gateways import programme_archives
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import SECRET_SIZE, key_ring, new_pair, open_box
from carnet.journal import operations as journal
from carnet.journal.models import Line
from carnet.kernel.actors import Actor
from carnet.parties.models import BankAccount, Organisation, Person
from carnet.parties.rules import NotAllowed
from carnet.places.models import PlaceService
from carnet.redemption import operations as redemption
from carnet.redemption.operations import Asked, Item
from carnet.redemption.queries import Redeemed
from tests.continuity.archived import column, everything, faults, keyed, state, step
from tests.factories.campaign import LATER, NOW, SYSTEM, Campaign, accept, campaign, organisation, place, rid

pytestmark = pytest.mark.slow
BOOKLETS = 12


@pytest.fixture
def ready(committed_database: str, settings: Any, tmp_path: Path) -> Iterator[Campaign]:
    settings.KEYS_DIR = tmp_path / "keys"
    with acting_as_everything(why="prepare a campaign"):
        made = campaign(booklets=BOOKLETS)
    yield made
    connections["default"].close()


def spend(ready: Campaign, rank: int) -> str:
    """The number of a redemption."""
    with acting_as(ready.mediator):
        item = Item(code=ready.code(rank), service="mailbox", place_id=ready.place_id, key=f"archived-{rank}-{rid()}")
        (answer,) = redemption.redeem_many(asked=[Asked(item, ready.mediator, "SCREEN")], at=LATER)
    assert isinstance(answer, Redeemed), answer
    return answer.number


class Acts:
    """What may happen between two steps; each act commits."""

    def __init__(self, ready: Campaign, chance: random.Random) -> None:
        self.ready, self.chance = ready, chance
        self.unspent = list(range(BOOKLETS * 5))
        self.spent: list[str] = []
        self.places: list[int] = [ready.place_id]

    def any(self) -> None:
        self.chance.choice([self.redeem, self.redeem, self.undo, self.place_joins, self.services, self.desk_joins, self.correct, self.seal, self.account])()  # fmt: skip

    def redeem(self) -> None:
        if self.unspent:
            self.spent.append(spend(self.ready, self.unspent.pop(self.chance.randrange(len(self.unspent)))))

    def undo(self) -> None:
        if self.spent:
            number = self.spent.pop()
            with acting_as(self.ready.mediator):
                redemption.reverse(number=number, reason="erreur de lecture", actor=self.ready.mediator, request_id=rid(), at=LATER)

    def place_joins(self) -> None:
        """A place that was there before, run by somebody who was there before: their rows are old, and were not ours."""
        with acting_as_everything(why="prepare"):
            place_id = place("Médiathèque", organisation("Une association", "PLACE_OPERATOR"))
            PlaceService.objects.create(place_id=place_id, service="printer", modes=["ALONE"], price_cents=0, voucher_count=1)
        with acting_as_everything(why="prepare"):
            accept(place_id, self.ready.programme_id)
        self.places.append(place_id)

    def services(self) -> None:
        """Services are replaced: rows go for good."""
        place_id = self.chance.choice(self.places)
        with acting_as_everything(why="prepare"):
            PlaceService.objects.filter(place_id=place_id).delete()
            if self.chance.random() < 0.6:
                PlaceService.objects.create(place_id=place_id, service="mailbox", modes=["ALONE"], price_cents=0, voucher_count=2)

    def desk_joins(self) -> None:
        with acting_as_everything(why="prepare"):
            desk = organisation("CCAS", "PRESCRIBER")
        with acting_as_everything(why="prepare"):
            distribution.join_programme(programme_id=self.ready.programme_id, organisation_id=desk, actor=SYSTEM, request_id=rid(), at=NOW)

    def correct(self) -> None:
        with acting_as_everything(why="prepare"):
            Organisation.objects.filter(id=self.ready.place_organisation_id).update(city=f"Ville {self.chance.random()}")

    def account(self) -> None:
        with acting_as_everything(why="prepare"):
            BankAccount.objects.create(
                organisation_id=self.ready.place_organisation_id, iban="FR7630006000011234567890189", bic="AGRIFRPP", holder_name="Marie Dupont",
                state="ENDED", proposed_by_id=self.person(), proposed_at=NOW, ended_at=NOW, request_id=rid(),
            )  # fmt: skip

    def person(self) -> int:
        return Person.objects.create(email=f"{rid()}@example.org", display_name="Marie Dupont", created_at=NOW).pk

    def seal(self) -> None:
        with acting_as_everything(why="seal"):
            journal.seal(at=LATER)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_base_and_its_increments_are_a_fresh_base_after_any_acts(ready: Campaign, tmp_path: Path, seed: int) -> None:
    acts = Acts(ready, random.Random(seed))
    assert step(ready.programme_id, tmp_path / "followed").why is Why.FIRST
    for _step in range(6):
        for _act in range(acts.chance.randrange(5)):
            acts.any()
        assert step(ready.programme_id, tmp_path / "followed").why is Why.SINCE
    step(ready.programme_id, tmp_path / "fresh")
    followed, fresh = state(tmp_path / "followed"), state(tmp_path / "fresh")
    # A base is told to the journal, so that the second of them knows one more line.
    assert len(fresh["journal_line"].keys() - followed["journal_line"].keys()) <= 1
    del fresh["journal_line"], followed["journal_line"]
    assert followed.keys() == fresh.keys()
    for name, rows in fresh.items():
        assert followed[name] == rows, name
    assert faults(tmp_path / "followed") == faults(tmp_path / "fresh") == []


def test_a_transaction_open_at_the_snapshot_comes_with_the_next_step(ready: Campaign, tmp_path: Path, committed_database: str) -> None:
    with psycopg.connect(committed_database) as other:
        other.execute("SET LOCAL carnet.everything = 'on'")
        other.execute("UPDATE parties_organisation SET city = 'Ouverte' WHERE id = %s", [ready.place_organisation_id])
        other.execute(
            "INSERT INTO journal_line (at, action, actor_kind, actor_label, programme_id, subject_kind, subject_id, facts)"
            " VALUES (now(), 'tests.open', 'system', 'tests', %s, 'test', '1', '{}')",
            [ready.programme_id],
        )
        spend(ready, 0)  # a later transaction ends before
        first = step(ready.programme_id, tmp_path / "kept")
        after = _next_transaction()
        assert b"Ouverte" not in everything(tmp_path / "kept")
        assert b"tests.open" not in everything(tmp_path / "kept")
        other.commit()
    # The watermark that anybody would take, the next transaction at the snapshot, would have missed both: this test can fail.
    assert not _chosen(ready, "parties_organisation", since=after)
    assert not any(b"tests.open" in row for row in _chosen(ready, "journal_line", since=after))
    second = step(ready.programme_id, tmp_path / "kept")
    assert (first.kind, second.kind) == ("base", "increment")
    found = state(tmp_path / "kept")
    assert any(b"Ouverte" in row for row in found["parties_organisation"].values())
    assert any(b"tests.open" in row for row in found["journal_line"].values())


def _next_transaction() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def _chosen(ready: Campaign, table: str, *, since: int) -> list[bytes]:
    with one_moment():
        return [bytes(row) for row in Rows(ready.programme_id, since=since).of(BY_NAME[table])]


def test_an_increment_at_rest_holds_no_row_and_says_until_when_all_is_known(
    ready: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Transactions of other databases of the server hold the horizon back too: here, those of other tests. Nothing else is open in this one.
    real = _copying._moment
    monkeypatch.setattr(_copying, "_moment", lambda: _copying.Moment(_next_transaction(), real().system, real().schema))
    step(ready.programme_id, tmp_path)
    step(ready.programme_id, tmp_path)  # the line about the base
    resting = step(ready.programme_id, tmp_path, at=LATER + timedelta(minutes=2))
    assert (resting.kind, resting.row_count) == ("increment", 0)
    assert resting.bytes < 20_000
    assert programme_archives.open_archive(tmp_path).known_until == LATER + timedelta(minutes=2)


def test_another_programme_leaves_no_row_and_its_folder_is_its_own(ready: Campaign, tmp_path: Path) -> None:
    with acting_as_everything(why="prepare another"):
        other = campaign(booklets=2)
    step(ready.programme_id, tmp_path / "one")
    assert {int(each) for each in column(tmp_path / "one", "ledger_voucher", "programme_id")} == {ready.programme_id}
    assert str(other.place_id) not in column(tmp_path / "one", "places_place", "id")
    with pytest.raises(FolderOfAnother):
        step(other.programme_id, tmp_path / "one")


@pytest.mark.parametrize("cause", ["missing", "cut", "daily", "elsewhere"])
def test_a_new_base_comes_whenever_an_increment_will_not_do(
    ready: Campaign, tmp_path: Path, cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    step(ready.programme_id, tmp_path)
    second = step(ready.programme_id, tmp_path)
    third = step(ready.programme_id, tmp_path)
    at = LATER
    if cause == "missing":
        (tmp_path / second.name).rename(tmp_path / "away")
    elif cause == "cut":
        (tmp_path / third.name / "manifest.json").write_text("{", encoding="ascii")
    elif cause == "daily":
        at = LATER + timedelta(days=1)
    else:
        monkeypatch.setattr(_copying, "_moment", lambda real=_copying._moment: _copying.Moment(real().xmin, "another", real().schema))
    made = step(ready.programme_id, tmp_path, at=at)
    expected = {"missing": Why.BROKEN, "cut": Why.BROKEN, "daily": Why.DAILY, "elsewhere": Why.ANOTHER_DATABASE}
    assert (made.name, made.why) == ("base-000004", expected[cause])
    assert faults(tmp_path) == []


def test_the_keys_are_for_the_successor_alone(ready: Campaign, tmp_path: Path) -> None:
    secret, public = new_pair()
    written = step(ready.programme_id, tmp_path / "kept", successor=public)
    assert written.is_sealed
    base = programme_archives.open_archive(tmp_path / "kept").base
    (entry,) = base.manifest.keys
    said = json.loads((base.folder / entry.file).read_text(encoding="ascii"))
    opened = open_box(X25519PrivateKey.from_private_bytes(secret), base64.b64decode(said["successor"]))
    hashing, signing = opened[:SECRET_SIZE], opened[SECRET_SIZE:]
    content = everything(tmp_path / "kept")
    assert hashing not in content
    assert signing not in content
    assert key_ring().hash_code(ready.programme_id, 1, ready.code(0)) == hmac.digest(hashing, ready.code(0).encode(), "sha256")[:16]
    assert not step(ready.programme_id, tmp_path / "alone").is_sealed


def test_a_new_key_is_trusted_through_the_old_one(ready: Campaign, tmp_path: Path) -> None:
    first = step(ready.programme_id, tmp_path)
    key_ring().rotate(ready.programme_id)
    second = step(ready.programme_id, tmp_path)
    assert first.key_fingerprint != second.key_fingerprint
    archive = programme_archives.open_archive(tmp_path)
    assert programme_archives.check(archive, trusted=bytes.fromhex(first.key_fingerprint)) == ()


def test_a_row_changed_in_the_folder_is_named_by_its_table_and_key(ready: Campaign, tmp_path: Path) -> None:
    spend(ready, 3)
    with acting_as_everything(why="seal"):
        journal.seal(at=LATER)
    step(ready.programme_id, tmp_path)
    assert faults(tmp_path) == []
    base = programme_archives.open_archive(tmp_path).base
    entry = base.manifest.table("ledger_movement")
    assert entry is not None
    key, row = sorted(keyed(base, entry).items())[-1]
    path = base.folder / entry.file
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(row, row.replace(b",1000,", b",9000,"))))
    assert faults(tmp_path) == [("base-000001", "ledger_movement", key, "changed")]


def test_a_row_an_owner_changed_behind_the_seals_is_signed_and_still_named(
    ready: Campaign, tmp_path: Path, committed_database: str
) -> None:
    spend(ready, 3)
    with acting_as_everything(why="seal"):
        # As `journal.seal`, were this database alone on its server: the open transactions of others would put the seals off.
        assert journal._seal_table("ledger_movement", _next_transaction(), LATER) > 0
    with psycopg.connect(committed_database, autocommit=True) as owner:
        owner.execute("SET carnet.everything = 'on'")
        owner.execute("ALTER TABLE ledger_movement DISABLE TRIGGER carnet_append_only")
        (number,) = owner.execute("UPDATE ledger_movement SET cents = cents + 1 WHERE id = (SELECT max(id) FROM ledger_movement) RETURNING id").fetchone()  # type: ignore[misc]  # fmt: skip
    step(ready.programme_id, tmp_path)
    assert faults(tmp_path) == [("base-000001", "ledger_movement", f"id={number}", "sealed-changed")]


def test_what_was_written_is_kept_and_told_and_only_to_those_who_may(ready: Campaign, tmp_path: Path, settings: Any) -> None:
    settings.ARCHIVES_DIR = tmp_path
    reader = Actor("person", "admin", 9, ready.operator_id, frozenset({ready.operator_id}), frozenset({ready.programme_id}), frozenset({"OPERATOR_ADMIN"}))  # fmt: skip
    stranger = Actor("person", "another", 10, 99, frozenset({99}), frozenset({ready.programme_id + 1000}), frozenset({"OPERATOR_ADMIN"}))
    with acting_as(reader):
        (never,) = queries.archives(reader, at=LATER)
    assert (never.latest, never.is_late) == (None, True)
    written = step(ready.programme_id, tmp_path / "kept")
    step(ready.programme_id, tmp_path / "kept")
    with acting_as(reader):
        (view,) = queries.archives(reader, at=LATER)
        assert view.base is not None
        assert (view.base.name, view.base.row_count, view.is_late) == ("base-000001", written.row_count, False)
        assert [each.kind for each in queries.steps(reader, ready.programme_id)] == ["increment", "base"]
    with acting_as(stranger):
        assert queries.archives(stranger, at=LATER) == []
        assert queries.steps(stranger, ready.programme_id) == []
        assert not Export.objects.exists()
    with acting_as_everything(why="read the journal"):
        assert Line.objects.filter(action="continuity.archive", programme_id=ready.programme_id).count() == 1
    assert [each.is_late for each in queries.lags(at=LATER + timedelta(minutes=4)) if each.programme_id == ready.programme_id] == [True]
    nobody = Actor("person", "desk", 11, ready.prescriber_id, frozenset({ready.prescriber_id}), frozenset(), frozenset({"PRESCRIBER_LEAD"}))
    for refused in (
        lambda: queries.archives(nobody, at=LATER),
        lambda: queries.steps(nobody, ready.programme_id),
        lambda: _write_as(nobody, ready, tmp_path),
    ):
        with pytest.raises(NotAllowed):
            refused()


def _write_as(actor: Actor, ready: Campaign, folder: Path) -> None:
    archives.write_step(programme_id=ready.programme_id, folder=folder / "x", successor=None, actor=actor, at=LATER)


def test_a_step_killed_anywhere_leaves_the_last_one_and_the_next_begins_again(
    ready: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step(ready.programme_id, tmp_path / "kept")

    class Killed(BaseException):
        pass

    def killed(*_arguments: object, **_named: object) -> None:
        raise Killed

    points = ("table", "chain", "small_file", "finish")
    for rank, name in enumerate(points):
        with monkeypatch.context() as patched:
            patched.setattr(programme_archives.StepWriter, name, killed)
            # Nothing runs after a kill: not even what would have swept up.
            patched.setattr(programme_archives.StepWriter, "__exit__", lambda *_: None)
            spend(ready, rank)
            with pytest.raises(Killed):
                step(ready.programme_id, tmp_path / "kept")
        archive = programme_archives.open_archive(tmp_path / "kept")
        assert [each.name for each in archive.steps] == ["base-000001"]
        assert list((tmp_path / "kept").glob(".draft-*"))
    made = step(ready.programme_id, tmp_path / "kept")
    assert (made.name, made.why) == ("increment-000002", Why.SINCE)
    assert not list((tmp_path / "kept").glob(".draft-*"))
    assert faults(tmp_path / "kept") == []
    assert len(state(tmp_path / "kept")["redemption_redemption"]) == len(points)
