"""No line of the log holds an address, a number, a code or an IBAN; one number follows a request to its answer, its lines and the journal."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings as configured
from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.journal.models import Line
from tests.factories.campaign import Campaign
from tests.web.conftest import PASSWORD, sign_in

TELEPHONE, IBAN = "06 12 34 56 78", "FR76 3000 6000 0112 3456 7890 189"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the log of production would hold: the house's own formatter, everything from DEBUG on."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    spec = dict(configured.LOGGING["formatters"]["lines"])
    handler.setFormatter(spec.pop("()")(**spec))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def test_no_line_of_the_log_holds_an_address_a_number_a_code_or_an_iban(ready: Campaign, written: io.StringIO, person_with: Any) -> None:
    _person, _organisation, email = person_with("MEDIATOR", organisation_id=ready.place_organisation_id)
    code = ready.code(0)
    spaced = " ".join(code[at : at + 3] for at in range(0, 18, 3))
    visitor = Client(raise_request_exception=False)
    visitor.post("/sign-in/", {"login": email, "password": "pas celle-là"})
    for said in (code, spaced, ready.token(0), email, TELEPHONE, IBAN):
        visitor.get(f"/nowhere/{said}/", {"said": said})
        visitor.post("/left/", {"code": said})
        visitor.post(
            "/api/v1/vouchers/check",
            json.dumps({"code": said}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {said}"},
        )
    counter = sign_in(Client(), email)
    counter.get("/place/")
    counter.post("/place/voucher/", {"code": spaced, "request_id": str(uuid4())})
    logging.getLogger("somebody.else").warning("cannot write to %s about %s", email, spaced)
    try:
        raise ValueError(f"{IBAN} {TELEPHONE}")
    except ValueError:
        logging.getLogger("somebody.else").exception("fault with %s", code)
    told = written.getvalue()
    assert "cannot write to" in told and "ValueError" in told, "the log is listened to"
    for secret in (email, code, spaced, ready.token(0), TELEPHONE, TELEPHONE.replace(" ", ""), IBAN, IBAN.replace(" ", ""), PASSWORD):
        assert secret not in told, [line for line in told.splitlines() if secret in line][:2]


def test_a_host_that_is_not_ours_is_one_warning_and_no_fault(written: io.StringIO) -> None:
    Client(raise_request_exception=False).get("/", headers={"host": "evil.example:80:80"})
    (told,) = [line for line in written.getvalue().splitlines() if "django.security.DisallowedHost" in line]
    assert "warning" in told
    assert "Traceback" not in written.getvalue()


def test_one_number_follows_a_request_to_its_answer_its_log_and_the_journal(
    ready: Campaign, written: io.StringIO, person_with: Any
) -> None:
    visitor, number = Client(), str(uuid4())
    assert visitor.get("/", headers={"X-Request-Id": number}).headers["X-Request-Id"] == number
    assert UUID(visitor.get("/", headers={"X-Request-Id": "<script>"}).headers["X-Request-Id"])
    problem = visitor.post("/api/v1/vouchers/check", "{", content_type="application/json", headers={"X-Request-Id": number})
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert problem.headers["X-Request-Id"] == number
    _person, _organisation, email = person_with("OPERATOR_ADMIN", organisation_id=ready.operator_id)
    admin, asked = sign_in(Client(), email), str(uuid4())
    answer = admin.post(f"/operator/programmes/{ready.programme_id}/keys/rotate/", {"request_id": asked}, headers={"X-Request-Id": number})
    assert answer.status_code == 302, answer.content.decode()
    (line,) = [line for line in written.getvalue().splitlines() if "issuing.keys-rotated" in line]
    assert number in line and asked in line
    with acting_as_everything(why="look"):
        assert Line.objects.filter(request_id=asked, action="issuing.keys-rotated").exists()
