"""Public pages read from a replica, nothing else does, and a replica that cannot answer is not noticed.

The replica here is the same database by a second address that refuses to write; a real one, behind a writer that dies, is in the drill `failover`.
"""

import copy
from collections.abc import Iterator

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from carnet.gateways import replicas
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.web import doors
from tests.conftest import point_django_at
from tests.databases import TestDatabases


@pytest.fixture(scope="module")
def committed(django_db_setup: None, test_databases: TestDatabases, django_db_blocker, worker_id: str) -> Iterator[None]:
    """One database of this module's own, where commits are real: nothing here writes."""
    with django_db_blocker.unblock():
        shared = connections.settings["default"]["NAME"]
        name = test_databases.clone(f"{worker_id}_readers")
        point_django_at(name)
        try:
            yield
        finally:
            point_django_at(shared)
            test_databases.drop(name)


@pytest.fixture
def reader(committed: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict]:
    described = copy.deepcopy(connections.settings["default"])
    described["OPTIONS"]["options"] += " -c default_transaction_read_only=on"
    connections.settings["reader"] = described
    monkeypatch.setattr(replicas, "_notes", replicas.Notes())
    try:
        yield described
    finally:
        connections["reader"].close()
        del connections["reader"], connections.settings["reader"]


@pytest.fixture
def fresh(reader: dict, monkeypatch: pytest.MonkeyPatch) -> dict:
    monkeypatch.setattr(replicas, "_is_fresh", lambda _reader: True)
    return reader


def who_answers() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.alias


def write() -> str:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS written (x int)")
        cursor.execute("UPDATE parties_person SET email = email")
    return connection.alias


def test_without_a_replica_the_writer_answers(committed: None) -> None:
    assert replicas.read(who_answers) == "default"


def test_a_replica_answers_and_the_writer_is_back_afterwards(fresh: dict) -> None:
    assert replicas.read(who_answers) == "reader"
    assert who_answers() == "default"


def test_what_is_no_replica_does_not_answer(reader: dict) -> None:
    assert replicas.read(who_answers) == "default"  # the writer itself: it was promoted, or the address is wrong
    assert connections["reader"].connection is None  # and its line is not kept for the next page


def test_nothing_is_written_on_a_replica(fresh: dict) -> None:
    tried = []

    def call() -> str:
        tried.append(connection.alias)
        return write()

    assert replicas.read(call) == "default"
    assert tried == ["reader", "default"]


def test_one_that_is_away_is_asked_once_then_left_alone(reader: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    reader["HOST"], reader["PORT"] = "127.0.0.1", "1"
    assert replicas.read(who_answers) == "default"
    monkeypatch.setattr(replicas, "_is_fresh", lambda _reader: pytest.fail("it was asked again at once"))
    assert replicas.read(who_answers) == "default"


def test_a_fault_of_the_page_is_not_hidden(fresh: dict) -> None:
    def faulty() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing_of_the_kind")
        return ""

    with pytest.raises(Exception, match="nothing_of_the_kind"):
        replicas.read(faulty)
    assert replicas.read(who_answers) == "reader"


def test_a_transaction_is_never_taken_to_a_replica(fresh: dict) -> None:
    with acting_as(Actor.anonymous()):
        assert replicas.read(who_answers) == "default"


def test_nobody_in_particular_reads_from_a_replica(fresh: dict) -> None:
    def as_somebody() -> None:
        with acting_as(Actor(kind="token", label="a place's program", organisation_ids=frozenset({1}))):
            pytest.fail("a replica answered somebody")

    with pytest.raises(RuntimeError):
        replicas.read(as_somebody)


class TestPages:
    def test_a_visitor_reads_from_a_replica(self, fresh: dict, seen: list[str]) -> None:
        assert Client().get("/places/").status_code == 200
        assert Client().get("/api/v1/places").status_code == 200
        assert seen == ["reader", "reader"]

    def test_whoever_has_a_session_does_not(self, fresh: dict, seen: list[str]) -> None:
        browser = Client()
        browser.cookies["sessionid"] = "anything"
        browser.get("/places/")
        assert seen == []

    def test_a_program_with_a_token_does_not(self, fresh: dict, seen: list[str]) -> None:
        Client().get("/api/v1/places", headers={"Authorization": "Bearer anything"})
        assert seen == []

    def test_an_answer_that_failed_is_asked_of_the_writer(self, fresh: dict, monkeypatch: pytest.MonkeyPatch) -> None:
        fresh["HOST"], fresh["PORT"] = "127.0.0.1", "1"
        assert Client().get("/chiffres/").status_code == 200
        monkeypatch.setattr(replicas, "_notes", replicas.Notes())
        assert Client().get("/api/v1/figures").status_code == 200

    @pytest.mark.parametrize("address", ["/accounts/login/", "/obtenir/", "/reste/", "/api/v1/redemptions/1", "/healthz"])
    def test_sign_in_a_person_s_own_booklet_and_money_stay_with_the_writer(self, fresh: dict, seen: list[str], address: str) -> None:
        Client().get(address)
        assert seen == []

    def test_no_published_page_takes_a_form(self, fresh: dict, seen: list[str]) -> None:
        Client().post("/places/")
        assert seen == []

    @pytest.fixture
    def seen(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The alias of each page given to `read`."""
        told: list[str] = []
        real = replicas.read

        def read(call, **more):
            def looked():
                told.append(connection.alias)
                return call()

            return real(looked, **more)

        monkeypatch.setattr(doors.replicas, "read", read)
        return told
