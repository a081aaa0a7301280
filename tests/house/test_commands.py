"""Every command helps itself, answers machines, and ends with the right code."""

import inspect
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer.main

from carnet.cli.main import app
from tests.house.rooms import ROOT


def commands(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
        return
    for name, child in children.items():
        yield from commands(child, (*path, name))


COMMANDS = dict(commands(typer.main.get_command(app)))


def carnet(*words: str, **surroundings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from carnet.cli.main import run; run()", *words]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **surroundings}, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_and_option_has_its_help(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    assert command.help, f"carnet {' '.join(path)} has no help"
    silent = [parameter.name for parameter in command.params if parameter.name != "help" and not getattr(parameter, "help", None)]
    assert not silent, f"carnet {' '.join(path)}: no help for {silent}"


def test_the_commands_others_rely_on_are_there() -> None:
    named = {" ".join(path) for path in COMMANDS}
    wanted = {
        "init", "demo", "campaign play", "ledger verify", "journal verify", "token create", "places import", "places export", "places check",
        "serve", "migrate", "doctor",
    }  # fmt: skip
    assert wanted - named == set()


def test_help_needs_neither_database_nor_settings() -> None:
    done = carnet("--help", CARNET_DATABASE_URL="postgresql://nobody@/none?host=/nonexistent", DJANGO_SETTINGS_MODULE="no.such.settings")
    assert done.returncode == 0
    assert "ledger" in done.stdout


def test_bad_use_is_two() -> None:
    assert carnet("no-such-command").returncode == 2
    assert carnet("ledger", "verify", "--no-such-option").returncode == 2


def test_a_database_that_does_not_answer_is_one_sentence() -> None:
    done = carnet(
        "ledger", "verify", CARNET_DATABASE_URL="postgresql://nobody@/none?host=/nonexistent", DJANGO_SETTINGS_MODULE="carnet.settings.dev"
    )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr


def test_a_setting_that_is_not_understood_is_one_sentence() -> None:
    done = carnet("ledger", "verify", CARNET_LOG_LEVEL="LOUD", DJANGO_SETTINGS_MODULE="carnet.settings.dev")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [done.stderr.strip()]
    assert "CARNET_LOG_LEVEL" in done.stderr


def test_a_command_that_a_program_may_read_offers_json() -> None:
    without = {"serve", "fast", "database run", "jobs worker"}
    for path, command in COMMANDS.items():
        if " ".join(path) in without:
            continue
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--json" in options, f"carnet {' '.join(path)} does not answer programs"


def test_commands_are_thin() -> None:
    """Translate, call one operation or query, translate back: a long command hides a rule."""
    for path, command in COMMANDS.items():
        lines = len(inspect.getsource(inspect.unwrap(command.callback)).splitlines())
        assert lines <= 70, f"carnet {' '.join(path)} has {lines} lines"
