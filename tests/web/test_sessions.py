"""How long a session lasts, what a browser keeps of it, what the log tells of whoever was refused."""

import io
import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client

from carnet.web import clock
from carnet.web.accounts.adapters import sealed_anew
from carnet.web.accounts.house_words import HouseWordsValidator
from carnet.web.sessions import end_sessions
from tests.house.rooms import ROOT
from tests.web.conftest import PASSWORD, sign_in

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Client]


def test_a_page_of_somebody_s_is_kept_nowhere_and_leaving_clears_what_was_shown(signed_in: SignedIn) -> None:
    browser = signed_in("OPERATOR_ADMIN")
    assert "no-store" in browser.get("/account/").headers["Cache-Control"]
    # The answer to a form is still there when one goes back to it, until one leaves.
    assert browser.post("/account/").headers["Cache-Control"] == "private, no-cache"
    out = browser.post("/sign-out/")
    assert out.headers["Clear-Site-Data"] == '"cache"'
    assert browser.get("/account/").status_code == 302
    # The control: what anybody reads may be kept.
    assert "no-store" not in Client().get("/opendata/anchors.csv").headers["Cache-Control"]


def test_twelve_hours_after_the_latest_proof_one_signs_in_again(signed_in: SignedIn) -> None:
    browser = signed_in("OPERATOR_ADMIN")
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - settings.SESSION_COOKIE_AGE + 60
    session.save()
    assert browser.get("/account/").status_code == 200
    for record in session["account_authentication_methods"]:
        record["at"] -= 120
    session.save()
    assert browser.get("/account/").status_code == 302
    assert browser.get("/account/").status_code == 302


def test_a_password_changed_ends_every_other_session(person_with: Any) -> None:
    _person, _organisation, email = person_with("MEDIATOR", has_second_factor=False)
    here, elsewhere = sign_in(Client(), email), sign_in(Client(), email)
    assert elsewhere.get("/account/").status_code == 200
    new = "une autre phrase longue 42"
    done = here.post("/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert done.status_code == 302, done.content.decode()[:2000]
    assert elsewhere.get("/account/").status_code == 302


@pytest.mark.parametrize("password", ["Médiathèque2026", "passnumerique!!", "CHEQUE-1234567", "mot de passe 12"])
def test_a_word_of_this_house_with_a_number_is_no_password(password: str) -> None:
    with pytest.raises(ValidationError):
        HouseWordsValidator().validate(password)


@pytest.mark.parametrize("password", ["le carnet bleu de ma tante", "une phrase longue à soi"])
def test_a_sentence_that_holds_one_of_them_is_one(password: str) -> None:
    HouseWordsValidator().validate(password)


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the log of production would hold."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    spec = dict(settings.LOGGING["formatters"]["lines"])
    spec["processors"] = [*spec["processors"][:-1], structlog.processors.JSONRenderer()]
    handler.setFormatter(spec.pop("()")(**spec))
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def test_whoever_is_refused_and_whoever_signs_in_is_told_in_the_log_by_number_only(
    written: io.StringIO, signed_in: SignedIn, person_with: Any
) -> None:
    browser = signed_in("MEDIATOR")
    assert browser.get("/operator/").status_code == 403
    Client().post("/sign-in/", {"login": "somebody@example.org", "password": "not the one at all"})
    told = written.getvalue()
    assert "signed in" in told
    assert "sign-in failed" in told
    refused = next(line for line in told.splitlines() if "refused" in line)
    assert "operator:home" in refused
    assert "somebody@" not in told


def lines(written: io.StringIO, event: str) -> list[dict[str, Any]]:
    """What the log holds of one event."""
    found = (json.loads(line) for line in written.getvalue().splitlines() if line.startswith("{"))
    return [line for line in found if line["event"] == event]


def test_each_wrong_second_factor_is_told_with_its_sort_and_a_number(written: io.StringIO, person_with: Any) -> None:
    """ASVS 16.3.1: at the second step, at a new proof, and when it is right."""
    person, _organisation, email = person_with("OPERATOR_ADMIN")
    half = Client()
    half.post("/sign-in/", {"login": email, "password": PASSWORD})
    half.post("/sign-in/second-factor/", {"code": "000000"})
    half.post("/sign-in/second-factor/", {"credential": "{}"})
    assert [(line["method"], line.get("person")) for line in lines(written, "sign-in failed")] == [("code", person), ("passkey", person)]
    browser = sign_in(Client(), email)
    browser.post("/account/prove/", {"code": "000000"})
    browser.post("/account/prove/password/", {"password": "not the one at all"})
    assert [line["method"] for line in lines(written, "sign-in failed")][2:] == ["code", "password"]
    browser.post("/account/prove/password/", {"password": PASSWORD})
    assert [(line["method"], line["person"]) for line in lines(written, "proved again")] == [("password", person)]
    told = written.getvalue()
    assert "000000" not in told
    assert email not in told
    assert "not the one" not in told


def test_a_wrong_pin_and_a_turn_are_told_by_number(written: io.StringIO, by_pin: Callable[[str], Client]) -> None:
    station = by_pin("MEDIATOR")
    (opened,) = lines(written, "turn opened")
    wrong = {"person_id": opened["person"], "pin": "918273", "request_id": str(uuid4())}
    station.post("/station/change/")
    assert station.post("/station/", wrong).status_code == 422
    (told,) = lines(written, "sign-in failed")
    assert (told["method"], told["person"], told["code"]) == ("pin", opened["person"], "pin-wrong")
    assert "918273" not in written.getvalue()


def test_a_token_that_opens_nothing_is_told_without_it(written: io.StringIO) -> None:
    asked = Client().post(
        "/api/v1/vouchers/check", {"code": "1"}, "application/json", headers={"authorization": "Bearer carnet_not-a-token"}
    )
    assert asked.status_code == 401
    (told,) = lines(written, "refused")
    assert (told["code"], told["status"]) == ("token-invalid", 401)
    assert "not-a-token" not in written.getvalue()


def test_no_word_of_a_visitor_makes_a_line_of_its_own(written: io.StringIO) -> None:
    """ASVS 16.4.1: a line of the log is one JSON object, whatever is logged."""
    forged = 'x"}\n{"event": "signed in", "person": 1}\r\n\u2028'
    structlog.get_logger("tests").warning("refused", route=forged, code="forged")
    Client().get("/nowhere/%0a%7b%22event%22:1%7d", headers={"user-agent": "x\ty", "x-request-id": '{"event": "signed in"}'})
    told = [line for line in written.getvalue().split("\n") if line]
    assert all(json.loads(line) for line in told)
    assert not lines(written, "signed in")


PRODUCTION = """
import os
os.environ.update(
    CARNET_DATABASE_URL="postgresql://x@/x", CARNET_BASE_URL="https://carnet.example", CARNET_SECRET_KEY="s" * 40,
    CARNET_HOSTS="carnet.example", CARNET_MAIL_HOST="mail.example", CARNET_DEMO="",
)
from carnet.settings import prod
names = [prod.SESSION_COOKIE_NAME, prod.CSRF_COOKIE_NAME, prod.LANGUAGE_COOKIE_NAME]
assert all(name.startswith("__Host-") for name in names), names
assert prod.SESSION_COOKIE_SECURE and prod.CSRF_COOKIE_SECURE and prod.LANGUAGE_COOKIE_SECURE
assert prod.SESSION_COOKIE_HTTPONLY and prod.CSRF_COOKIE_HTTPONLY
assert prod.SECURE_HSTS_SECONDS >= 365 * 24 * 3600 and prod.SECURE_HSTS_INCLUDE_SUBDOMAINS
assert not prod.DEBUG
policy = prod.CONTENT_SECURITY_POLICY["DIRECTIVES"]
said = {word for words in policy.values() for word in words}
assert said <= {"'self'", "'none'", "data:"}, said
assert policy["script-src"] == ["'self'"] and policy["object-src"] == ["'none'"] and policy["base-uri"] == ["'none'"]
"""


def test_production_marks_every_cookie_for_this_host_and_leaves_no_hole_in_the_policy() -> None:
    done = subprocess.run([sys.executable, "-c", PRODUCTION], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "address", ["/", "/sign-in/", "/chiffres/", "/opendata/anchors.csv", "/nowhere/", "/api/v1/openapi.json", "/healthz"]
)
def test_every_answer_has_the_headers_a_browser_obeys(address: str) -> None:
    answer = Client().get(address)
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "nonce" not in policy
    for directive in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "script-src 'self'"):
        assert directive in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND"])
def test_trace_tells_nothing(method: str) -> None:
    for address in ("/", "/api/v1/me", "/account/"):
        answer = Client().generic(method, address, HTTP_X_SECRET="told-by-the-browser")
        assert answer.status_code == 405
        assert b"told-by-the-browser" not in answer.content


def test_a_changed_session_secret_keeps_second_factors_and_the_old_one_can_go(person_with: Any, settings: Any) -> None:
    _person, _organisation, email = person_with("OPERATOR_ADMIN")
    before, settings.SECRET_KEY = settings.SECRET_KEY, "another-secret-" + "y" * 40
    settings.SECRET_KEY_FALLBACKS = [before]
    assert sealed_anew() == 2  # the application's secret and the recovery codes
    settings.SECRET_KEY_FALLBACKS = []
    assert sign_in(Client(), email).get("/account/").status_code == 200


def test_without_the_secret_before_a_second_factor_does_not_open(person_with: Any, settings: Any) -> None:
    person_with("OPERATOR_ADMIN")
    settings.SECRET_KEY = "another-secret-" + "y" * 40
    with pytest.raises(InvalidToken):
        sealed_anew()


def test_sessions_of_one_person_are_ended_and_no_other(person_with: Any) -> None:
    person, _organisation, email = person_with("MEDIATOR", has_second_factor=False)
    _other, _organisation, address = person_with("MEDIATOR", has_second_factor=False)
    theirs, others = sign_in(Client(), email), sign_in(Client(), address)
    assert end_sessions(person_id=person, at=clock.now()) == 1
    assert (theirs.get("/account/").status_code, others.get("/account/").status_code) == (302, 200)
    assert end_sessions(person_id=None, at=clock.now()) >= 1
    assert others.get("/account/").status_code == 302
