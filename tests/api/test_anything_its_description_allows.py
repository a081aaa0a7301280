"""schemathesis plays with everything the description allows and much that it does not: no fault, no undocumented answer or code."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.urls import get_resolver
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from carnet.api.v1.contract import CONTRACTS
from carnet.api.v1.endpoints import api
from carnet.parties.rules import Scope
from tests.api.conftest import token_of
from tests.factories.campaign import Campaign

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
HOLDERS = [*Scope, None]


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Requests from outside Django's own client would close the test's connection, and with it its transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def test_every_address_of_the_api_is_described_or_said_elsewhere() -> None:
    described = {path.removeprefix("/api/v1/") for path in api.get_openapi_schema()["paths"]}
    resolver = next(each for each in get_resolver().url_patterns if str(each.pattern) == "api/v1/")
    served = {str(each.pattern).replace("<int:number>", "{number}").replace("<number>", "{number}") for each in resolver.url_patterns}
    # Messages between operators have a signature instead of a token: docs/operating/clearing.md describes them.
    assert served - described == {"openapi.json", "places.csv", "clearing/messages", "", "<anything:rest>"}
    assert described - served == set()


@cache
def operations() -> dict[str, Any]:
    """What the description says, read once as anybody reads it: schemathesis also reads our code then, for values to try."""
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    return {each.ok().definition.raw["operationId"]: each.ok() for each in described.get_all_operations()}


@pytest.mark.usefixtures("_one_connection")
@pytest.mark.parametrize("operation_id", CONTRACTS)
def test_no_fault_and_no_undocumented_answer(ready: Campaign, token: str, operation_id: str) -> None:
    operation = operations()[operation_id]
    tokens = [None if scope is None else token_of(ready.place_organisation_id, scope) for scope in HOLDERS]
    codes: set[str] = set()

    @given(
        st.one_of(operation.as_strategy(), operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)),
        # Half of the time the token that may, so that what is behind the door is played with too.
        st.sampled_from([*tokens, *[token_of(ready.place_organisation_id, *Scope)] * len(HOLDERS)]),
    )
    @settings(
        max_examples=40, deadline=None, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    def play(case: schemathesis.Case, presented: str | None) -> None:
        headers = {"Authorization": f"Bearer {presented}"} if presented else {}
        answered = case.call_and_validate(headers=headers, checks=CHECKS)
        if answered.status_code >= 400:
            codes.add(json.loads(answered.content)["code"])

    play()
    assert codes <= set(CONTRACTS[operation_id].all_codes), "refused with a code its description does not have"
    assert "answer-failed" not in codes
