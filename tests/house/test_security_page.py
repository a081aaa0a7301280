"""What docs/operating/security.md says in numbers is what the settings and the code say: nobody reads there a limit that is not one."""

import re
import string

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from carnet.gateways import documents, photographs
from carnet.parties.rules import IDLE_AFTER, SEEN_EVERY, SESSION_LENGTH, TOLD_AGAIN_AFTER
from carnet.web.accounts import house_words
from tests.house.rooms import ROOT

PAGE = (ROOT / "docs" / "operating" / "security.md").read_text(encoding="utf-8")
# What an assessor looks for there (ASVS 1 to 16, "documentation" rows), by heading or by words of the line.
SAID = (
    "## Ways to sign in", "## Sessions", "## Files that people send", "## What takes long", "## What is called outside", "## Keys", "## Logs",
    "## Dependencies", "**Guesses.**", "**Passwords**", "parallel", "idle", "with providers", "within 72 hours", "a week otherwise",
)  # fmt: skip


def row(first: str) -> str:
    """The line of a table that begins so."""
    return next(line for line in PAGE.splitlines() if line.startswith(f"| {first}"))


@pytest.mark.parametrize("said", SAID)
def test_it_says_what_is_looked_for_there(said: str) -> None:
    assert said in PAGE


def test_lengths_of_sessions_are_those_of_the_settings() -> None:
    assert f"{settings.SESSION_COOKIE_AGE // 3600} hours after the latest proof" in row("length")
    assert SESSION_LENGTH.total_seconds() == settings.SESSION_COOKIE_AGE
    assert f"{int(IDLE_AFTER.total_seconds()) // 60} minutes" in row("idle")
    assert f"a proof of {settings.ACCOUNT_REAUTHENTICATION_TIMEOUT // 60} minutes" in row("ended by oneself")
    assert TOLD_AGAIN_AFTER.days == 7
    assert "within a week" in row("told")
    assert SEEN_EVERY.total_seconds() == 300


def test_tries_at_signing_in_are_those_of_the_settings() -> None:
    limits = settings.ACCOUNT_RATE_LIMITS
    assert limits["login_failed"] == "10/10m/key"
    assert "Ten wrong passwords an address in ten minutes" in PAGE
    assert limits["reauthenticate"] == "10/10m/user"
    assert "ten wrong second factors a person" in PAGE
    assert limits["reset_password"].startswith("5/")
    assert "five reset letters an address" in PAGE


def test_what_passwords_must_be_is_what_refuses_them() -> None:
    (least,) = re.findall(r"\*\*Passwords\*\*: (\d+) characters or more", PAGE)
    validators = {each["NAME"].rpartition(".")[2]: each.get("OPTIONS", {}) for each in settings.AUTH_PASSWORD_VALIDATORS}
    assert validators["MinimumLengthValidator"]["min_length"] == int(least)
    assert {"CommonPasswordValidator", "UserAttributeSimilarityValidator", "HouseWordsValidator", "BreachedPasswordsValidator"} <= set(
        validators
    )
    assert "carnet/web/accounts/house_words.py" in PAGE
    assert len(house_words.WORDS) > 10


def test_weights_of_files_are_those_of_the_code() -> None:
    assert f"{photographs.BYTES_MAX // 2**20} MB, {photographs.PIXELS_MAX // 10**6} million pixels" in row("photographs")
    assert f"{documents.BYTES_MAX // 2**20} MB, {documents.PAGES_MAX} pages" in row("PDF")
    assert (
        f"Any body over {settings.UPLOAD_MOST_BYTES // 10**6} MB" in PAGE
        or f"Any body over {settings.UPLOAD_MOST_BYTES // 2**20} MB" in PAGE
    )


def test_the_log_goes_to_standard_error_only_as_the_page_says() -> None:
    """ASVS 16.2.3: no file, no mail, no service of its own."""
    assert {spec["class"] for spec in settings.LOGGING["handlers"].values()} == {"logging.StreamHandler"}
    assert all("stream" not in spec or "stdout" not in str(spec["stream"]) for spec in settings.LOGGING["handlers"].values())
    assert "on standard error" in PAGE


@pytest.mark.django_db
def test_the_name_of_a_session_cannot_be_guessed() -> None:
    """ASVS 7.2.3: 32 letters and digits drawn by the system, 165 bits; none twice."""
    names = {SessionStore()._get_new_session_key() for _each in range(50)}  # type: ignore[attr-defined]
    assert len(names) == 50
    assert all(len(name) == 32 and set(name) <= set(string.ascii_lowercase + string.digits) for name in names)
