"""When the site cannot answer: the status, the page that says what to do, and the counter's own seats."""

import asyncio
import errno
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.utils import timezone, translation
from psycopg_pool import PoolTimeout

from carnet.gateways.troubles import Trouble, trouble_of
from carnet.web import away, calling, clock
from carnet.web.away import CounterSeatsMiddleware
from carnet.web.tenancy import TenancyMiddleware
from tests.factories.campaign import Campaign


def wrapped(cause: BaseException) -> OperationalError:
    try:
        raise OperationalError(str(cause)) from cause
    except OperationalError as error:
        return error


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (wrapped(psycopg.errors.DiskFull("could not extend file")), Trouble.FULL),
        (OSError(errno.ENOSPC, "No space left on device"), Trouble.FULL),
        (wrapped(psycopg.errors.LockNotAvailable("canceling statement due to lock timeout")), Trouble.BUSY),
        (wrapped(psycopg.errors.QueryCanceled("statement timeout")), Trouble.BUSY),
        (wrapped(psycopg.errors.TooManyConnections("sorry, too many clients already")), Trouble.BUSY),
        (wrapped(psycopg.OperationalError("server closed the connection unexpectedly")), Trouble.AWAY),
        (wrapped(psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT in a read-only transaction")), Trouble.AWAY),
        (PoolTimeout("couldn't get a connection"), Trouble.AWAY),
        (OSError(errno.ENOENT, "No such file"), None),
        (RuntimeError("a fault of ours"), None),
    ],
)
def test_what_lies_under_an_error_is_recognised(error: Exception, trouble: Trouble | None) -> None:
    assert trouble_of(error) is trouble


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "words", "retry"),
    [
        (wrapped(psycopg.OperationalError("gone")), "Le site ne répond pas", "5"),
        (wrapped(psycopg.errors.LockNotAvailable("late")), "Trop de demandes", "2"),
        (OSError(errno.ENOSPC, "full"), "ne peut rien écrire", "60"),
    ],
)
def test_the_page_says_what_to_do_without_a_database(
    error: Exception, words: str, retry: str, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    call = calling.Call("02 40 00 00 00", "+33240000000", (), None, "Le pass numérique")
    monkeypatch.setitem(away._known, "calls", (call,))
    with django_assert_num_queries(0), translation.override("fr"):
        request = RequestFactory().get("/place/?x=1")
        try:
            raise error
        except Exception:  # noqa: BLE001
            response = away.server_error(request)
    page = response.content.decode()
    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, retry, "no-store")
    assert words in page
    assert 'href="tel:+33240000000"' in page
    assert "feuille" in page
    assert 'href="/place/?x=1"' in page
    assert 'lang="en"' in page


def test_a_fault_of_the_program_keeps_its_own_page() -> None:
    try:
        raise RuntimeError("ours")
    except RuntimeError:
        assert away.server_error(RequestFactory().get("/")).status_code == 500


def test_an_address_written_to_leads_back_to_its_office_and_a_script_is_told_in_json() -> None:
    asked = RequestFactory()
    assert 'href="/place/"' in away.answer(asked.post("/place/voucher/accept/"), Trouble.AWAY).content.decode()
    told = away.answer(asked.post("/place/devices/", headers={"Accept": "application/json"}), Trouble.FULL)
    assert (told.status_code, told["Content-Type"]) == (503, "application/json")
    assert b'"code": "disk-full"' in told.content


@pytest.mark.django_db
def test_a_page_of_the_site_whose_database_goes_is_that_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_given: object, **_named: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(TenancyMiddleware, "__call__", lambda *_given: gone())
    answered = Client(raise_request_exception=False).get("/places/")
    assert answered.status_code == 503
    assert "Une personne attend" in answered.content.decode()


def test_slow_pages_never_take_the_seats_of_the_counter(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.THREADS = 4
    monkeypatch.setattr(away, "SEAT_WAIT_SECONDS", 0.05)
    inside, ends = threading.Semaphore(0), threading.Event()

    def view(request: Any) -> str:
        if request.path_info == "/operator/":
            inside.release()
            ends.wait(5)
        return "done"

    door = CounterSeatsMiddleware(view)  # type: ignore[arg-type]
    asked = RequestFactory()
    slow = [threading.Thread(target=door, args=(asked.get("/operator/"),)) for _ in range(3)]
    for each in slow:
        each.start()
        inside.acquire(timeout=5)
    turned_away = door(asked.get("/funder/"))
    assert (turned_away.status_code, turned_away["Retry-After"]) == (503, "2")
    for counter in ("/place/", "/place/voucher/", "/api/v1/redemptions", "/prescriber/hand-over/3/", "/healthz"):
        assert door(asked.get(counter)) == "done"
    # While one waits in a seat of the counter, nobody else does.
    monkeypatch.setattr(away, "SEAT_WAIT_SECONDS", 5)
    waits = threading.Thread(target=door, args=(asked.get("/funder/"),))
    waits.start()
    while door.waiting.acquire(blocking=False):
        door.waiting.release()
    began = time.monotonic()
    assert door(asked.get("/funder/")).status_code == 503
    assert time.monotonic() - began < 2
    ends.set()
    for each in [*slow, waits]:
        each.join()
    assert door(asked.get("/funder/")) == "done"


def test_somebody_to_call_is_learnt_while_the_database_answers(ready: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(away._known, "calls", ())
    call = calling.Call("02", "+332", (), None, "x")
    monkeypatch.setattr(calling, "everybody_to_call", lambda _at: [call])
    away.learn_whom_to_call()
    assert away._known["calls"] == (call,)
    monkeypatch.setattr(calling, "everybody_to_call", lambda _at: 1 // 0)
    away.learn_whom_to_call()  # said in the log; the site starts all the same
    assert away._known["calls"] == (call,)


# --- Whose clock -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_database_s_time_is_believed_whatever_the_machine_says(monkeypatch: pytest.MonkeyPatch) -> None:
    real = timezone.now()
    monkeypatch.setattr(clock.timezone, "now", lambda: real + timedelta(days=400))
    kept = clock.KeptClock()
    assert abs((kept.now() - real).total_seconds()) < 5


@pytest.mark.django_db
def test_a_jump_of_the_machine_between_two_questions_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = clock.KeptClock()
    before = kept.now()
    for jump in (timedelta(days=400), timedelta(days=-400)):
        monkeypatch.setattr(clock.timezone, "now", lambda jump=jump: before + jump)
        assert timedelta(0) <= kept.now() - before < timedelta(seconds=5)


def test_without_a_database_the_steady_clock_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def nobody() -> None:
        asked.append(1)

    monkeypatch.setattr(clock, "_database_now", nobody)
    monkeypatch.setattr(clock, "connection", type("Quiet", (), {"needs_rollback": False}))
    kept = clock.KeptClock()
    assert abs((kept.now() - datetime.now(UTC)).total_seconds()) < 5
    kept.now()
    assert len(asked) == 1  # not again at once


def test_the_event_loop_of_the_grouped_process_is_never_made_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_database_now", lambda: 1 // 0)
    kept = clock.KeptClock()

    async def asked() -> datetime:
        return kept.now()

    assert abs((asyncio.run(asked()) - datetime.now(UTC)).total_seconds()) < 5


@pytest.mark.django_db
def test_only_a_served_process_asks_and_a_fixed_day_wins(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_kept", None)
    settings.CARNET_CLOCK = None
    monkeypatch.setattr(clock, "_database_now", lambda: 1 // 0)
    assert abs((clock.now() - timezone.now()).total_seconds()) < 5
    clock.keep_by_the_database()
    settings.CARNET_CLOCK = "2026-03-03T10:00:00+00:00"
    assert clock.now() == datetime(2026, 3, 3, 10, tzinfo=UTC)
