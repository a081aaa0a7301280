"""Guides of an installation name files that are there, commands that exist, and services systemd knows."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from drills._debian import blocks

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "operating" / "debian.md").read_text(encoding="utf-8")
UNITS = sorted((ROOT / "docs" / "operating" / "debian").glob("*.service"))
# What a service must say for a fault in it to stay in it.
LOCKS = (
    "User=carnet",
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "CapabilityBoundingSet=",
    "PrivateTmp=yes",
    "SystemCallFilter=@system-service",
    "InaccessiblePaths=-/opt/carnet/.git",
)


def test_every_file_a_guide_names_is_there() -> None:
    named = set(re.findall(r"/opt/carnet/(docs/[\w./-]+)", GUIDE))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    shipped = {str(path.relative_to(ROOT)) for path in (ROOT / "docs" / "operating" / "debian").iterdir()}
    assert shipped - named == set(), "shipped, and the guide never says what to do with it"


def test_the_blocks_are_read_in_their_order() -> None:
    typed = blocks(GUIDE)
    assert typed[0][0].startswith("1. ")
    assert "apt-get install" in typed[0][1]
    assert [heading for heading, _ in typed] == sorted((heading for heading, _ in typed), key=lambda heading: GUIDE.index(f"## {heading}"))
    assert not any("git clone" in block for _, block in typed), "what needs the outside is not typed by the drill"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_services_are_locked_up_and_known_to_systemd(unit: Path, tmp_path: Path) -> None:
    said = unit.read_text(encoding="utf-8")
    assert [lock for lock in LOCKS if lock not in said] == []
    # The program is not installed on the machine of the tests: any other is put in its place.
    copied = tmp_path / unit.name
    copied.write_text(
        re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", said, flags=re.MULTILINE).replace("/etc/carnet/carnet.env", "/dev/null")
    )
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not on this machine")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(copied)], capture_output=True, text=True, check=False)
    told = [line for line in (done.stdout + done.stderr).splitlines() if unit.name in line]
    assert told == []


def test_every_carnet_command_of_the_guide_exists() -> None:
    commands = (ROOT / "docs" / "operating" / "commands.md").read_text(encoding="utf-8")
    asked = set(re.findall(r"^carnet ([a-z][a-z-]+(?: (?:verify|worker|archive|prune|check)\b)?)", _typed(), re.MULTILINE))
    assert asked
    assert [words for words in sorted(asked) if f"carnet {words}" not in commands] == []


def _typed() -> str:
    return "\n".join(block for _, block in blocks(GUIDE))
