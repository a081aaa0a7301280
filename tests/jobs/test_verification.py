"""The night's verification: what it finds, that it goes on where it was stopped, who is told, and that it says nothing of anybody."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from carnet.api.monitoring import of_the_installation
from carnet.cli import verification as command
from carnet.cli.doctor import _verified_checks as verified_checks
from carnet.gateways.database import acting_as_everything
from carnet.jobs import verification
from carnet.journal import operations as journal
from carnet.journal import queries
from carnet.journal.rules import SEALED_TABLES, What
from carnet.notices.models import Notice
from carnet.parties import operations as parties
from carnet.parties.rules import Role
from tests.factories.campaign import LATER, NOW, SYSTEM, Campaign
from tests.web.conftest import PASSWORD, SECRET, come_in
from tests.web.season import Season
from tests.web.season import season as season

DAY = timedelta(days=1)
KIND = "journal.verification-broken"
FAULTS_FOUND = re.compile(r"^def verify\([^)]*\) -> list\[Fault\]", re.MULTILINE)


@pytest.fixture
def at_home(settings: Any, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


class Clock:
    """A minute passes each time it is asked."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


def night(at: datetime = LATER, rests: list[float] | None = None) -> dict[What, int]:
    return verification.verify_all(now=Clock(at), rest=(rests if rests is not None else []).append)


def mark_first_voucher(series_id: int, mark: int) -> None:
    """As the owner of the tables would behind our back: a voucher says that it was spent, and no money moved. Or the other way."""
    with acting_as_everything(why="tests"), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', session_user, true)")
        cursor.execute("ALTER TABLE ledger_voucher NO FORCE ROW LEVEL SECURITY /* series_id */")
        cursor.execute(
            "UPDATE ledger_voucher SET mark = %s WHERE series_id = %s AND id = (SELECT first_voucher_id FROM ledger_series WHERE id = %s)",
            [mark, series_id, series_id],
        )
        cursor.execute("ALTER TABLE ledger_voucher FORCE ROW LEVEL SECURITY /* series_id */")
        cursor.execute("SELECT set_config('role', 'carnet_app', true)")


def admin_of(made: Campaign) -> Client:
    """With the second factor that the role asks for."""
    email = f"{uuid4().hex[:8]}@example.org"
    told: dict[str, Any] = {"actor": SYSTEM, "at": NOW}
    person_id = parties.enrol_member(
        organisation_id=made.operator_id, email=email, display_name="Admin", role=Role.OPERATOR_ADMIN, password=PASSWORD, request_id=uuid4(), **told
    )  # fmt: skip
    parties.set_second_factor(person_id=person_id, secret=SECRET, request_id=uuid4(), **told)
    return come_in(Client(), email)


def letters() -> list[Notice]:
    with acting_as_everything(why="tests"):
        return list(Notice.objects.filter(kind=KIND).order_by("id"))


def test_a_sound_night_is_kept_told_to_monitoring_and_rests(ready: Campaign, at_home: Path) -> None:
    rests: list[float] = []
    assert night(rests=rests) == {What.LEDGER: 0, What.JOURNAL: 0}
    steps = sum(len(verification.steps_of(what)) for what in What)
    assert len(rests) == steps - 2, "between steps, of each"
    latest = queries.latest_verifications()
    assert {what: (run.done, run.fault_count) for what, run in latest.items()} == {
        What.LEDGER: (len(verification.steps_of(What.LEDGER)), 0),
        What.JOURNAL: (len(SEALED_TABLES) + 1, 0),  # each seal, then the lines said outside
    }
    assert letters() == []
    told = of_the_installation(at=LATER).decode()
    for what in What:
        assert f'carnet_verified_faults{{what="{what.value}"}} 0.0' in told
        assert f'carnet_verified_seconds{{what="{what.value}"}} ' in told
    ended = latest[What.LEDGER].ended_at
    assert ended is not None
    moments = [line for line in told.splitlines() if line.startswith('carnet_verified_timestamp_seconds{what="ledger"}')]
    assert [float(line.rpartition(" ")[2]) for line in moments] == [ended.timestamp()]
    # What another machine's worker found is known without its files.
    (at_home / "checks" / "ledger.json").unlink()
    assert 'carnet_verified_faults{what="ledger"} 0.0' in of_the_installation(at=LATER).decode()


def test_every_room_that_verifies_is_asked() -> None:
    """`carnet ledger verify` and the night ask the same, and no room's `verify` is forgotten."""
    asked = {step.args[0].__name__ for step in verification.steps_of(What.LEDGER) if not step.keywords}  # type: ignore[attr-defined]
    house = Path(verification.__file__).parents[1]
    verifying = {path for path in house.glob("*/queries/*.py") if FAULTS_FOUND.search(path.read_text(encoding="utf-8"))}
    assert {path.parts[-3] for path in verifying} <= {name.split(".")[1] for name in asked}
    assert len(asked) >= 5


def test_a_break_is_told_once_shown_as_a_task_and_gone_once_mended(season: Season, at_home: Path, settings: Any) -> None:
    made = season.campaign
    emails = {season.enrol(Role.OPERATOR_ADMIN, made.operator_id) for _turn in range(2)}
    agent = season.enter(Role.OPERATOR_AGENT, made.operator_id)
    admin = admin_of(made)
    assert night() == {What.LEDGER: 0, What.JOURNAL: 0}
    assert "Le grand livre ne tombe plus juste" not in admin.get("/operator/").content.decode()
    mark_first_voucher(made.series_id, 2)
    assert night(LATER + DAY)[What.LEDGER] >= 1
    told = letters()
    assert emails <= {each.to_email for each in told}
    assert {each.kind for each in told} == {KIND}
    assert len(told) == len({each.to_email for each in told}), "one letter each"
    # Nothing in a letter but which of the two, and how many.
    assert {tuple(sorted(each.context)) for each in told} == {("count", "what")}
    night(LATER + 2 * DAY)
    assert len(letters()) == len(told), "the same break is told once"
    home = admin.get("/operator/").content.decode()
    assert "Le grand livre ne tombe plus juste" in home
    assert "Le grand livre ne tombe plus juste" not in agent.get("/operator/").content.decode()
    page = admin.get("/operator/work/verifications/").content.decode()
    assert "N’approuvez aucun paiement" in page
    fault = queries.latest_verifications()[What.LEDGER].faults[0]
    assert fault.where not in page, "rows may be another operator's"
    work = agent.get("/operator/work/").content.decode()
    assert "Vérifications de la nuit" in work
    assert "anomalie" in work
    assert 'carnet_verified_faults{what="ledger"} 0.0' not in of_the_installation(at=LATER).decode()
    assert [each.well for each in verified_checks(LATER + 2 * DAY, kept=True)] == [False, True]
    # Mended, and verified by hand: the command's word replaces the night's.
    mark_first_voucher(made.series_id, 0)
    settings.CARNET_CLOCK = LATER + 3 * DAY
    command._note("ledger", command.ledger_faults(), LATER)
    assert "Le grand livre ne tombe plus juste" not in admin.get("/operator/").content.decode()
    assert [each.well for each in verified_checks(LATER + 3 * DAY, kept=True)] == [True, True]
    (late,) = [each for each in verified_checks(LATER + 20 * DAY, kept=True) if each.name == "journal"]
    assert late.well
    assert late.warns


@pytest.mark.parametrize("stopped_after", [1, 3])
def test_a_night_that_was_stopped_goes_on_at_its_next_step(
    ready: Campaign, at_home: Path, monkeypatch: pytest.MonkeyPatch, stopped_after: int
) -> None:
    done: list[int] = []

    def stop(_seconds: float) -> None:
        done.append(1)
        if len(done) == stopped_after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verification.verify_all(now=Clock(LATER), rest=stop)
    (at_work,) = queries.verifications()
    assert (at_work.what, at_work.done, at_work.ended_at) == (What.LEDGER, stopped_after, None)
    asked: list[int] = []
    steps = verification.steps_of(What.LEDGER)
    counted = [lambda step=step, number=number: (asked.append(number), step())[1] for number, step in enumerate(steps)]
    monkeypatch.setattr(verification, "steps_of", lambda what: counted if what is What.LEDGER else [])
    night(LATER + timedelta(hours=1))
    assert asked == list(range(stopped_after, len(steps))), "no step twice, none left out"


def test_what_was_stopped_yesterday_begins_anew(db: None, at_home: Path) -> None:
    first, _done = journal.begin_verification(what=What.LEDGER, step_count=9, at=LATER)
    journal.note_verified_step(run_id=first, done_count=4, found=[])
    assert journal.begin_verification(what=What.LEDGER, step_count=9, at=LATER + timedelta(hours=2)) == (first, 4)
    again, done = journal.begin_verification(what=What.LEDGER, step_count=9, at=LATER + DAY)
    assert (again != first, done) == (True, 0)
