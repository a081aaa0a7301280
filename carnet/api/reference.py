"""The reference of the API, drawn from its description: a page for each kind of endpoint, one for codes and events; its examples are tested."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_safe

from carnet.api.problems import status_of
from carnet.api.v1.contract import ALWAYS, CONTRACTS, Contract
from carnet.api.v1.description import INTRODUCTION
from carnet.api.v1.endpoints import api
from carnet.notices.rules import ROTATION, EventType, event_body, event_data
from carnet.web.accounts.words import EVENT_NAMES, SCOPE_NAMES
from carnet.web.design.sentences import sentence_of_code

_RECEIPT = "eyJwcm9ncmFtbWUiOjMsInJlZGVtcHRpb24iOiI3LTUzMTItMCJ9.Zm9yIHRoZSBzYWtlIG9mIGFuIGV4YW1wbGU"

# The same calls with the client of clients/python; a test plays each of them. What only a device sends is not for a client with a token.
PYTHON: Mapping[str, str] = {
    "check_voucher": 'carnet.check("482 915 006 731 284 906", service="mailbox")',
    "redeem": 'carnet.redeem("482 915 006 731 284 906", service="mailbox", place=41, attended_on=date(2026, 11, 3))',
    "redeem_batch": 'carnet.redeem_many([{"key": "atelier-1", "code": "482 915 006 731 284 906", "service": "mailbox"}])',
    "reverse": 'carnet.reverse("7-5312-0", reason="mauvais chèque")',
    "reserve": 'carnet.reserve("482 915 006 731 284 906", service="mailbox", until=datetime.fromisoformat("2026-11-10T18:00+01:00"), place=41)',
    "reservations": 'for held in carnet.reservations(state="held"): ...',
    "reservation": 'carnet.reservation("R318")',
    "capture": 'carnet.capture("R318", attended_on=date(2026, 11, 10))',
    "release": 'carnet.release("R318")',
    "dispute": 'carnet.dispute("7-5312-0", reason="saisi deux fois le même atelier")',
    "claim_voucher": 'carnet.claim("482 915 006 731 284 906", issuer="21440109300015", service="mailbox", place=41)',
    "claim": 'carnet.clearing_claim("0f0e8b0e-5b5c-4c57-9f0b-6a52a5f4c8a1")',
    "withdraw_claim": 'carnet.withdraw_claim("0f0e8b0e-5b5c-4c57-9f0b-6a52a5f4c8a1", reason="mauvais chèque")',
    "bring_receipts": f'carnet.bring_receipts(["{_RECEIPT}"], nothing_undone=True)',
    "redemptions": 'for line in carnet.redemptions(since=date(2026, 11, 1), state="redeemed"): ...',
    "redemption": 'carnet.redemption("7-5312-0")',
    "payments": 'for payment in carnet.payments(state="paid"): ...',
    "expected_payments": "carnet.expected_payments()",
    "payment": "carnet.payment(88)",
    "record_activity": (
        'carnet.record_activity(kind="one_to_one", minutes=30, people={"soixante_soixante_neuf": 1}, day=date(2026, 11, 3), themes=["email"], place=41)'
    ),
    "activities": 'for activity in carnet.activities(month="2026-11"): ...',
    "space": "carnet.space(41, day=date(2026, 11, 3))",
    "places": 'for place in carnet.places(near="47.218,-1.553", within="walk-30", wish="free"): ...',
    "place": "carnet.place(41)",
    "points": 'for point in carnet.points(where="Nantes", has_booklets="true"): ...',
    "labels": "carnet.labels(programme=3)",
    "figures": "carnet.figures()",
    "figure_cuts": 'carnet.figure_cuts(level="DEPARTEMENT", code="44", by="commune")',
    "open_data": "carnet.open_data()",
    "commitments": "carnet.commitments()",
}
NUMBERS = {
    "redemption": "7-5312-0", "reverse": "7-5312-0", "dispute": "7-5312-0", "payment": "88", "reservation": "R318", "capture": "R318",
    "release": "R318", "claim": "0f0e8b0e-5b5c-4c57-9f0b-6a52a5f4c8a1", "withdraw_claim": "0f0e8b0e-5b5c-4c57-9f0b-6a52a5f4c8a1", "device_upload": "12",
    "space": "41", "place": "41",
}  # fmt: skip
_HAPPENED = datetime(2026, 11, 3, 9, 14, 5, tzinfo=UTC)
_PAID = {"cents": 42000, "reference": "CARNET-12-88-1"}
# What the journal says of each, as the outbox reads it: the number of what happened, and the facts.
EVENTS: Mapping[EventType, tuple[str, Mapping[str, Any]]] = {
    EventType.REDEEMED: ("7-5312", {"generation": 0, "place": 41, "service": "mailbox"}),
    EventType.REVERSED: ("7-5312", {"generation": 0}),
    EventType.RESERVED: (
        "7-5312",
        {"reservation": 318, "generation": 0, "place": 41, "service": "mailbox", "until": "2026-11-10T17:00:00+00:00"},
    ),
    EventType.RELEASED: ("7-5312", {"reservation": 318, "generation": 0}),
    EventType.PAYMENT_SENT: ("88", {**_PAID, "execute_on": "2026-11-05"}),
    EventType.PAYMENT_PAID: ("88", {**_PAID, "booked_on": "2026-11-05"}),
    EventType.PAYMENT_RETURNED: ("88", {**_PAID, "returned_on": "2026-11-06", "reason_code": "AC04"}),
}
# The pages of the reference, by the tag of their endpoints: each stays light.
PARTS: Mapping[str, str] = {
    "vouchers": _("Tester un chèque"),
    "redemptions": _("Encaisser, annuler, contester"),
    "reservations": _("Réserver"),
    "clearing": _("Chèque d’un autre opérateur"),
    "payments": _("Être payé"),
    "activities": _("Aide gratuite"),
    "devices": _("Sans réseau"),
    "public": _("Pour tous, sans jeton"),
}
PLACED = {"path": _("dans l’adresse"), "query": _("dans la requête"), "header": _("en-tête")}


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter, or one field of a body."""

    name: str
    where: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint as the page shows it."""

    anchor: str
    method: str
    path: str
    title: str
    explains: str
    scopes: tuple[tuple[str, str], ...]
    parameters: tuple[Field, ...]
    fields: tuple[Field, ...]
    curl: str
    python: str
    status: int
    answer: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """One code of refusal."""

    code: str
    status: int
    sentence: str


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The reference, in the reader's language."""
    schema = api.get_openapi_schema()
    codes = dict.fromkeys(code for contract in CONTRACTS.values() for code in contract.all_codes)
    return render(
        request,
        "public/api_reference.html",
        {
            "introduction": gettext(INTRODUCTION).split("\n\n"),
            "parts": [(reverse(f"api-reference-{tag}"), gettext(title), list(endpoints(schema, tag))) for tag, title in PARTS.items()],
            "codes": [Code(code, status_of(code), sentence_of_code(code, {})) for code in sorted(codes)],
            "events": [(event.value, EVENT_NAMES[event], example_event(event)) for event in EVENTS],
            "rotation_hours": int(ROTATION.total_seconds()) // 3600,
            "base_url": settings.BASE_URL,
            "always": ALWAYS,
        },
    )


@require_safe
def part(request: HttpRequest, tag: str) -> HttpResponse:
    """The endpoints of one kind, in the reader's language."""
    context = {"title": gettext(PARTS[tag]), "endpoints": list(endpoints(api.get_openapi_schema(), tag))}
    return render(request, "public/api_reference_part.html", context)


def example_event(event: EventType) -> str:
    """The body of one event, laid out to be read."""
    number, facts = EVENTS[event]
    body = event_body(event=event, occurred_at=_HAPPENED, data=event_data(subject_id=number, programme_id=3, facts=facts))
    return _laid_out(json.loads(body))


def endpoints(schema: Mapping[str, Any], tag: str | None = None) -> Iterator[Endpoint]:
    """Every endpoint of the description, or those of one tag, in its order."""
    shapes = schema["components"]["schemas"]
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            if tag is not None and tag not in operation["tags"]:
                continue
            name = operation["operationId"]
            contract = CONTRACTS[name]
            yield Endpoint(
                anchor=name,
                method=method.upper(),
                path=path,
                title=operation["summary"],
                explains=operation["description"],
                scopes=tuple((scope.value, str(SCOPE_NAMES[scope])) for scope in contract.scopes),
                parameters=tuple(_parameter(each) for each in operation["parameters"]),
                fields=tuple(_fields(operation, shapes)),
                curl=curl(method.upper(), path.replace("{number}", NUMBERS.get(name, "")), contract),
                python=PYTHON.get(name, ""),
                status=contract.status,
                answer=_laid_out(contract.answer),
                codes=tuple(code for code in contract.all_codes if code not in ALWAYS),
            )


def curl(method: str, path: str, contract: Contract) -> str:
    """The call by curl, as it can be pasted into a terminal."""
    lines = [
        f"curl {settings.BASE_URL}{path}{contract.query}"
        if "?" not in contract.query
        else f"curl '{settings.BASE_URL}{path}{contract.query}'"
    ]
    if contract.action is not None:
        lines.append("-H 'Authorization: Bearer carnet_…'")
    if contract.keyed:
        lines.append("-H 'Idempotency-Key: 3f0c1b9e-7a55-4c0e-9b7e-2a9d2f4f6a10'")
    if method == "POST":
        lines.append(f"--json '{json.dumps(contract.request, ensure_ascii=False)}'")
    return " \\\n  ".join(lines)


def _parameter(parameter: Mapping[str, Any]) -> Field:
    return Field(
        parameter["name"],
        gettext(PLACED[parameter["in"]]),
        _kind(parameter["schema"]),
        parameter["required"],
        parameter.get("description", ""),
    )


def _fields(operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> Iterator[Field]:
    if "requestBody" not in operation:
        return
    yield from _fields_of(operation["requestBody"]["content"]["application/json"]["schema"], shapes, "")


def _fields_of(shape: Mapping[str, Any], shapes: Mapping[str, Any], prefix: str) -> Iterator[Field]:
    if "$ref" in shape:
        shape = shapes[shape["$ref"].rsplit("/", 1)[-1]]
    for name, inside in shape.get("properties", {}).items():
        yield Field(f"{prefix}{name}", "", _kind(inside), name in shape.get("required", ()), inside.get("description", ""))
        if "$ref" in inside.get("items", {}):
            yield from _fields_of(inside["items"], shapes, f"{prefix}{name}[].")


def _kind(shape: Mapping[str, Any]) -> str:
    """A JSON type in few words: ``string``, ``integer``, ``string (date)``."""
    if "anyOf" in shape:
        return " | ".join(dict.fromkeys(_kind(each) for each in shape["anyOf"] if each.get("type") != "null"))
    if "enum" in shape:
        return " | ".join(str(each) for each in shape["enum"])
    kind = str(shape.get("type", "object"))
    return f"{kind} ({shape['format']})" if "format" in shape else kind


def _laid_out(document: Mapping[str, Any]) -> SafeString:
    """A document as text of a page. Quotes need no escape between tags, and there are thousands: six bytes each, on a page kept light."""
    text = escape(json.dumps(document, ensure_ascii=False, indent=1)).replace("&quot;", '"').replace("&#x27;", "'")
    return mark_safe(text)  # noqa: S308 - escaped just above, for the text of an element
