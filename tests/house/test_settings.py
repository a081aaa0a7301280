"""Every setting an operator may give is documented, and none is documented that nothing reads; a bad value stops the start."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from carnet.settings import env
from tests.house.rooms import ROOT

DOCUMENT = ROOT / "docs" / "operating" / "settings.md"
# Said by the settings to the test suite only.
NOT_FOR_OPERATORS = {"CARNET_TEST_NAME", "CARNET_TEST_APART", "CARNET_X"}


def read_by_the_code() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "carnet").rglob("*.py"):
        found |= set(
            re.findall(r'(?:(?:env\.\w+|environ(?:\.get)?)[(\[]|_VARIABLE =)\s*"(CARNET_[A-Z_]+)"', path.read_text(encoding="utf-8"))
        )
    return found


def test_every_setting_is_documented() -> None:
    documented = set(re.findall(r"`(CARNET_[A-Z_]+)`", DOCUMENT.read_text(encoding="utf-8")))
    read = read_by_the_code() - NOT_FOR_OPERATORS
    assert read - documented == set(), "read but not in docs/operating/settings.md"
    assert documented - read == set(), "in docs/operating/settings.md but read by nothing"


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (lambda: env.text("CARNET_X"), ""),
        (lambda: env.flag("CARNET_X", default=False), "maybe"),
        (lambda: env.whole("CARNET_X", 1, least=1, most=9), "10"),
        (lambda: env.whole("CARNET_X", 1), "-1"),
        (lambda: env.whole("CARNET_X", 1), "1.5"),
        (lambda: env.folder("CARNET_X", Path("/")), "relative/path"),
        (lambda: env.one_of("CARNET_X", ("a", "b"), "a"), "c"),
    ],
)
def test_a_value_that_is_not_understood_is_refused(reader, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARNET_X", value)
    with pytest.raises(env.SettingRefused) as refused:
        reader()
    assert refused.value.name == "CARNET_X"


COMPLETE = {
    "CARNET_SECRET_KEY": "k" * 40,
    "CARNET_BASE_URL": "https://carnet.example",
    "CARNET_HOSTS": "carnet.example",
    "CARNET_DATABASE_URL": "postgresql://carnet@db/carnet",
    "CARNET_MAIL_HOST": "mail.example",
}


def start_production(**changes: str) -> subprocess.CompletedProcess[str]:
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")}
    command = [sys.executable, "-c", "import carnet.settings.prod"]
    return subprocess.run(command, cwd=ROOT, env={**surroundings, **COMPLETE, **changes}, capture_output=True, text=True, check=False)


def test_production_starts_when_complete() -> None:
    done = start_production()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "half",
    [
        {"CARNET_SECRET_KEY": ""},
        {"CARNET_SECRET_KEY": "short"},
        {"CARNET_BASE_URL": "http://carnet.example"},
        {"CARNET_HOSTS": ""},
        {"CARNET_DATABASE_URL": ""},
        {"CARNET_DATABASE_URL": "mysql://db/carnet"},
        {"CARNET_MAIL_HOST": ""},
        {"CARNET_DEMO": "1"},
        {
            "CARNET_FRANCECONNECT_ISSUER": "http://fc.example",
            "CARNET_FRANCECONNECT_CLIENT_ID": "x",
            "CARNET_FRANCECONNECT_CLIENT_SECRET": "y",
        },
        {"CARNET_PROCONNECT_CLIENT_ID": "", "CARNET_PROCONNECT_ISSUER": "https://pc.example", "CARNET_PROCONNECT_CLIENT_SECRET": "y"},
    ],
    ids=lambda half: "-".join(half) if isinstance(half, dict) else str(half),
)
def test_production_refuses_to_start_half_configured(half: dict[str, str]) -> None:
    done = start_production(**half)
    assert done.returncode != 0
    assert "SettingRefused" in done.stderr
    assert next(iter(half)) in done.stderr.strip().splitlines()[-1]
