"""Forms and bodies with fields nobody asked for, named as the columns of every table: none is written anywhere.

Each odd field carries a mark; what a request writes is looked through for it, statement by statement. A field of the form itself keeps what
the page gave it.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4
from zlib import crc32

import pytest
from django.apps import apps
from django.db import connection, transaction

import carnet
from carnet.api.v1.contract import CONTRACTS
from carnet.parties.rules import Scope
from tests.api.conftest import Caller, Site, _nothing_remembered, at, token_of
from tests.attacks.crawling import Form, crawl
from tests.attacks.people import Tenant
from tests.attacks.tallies import WHOLE, tally
from tests.attacks.test_other_tenants import ROLES_OF_A_SEASON, firsts
from tests.attacks.walls import OF_THE_REQUEST, WRITES
from tests.factories.campaign import LATER, Campaign
from tests.web.season import Season

__all__ = ["_nothing_remembered"]
COLUMNS = sorted(
    {field.attname for model in apps.get_models() for field in model._meta.concrete_fields}
    | {"pk", "roles", "groups", "cents", "actor", "at"}
)
# A body is short: it takes a part of the names.
PARTS = 4
WORD, NUMBER = "odd-mark-7304", 730_424_242
# What every request may say of itself.
OWN = {"request_id", "csrfmiddlewaretoken"}
PACKAGE = Path(carnet.__file__).parent


@contextmanager
def parameters() -> Iterator[list[str]]:
    """What the statements that write were given, as text."""
    found: list[str] = []

    def watch(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        written = WRITES.match(str(sql))
        if (written and written.group(1) not in OF_THE_REQUEST) or "redeem_many" in str(sql):
            found.append(repr(params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield found


def odd(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Every column's name that the form does not have, half of them words, half numbers."""
    wanted = [name for name in COLUMNS if name not in fields and name not in OWN][: 990 - len(fields)]
    return {name: f"{WORD}-{name}" if rank % 2 else NUMBER + rank for rank, name in enumerate(wanted)}


def marks(written: list[str]) -> list[str]:
    """The marks that were written, as they are."""
    return sorted({mark for each in written for mark in re.findall(rf"{WORD}[-\w]*|\b73042[45]\d{{3}}\b", each)})


def sent(client: Any, form: Form) -> tuple[int, bool, list[str]]:
    """Send a form with all odd fields, and take back what it did: status, whether it wrote, whether a mark was written."""
    with transaction.atomic(), parameters() as written:
        fields = {**form.fields, **({"request_id": str(uuid4())} if "request_id" in form.fields else {})}
        answer = client.post(form.action, {**fields, **odd(fields)})
        transaction.set_rollback(True)
    return answer.status_code, bool(written), marks(written)


@pytest.mark.slow
@pytest.mark.django_db
def test_no_form_writes_a_field_it_does_not_show(season: Season) -> None:
    owners, counted = Tenant(season.campaign), {}
    forms: dict[tuple[str, str], Form] = {}
    for role in ROLES_OF_A_SEASON:
        for page in crawl(owners.enter(role), firsts(role), counted, most=400 if WHOLE else 40):
            for form in page.forms:
                if form.method == "POST" and not form.action.startswith(("/sign-out", "/langue", "/contraste")):
                    forms.setdefault((form.action, role), form)
    marked, wrote = [], 0
    for (action, role), form in forms.items():
        status, has_written, has_marked = sent(owners.enter(role), form)
        assert status < 500, action
        wrote += has_written
        marked += [f"{role} {action} {has_marked}"] if has_marked else []
    assert marked == []
    assert wrote > 3, "forms that write were among them"
    tally(
        "mass assignment",
        "forms sent with a field of every column’s name",
        tried=len(forms),
        said=f"{len(COLUMNS)} names, {wrote} forms wrote",
    )


def test_the_mark_would_be_seen(db: None) -> None:
    with parameters() as written, connection.cursor() as cursor, transaction.atomic():
        cursor.execute("UPDATE parties_person SET display_name = %s WHERE id = -1", [WORD])
    assert marks(written) == [WORD]


BODIES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "redeem": ("/api/v1/redemptions", {"code": "0", "service": "mailbox"}),
    "check_voucher": ("/api/v1/vouchers/check", {"code": "0"}),
    "reserve": ("/api/v1/reservations", {"code": "0", "service": "mailbox", "until": "2026-03-05T10:00:00Z"}),
    "redeem_batch": ("/api/v1/redemptions/batch", {"items": [{"code": "0", "service": "mailbox"}]}),
    "record_activity": ("/api/v1/activities", {"kind": "one_to_one", "minutes": 30, "people": {"non_communique": 1}}),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", BODIES)
def test_no_body_writes_a_field_it_does_not_have(ready: Campaign, settings: Any, name: str) -> None:
    at(settings, LATER)
    path, body = BODIES[name]
    caller = Caller(Site(), token_of(ready.place_organisation_id, *Scope))
    good = json.loads(json.dumps(body).replace('"0"', json.dumps(ready.code(0))))
    if name == "record_activity":
        good["place"] = ready.place_id
    rank = crc32(name.encode()) % PARTS
    with parameters() as written:
        answer = caller.post(path, {**dict(list(odd(good).items())[rank::PARTS]), **good})
    assert answer.status in (200, 201, 422), answer.body
    assert marks(written) == []
    if answer.status == 422:
        assert caller.post(path, good).status == CONTRACTS[name].status
    tally("mass assignment", f"body of {name} with every column’s name", tried=1)


def test_nothing_hands_a_whole_request_on() -> None:
    """The mechanism: no form is made of a model, and no operation is given a request's fields under their own names."""
    found = []
    for file in (PACKAGE / "web").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any("ModelForm" in ast.unparse(base) for base in node.bases):
                found.append(f"{file.name}: {node.name}")
            if not isinstance(node, ast.Call):
                continue
            handed = [word.value for word in node.keywords if word.arg is None]
            sets = isinstance(node.func, ast.Name) and node.func.id == "setattr"
            if any("POST" in ast.unparse(value) for value in handed) or (sets and "request" in ast.unparse(node)):
                found.append(f"{file.name}:{node.lineno}")
    assert found == []
