"""The embedded PostgreSQL against the ways machines die and users share. Real servers, in folders of their own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from carnet.gateways.embedded_postgres import (
    BinariesMissing,
    DatabaseBelongsToSomebodyElse,
    EmbeddedPostgres,
    NoUnprivilegedUser,
    _placement,
    running,
)
from carnet.gateways.embedded_postgres._processes import postmaster
from carnet.gateways.embedded_postgres._runner import memory, shared_buffers

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
AS_ROOT = os.geteuid() == 0


@pytest.fixture
def project() -> Iterator[Path]:
    """A folder every user of the machine may enter, as a clone under /srv or /home usually is; named as people name folders."""
    folder = Path(tempfile.mkdtemp(prefix="carnet + été "))
    folder.chmod(0o755)
    yield folder
    discard(folder)


@pytest.fixture
def closed_project(project: Path) -> Path:
    """A clone inside a folder closed to everybody else (0700), as root's home is."""
    inside = project / "home" / "carnet"
    inside.mkdir(parents=True)
    (project / "home").chmod(0o700)
    return inside


def discard(folder: Path) -> None:
    for kept in folder.glob("**/postgres.json"):
        described = json.loads(kept.read_text())
        pid = postmaster(Path(described["data"]))
        if pid:
            os.kill(pid, signal.SIGQUIT)
        shutil.rmtree(described["home"], ignore_errors=True)
        shutil.rmtree(described["sockets"], ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def postmaster_of(var: Path) -> int | None:
    return postmaster(Path(json.loads((var / "postgres.json").read_text())["data"]))


def test_a_fresh_start_gives_a_plain_owner_no_port_and_stops_at_the_end(project: Path) -> None:
    var = project / "var"
    with running(var) as url:
        assert ask(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        assert ask(url, "SELECT current_database()") == "carnet"
        assert ask(url, "SHOW listen_addresses") == ""
        assert ask(url, "SHOW fsync") == "on"
        assert ask(url, "SELECT lower('ÉÀŒ')") == "éàœ"
        described = json.loads((var / "postgres.json").read_text())
        assert os.stat(described["sockets"]).st_mode & 0o777 == 0o700
        assert os.stat(described["data"]).st_mode & 0o777 == 0o700
        assert postmaster_of(var)
    assert postmaster_of(var) is None


def test_a_killed_server_comes_back_with_everything_that_was_committed(project: Path) -> None:
    var = project / "var"
    first = EmbeddedPostgres(var)
    url = first.acquire()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 5000)")
        pid = postmaster_of(var)
        assert pid
        os.kill(pid, signal.SIGKILL)
    second = EmbeddedPostgres(var)
    assert ask(second.acquire(), "SELECT count(*) FROM kept") == 5000
    assert postmaster_of(var) != pid
    second.release()
    assert postmaster_of(var), "the first user still holds its lease"
    first.release()
    assert postmaster_of(var) is None


@pytest.mark.parametrize("dead", ["zombie", "stranger"])
def test_a_number_that_answers_but_is_no_postmaster_does_not_block_the_start(project: Path, dead: str) -> None:
    var = project / "var"
    with running(var) as url:
        ask(url, "SELECT 1")
        pid = postmaster_of(var)
        assert pid
        pid_file = Path(json.loads((var / "postgres.json").read_text())["data"]) / "postmaster.pid"
        lines = pid_file.read_text().split("\n")
        os.kill(pid, signal.SIGKILL)
        while postmaster_of(var):
            time.sleep(0.01)
    # A container whose first process reaps nobody, or a number given again after a restart.
    other = subprocess.Popen(["true"] if dead == "zombie" else ["sleep", "60"])
    try:
        while dead == "zombie" and Path(f"/proc/{other.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            time.sleep(0.01)
        pid_file.write_text("\n".join([str(other.pid), *lines[1:]]))
        with running(var) as url:
            assert ask(url, "SELECT 1") == 1
        assert dead == "zombie" or other.poll() is None, "the stranger was left alone"
    finally:
        other.kill()
        other.wait()


def test_no_permission_of_any_existing_folder_is_changed(closed_project: Path) -> None:
    above = [closed_project, *closed_project.parents]
    before = {folder: (folder.stat().st_mode, folder.stat().st_uid) for folder in above}
    with running(closed_project / "var") as url:
        assert ask(url, "SELECT 1") == 1
    assert {folder: (folder.stat().st_mode, folder.stat().st_uid) for folder in above} == before
    home = Path(json.loads((closed_project / "var" / "postgres.json").read_text())["home"])
    assert home.stat().st_mode & 0o777 == 0o700
    # Under root the server's user cannot enter the clone: a folder was made for it elsewhere.
    assert home.is_relative_to(_placement.SYSTEM_HOME) == AS_ROOT


def test_the_programs_are_copied_when_the_project_is_closed_to_their_user(closed_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reach = _placement.Runner.can_reach
    monkeypatch.setattr(_placement.Runner, "can_reach", lambda runner, path: "site-packages" not in str(path) and reach(runner, path))
    for _ in range(2):
        with running(closed_project / "var") as url:
            assert ask(url, "SELECT 1") == 1
            described = json.loads((closed_project / "var" / "postgres.json").read_text())
            assert described["binaries"].startswith(described["home"])


def test_the_data_are_found_again_after_the_parent_folder_was_opened(closed_project: Path) -> None:
    var = closed_project / "var"
    with running(var) as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    closed_project.parent.chmod(0o755)
    with running(var) as url:
        assert ask(url, "SELECT n FROM kept") == 7


def test_it_stops_with_its_last_user_and_a_killed_user_does_not_count(project: Path) -> None:
    var = project / "var"
    program = (
        "import sys, time; from pathlib import Path; from carnet.gateways.embedded_postgres import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1])).acquire(); print('ready', flush=True); time.sleep(60)"
    )
    neighbour = subprocess.Popen([sys.executable, "-c", program, str(var)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert neighbour.stdout
    assert neighbour.stdout.readline() == "ready\n"
    with running(var) as url:
        assert ask(url, "SELECT 1") == 1
    assert postmaster_of(var), "the neighbour still uses it"
    neighbour.kill()
    neighbour.wait()
    neighbour.stdout.close()
    with running(var):
        pass
    assert postmaster_of(var) is None


def test_a_path_too_long_for_a_socket_gets_a_short_private_folder(project: Path) -> None:
    var = project / ("long-" * 20) / "var"
    with running(var) as url:
        assert ask(url, "SELECT 1") == 1
        sockets = Path(json.loads((var / "postgres.json").read_text())["sockets"])
        assert len(os.fsencode(sockets / _placement.SOCKET_NAME)) <= _placement.SOCKET_ADDRESS_MOST_BYTES
        assert sockets.stat().st_mode & 0o777 == 0o700


def test_a_socket_folder_somebody_else_made_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = project / ("long-" * 20)
    runner = _placement.unprivileged() if AS_ROOT else _placement.ourselves()
    monkeypatch.setattr(_placement, "SYSTEM_HOME", project)
    monkeypatch.setattr(tempfile, "tempdir", str(project))
    sockets = _placement.socket_folder(home, runner)
    sockets.chmod(0o777)
    with pytest.raises(DatabaseBelongsToSomebodyElse):
        _placement.socket_folder(home, runner)


def test_two_starters_at_once_share_one_server(project: Path) -> None:
    var = project / "var"
    program = (
        "import sys; from pathlib import Path; from carnet.gateways.embedded_postgres import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1])).acquire(); print('ready', flush=True); sys.stdin.read()"
    )
    starters = [
        subprocess.Popen([sys.executable, "-c", program, str(var)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        for starter in starters:
            assert starter.stdout
            assert starter.stdout.readline() == "ready\n"
    finally:
        for starter in starters:
            starter.kill()
            starter.communicate()
    with running(var) as url:
        assert ask(url, "SELECT 1") == 1
    assert postmaster_of(var) is None


def test_a_folder_without_postgresql_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARNET_POSTGRES_BIN", str(project))
    with pytest.raises(BinariesMissing) as refused, running(project / "var"):
        pass
    assert refused.value.facts == {"folder": str(project)}


def test_root_without_anyone_to_step_down_to_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_placement, "UNPRIVILEGED_USERS", ("no-such-user-of-carnet",))
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(NoUnprivilegedUser):
        _placement.unprivileged()


@pytest.mark.parametrize(("gigabytes", "megabytes"), [(0.5, 128), (1, 128), (2, 256), (4, 512), (16, 2_048), (512, 2_048)])
def test_the_server_keeps_an_eighth_of_the_memory_within_bounds(gigabytes: float, megabytes: int) -> None:
    assert shared_buffers(int(gigabytes * 1_073_741_824)) == megabytes


def test_the_server_is_started_with_what_this_machine_allows(project: Path) -> None:
    with running(project / "var") as url, psycopg.connect(url) as connection:
        row = connection.execute("SELECT setting::bigint * 8192 / 1048576 FROM pg_settings WHERE name = 'shared_buffers'").fetchone()
    assert row == (shared_buffers(memory()),)
