"""The OpenAPI document, from the endpoints and the table of what they promise, in the reader's language."""

import json
from functools import cached_property
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _
from ninja import NinjaAPI

from carnet.api.problems import PROBLEM, TITLES, status_of
from carnet.api.v1.contract import CONTRACTS, Contract
from carnet.web.design.sentences import SENTENCES, sentence_of_code

INTRODUCTION = _(
    "Tester et encaisser des chèques, annuler une erreur, lire ses encaissements et ses paiements, trouver des lieux, lire les chiffres publiés.\n\n"
    "Un jeton de votre organisation : « Authorization: Bearer … ». Révoqué, il est refusé en moins de cinq secondes.\n\n"
    "Un refus est un document RFC 9457 (application/problem+json) avec un « code » stable. « Idempotency-Key » partout où de la valeur bouge :"
    " la même clé et le même corps rendent la première réponse (Idempotency-Replayed: true), un autre corps est refusé (422),"
    " une clé en cours répond 409.\n\n"
    "Une liste se lit page par page : suivez « next » (ou l’en-tête Link) tel quel. Ce qui s’ajoute entre-temps ne déplace rien."
)
KEY = _("Une clé à vous pour cette demande : 1 à 255 caractères. La même, envoyée deux fois, n’agit qu’une fois.")


class Api(NinjaAPI):
    """An API whose description holds the words, the scopes, the examples and the codes of each endpoint."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None) -> Any:
        # Half a second of work that says the same as long as the process lives, behind two public addresses.
        key = (get_language(), path_prefix or self.get_root_path(path_params or {}))
        if key not in self._described:
            self._described[key] = json.dumps(self._describe_all(path_prefix=key[1]))
        return json.loads(self._described[key])

    @cached_property
    def _described(self) -> dict[tuple[str | None, str], str]:
        """The documents already written, by language and by address of the API."""
        return {}

    def _describe_all(self, *, path_prefix: str) -> Any:
        # A plain copy: the words are translated in it.
        schema = json.loads(json.dumps(super().get_openapi_schema(path_prefix=path_prefix)))
        for path in schema["paths"].values():
            for operation in path.values():
                if operation["operationId"] in CONTRACTS:
                    _describe(operation, CONTRACTS[operation["operationId"]])
        _translate(schema)
        return schema


def _describe(operation: dict[str, Any], contract: Contract) -> None:
    operation["summary"], operation["description"] = contract.title, contract.explains
    for parameter in operation["parameters"]:
        if parameter["name"] in contract.parameters:
            parameter["description"] = contract.parameters[parameter["name"]]
    if contract.action is not None:
        operation["security"] = [{"Bearer": [scope.value]} for scope in contract.scopes]
    if contract.request is not None:
        operation["requestBody"]["content"]["application/json"]["example"] = contract.request
    success = operation["responses"][str(contract.status)]
    success["content"]["application/json"]["example"] = contract.answer
    shape = next(iter(response for status, response in operation["responses"].items() if int(status) >= 400))
    operation["responses"] = {str(contract.status): success, **_refusals(contract, shape["content"]["application/json"]["schema"])}


def _refusals(contract: Contract, shape: dict[str, Any]) -> dict[str, Any]:
    """One answer for each status, with an example for each code."""
    codes: dict[int, list[str]] = {}
    for code in contract.all_codes:
        codes.setdefault(status_of(code), []).append(code)
    return {
        str(status): {
            "description": ", ".join(found),
            "content": {PROBLEM: {"schema": shape, "examples": {code: {"value": example_of(code)} for code in found}}},
        }
        for status, found in sorted(codes.items())
    }


def example_of(code: str) -> dict[str, Any]:
    """The problem document of a code, as it reads in the active language (facts it would carry shown as an ellipsis)."""
    assert code in SENTENCES, f"{code} is documented but never said"
    status = status_of(code)
    return {
        "type": f"urn:carnet:problem:{code}",
        "title": str(TITLES[status]),
        "status": status,
        "detail": sentence_of_code(code, {}),
        "code": code,
    }


def _translate(value: Any) -> None:
    """Replace each description and summary, written in French in the code, by its words in the active language."""
    if isinstance(value, list):
        for each in value:
            _translate(each)
    elif isinstance(value, dict):
        for name, inside in value.items():
            if name in ("description", "summary") and isinstance(inside, str) and inside:
                value[name] = gettext(inside)
            elif name not in ("example", "examples"):
                _translate(inside)
