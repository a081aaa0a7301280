"""schemathesis plays with everything the description allows and much that it does not: no fault, no undocumented answer."""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.factories.campaign import Campaign

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ENDPOINTS = [
    ("post", "/api/v1/vouchers/check"), ("post", "/api/v1/redemptions"), ("post", "/api/v1/redemptions/batch"),
    ("post", "/api/v1/redemptions/{number}/reversal"), ("get", "/api/v1/places"), ("get", "/api/v1/figures"),
]  # fmt: skip
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Requests from outside Django's own client would close the test's connection, and with it its transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_one_connection")
@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_no_fault_and_no_undocumented_answer(ready: Campaign, token: str, method: str, path: str) -> None:
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    operation = described[path][method.upper()]
    assert set(ENDPOINTS) == {(m, p) for p, each in described.raw_schema["paths"].items() for m in each}

    @given(st.one_of(operation.as_strategy(), operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)))
    @settings(
        max_examples=40, deadline=None, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    def play(case: schemathesis.Case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    play()
