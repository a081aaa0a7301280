"""The description holds: each endpoint has its words, its scopes, its examples and its codes, and each example is what it says."""

import json
from typing import Any

import jsonschema
import pytest
from django.test import Client

from carnet.api.problems import PROBLEM, STATUS
from carnet.api.v1.contract import CONTRACTS
from carnet.api.v1.endpoints import api
from carnet.parties.rules import SCOPE_ACTIONS, Scope
from carnet.web.design.sentences import SENTENCES

# Said by what is not an endpoint of /api/v1: operating addresses, addresses that do not exist.
ELSEWHERE = {"metrics-closed", "method-not-allowed", "place-unknown"}


def operations() -> dict[str, dict[str, Any]]:
    return {each["operationId"]: each for path in api.get_openapi_schema()["paths"].values() for each in path.values()}


def test_each_endpoint_has_its_contract_and_each_contract_its_endpoint() -> None:
    assert set(operations()) == set(CONTRACTS)


@pytest.mark.parametrize("operation_id", CONTRACTS)
def test_each_example_is_of_the_shape_described(operation_id: str) -> None:
    schema = json.loads(json.dumps(api.get_openapi_schema()))
    operation = next(each for path in schema["paths"].values() for each in path.values() if each["operationId"] == operation_id)
    contract = CONTRACTS[operation_id]
    shapes = [operation["responses"][str(contract.status)]["content"]["application/json"]]
    if "requestBody" in operation:
        shapes.append(operation["requestBody"]["content"]["application/json"])
    for shape in shapes:
        jsonschema.Draft202012Validator({**shape["schema"], "components": schema["components"]}).validate(shape["example"])
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            for code, example in response["content"][PROBLEM]["examples"].items():
                assert (example["value"]["code"], example["value"]["status"]) == (code, int(status))
                assert len(example["value"]["detail"]) > 5


@pytest.mark.parametrize("operation_id", CONTRACTS)
def test_each_endpoint_says_its_scopes(operation_id: str) -> None:
    contract, security = CONTRACTS[operation_id], operations()[operation_id].get("security")
    if contract.action is None:
        assert security is None
    else:
        assert [scope for each in security or [] for scope in each["Bearer"]] == [
            scope.value for scope in Scope if contract.action in SCOPE_ACTIONS[scope]
        ]
        assert security


def test_each_code_with_a_status_of_its_own_is_documented_and_said() -> None:
    documented = {code for contract in CONTRACTS.values() for code in contract.all_codes}
    assert set(STATUS) - documented - ELSEWHERE == set()
    assert documented - set(SENTENCES) == set()


@pytest.mark.parametrize("operation_id", CONTRACTS)
def test_a_key_is_asked_wherever_value_moves(operation_id: str) -> None:
    names = {parameter["name"] for parameter in operations()[operation_id]["parameters"]}
    contract = CONTRACTS[operation_id]
    # What a device sends carries a key of its own for each item, signed with it.
    moves_value = contract.request is not None and contract.action not in ("redemption.check", None)
    assert ("Idempotency-Key" in names) == moves_value
    assert not moves_value or "idempotency-key-missing" in contract.all_codes


def test_the_document_is_written_in_the_reader_s_language() -> None:
    french = Client().get("/api/v1/openapi.json", headers={"accept-language": "fr"}).json()
    assert french["paths"]["/api/v1/redemptions"]["post"]["summary"] == CONTRACTS["redeem"].title
    assert french["info"]["description"].startswith("Tester et encaisser")
