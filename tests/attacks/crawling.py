"""Every page a role is shown, as its links lead, with the forms on it: by Django's own client, for what a browser adds nothing to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve
from lxml import html

# What is typed in a box that holds nothing, by its sort.
WRITTEN = {
    "number": "1",
    "date": "2026-03-10",
    "time": "10:00",
    "email": "x@example.org",
    "url": "https://example.org/",
    "tel": "0240000000",
    "hidden": "",
}
ENDS = {"account_logout", "accounts:proconnect-out", "identity:franceconnect-out"}


@dataclass(frozen=True, slots=True)
class Form:
    """What a page would send if its button were pressed as it stands."""

    action: str
    method: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """One page: its address, its route, what its address named, the answer, its forms."""

    address: str
    route: str
    named: dict[str, Any]
    answer: Any
    forms: list[Form] = field(default_factory=list)


def resolved(address: str) -> tuple[str, dict[str, Any]] | None:
    try:
        match = resolve(urlsplit(address).path)
    except Resolver404:
        return None
    return match.view_name, {name: value for name, value in match.kwargs.items() if isinstance(value, str | int) or hasattr(value, "hex")}


def crawl(client: Client, first: list[str], counted: dict[str, int], *, each_route: int = 1, most: int = 2000) -> Iterator[Seen]:
    """Pages from these addresses on, `each_route` of each kind. `counted`: those seen before, by the same role or by others."""
    waiting, known = list(first), set(first)
    while waiting and most:
        address = waiting.pop(0)
        found = resolved(address)
        if found is None or found[0] in ENDS or counted.get(found[0], 0) >= each_route:
            continue
        counted[found[0]] = counted.get(found[0], 0) + 1
        most -= 1
        answer = client.get(address)
        forms: list[Form] = []
        if answer.status_code in (301, 302) and answer["Location"].startswith("/"):
            further = [answer["Location"]]
        elif answer.get("Content-Type", "").startswith("text/html") and not answer.streaming and answer.content.strip():
            document = html.document_fromstring(answer.content.decode())
            further = [urljoin(address, link) for link in document.xpath("//a/@href")]
            forms = [form_of(each, address) for each in document.forms]
        else:
            further = []
        yield Seen(address, *found, answer, forms)
        found_here = []
        for each in further:
            here = each.partition("#")[0]
            if here.startswith("/") and not here.startswith("//") and here not in known:
                known.add(here)
                found_here.append(here)
        # Deeper first: what names a row is a few links away.
        waiting[:0] = found_here


def form_of(form: Any, address: str) -> Form:
    """A form as it stands: every box with what it holds, the first choice where nothing is chosen, a word where nothing is written."""
    fields = {name: value or "" for name, value in form.form_values()}
    for box in form.inputs:
        if box.name and not fields.get(box.name):
            fields[box.name] = box.get("value") or WRITTEN.get(box.get("type") or "text", "x")
    action = urlsplit(urljoin(address, form.get("action") or address))
    return Form(action.path + (f"?{action.query}" if action.query else ""), (form.get("method") or "get").upper(), fields)
