"""Asking for somebody else's rows by their real identifiers, and comparing with what nobody's identifiers answer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from tests.attacks.crawling import Form, Seen
from tests.attacks.walls import NOWHERE, Route, said

# What an address names that is no tenant's row: a sort of file, a step, a figure's cut, a day, a commune, a language.
NO_ROW = {
    "kind", "by", "step", "level", "heading", "part", "book", "language", "tag", "method", "name", "file", "colour", "role", "rest", "rank", "month",
    "audience", "code", "slug",
}  # fmt: skip
# What everybody may know by its number, and so is told apart from what does not exist. Writing in it is each room's to refuse, and is tried.
COMMON = {
    # The directory of places is everybody's: its pages say whose a place is.
    "operator:place", "operator:place-attach", "operator:place-edit", "operator:place-end", "operator:place-merge", "operator:place-part",
    "operator:place-acceptance-end", "operator:offer", "operator:offer-confirm", "operator:offer-services", "operator:offer-prices",
    "operator:offer-access", "operator:offer-moving", "operator:offer-space", "place:fields", "place:fields-edit", "place:offer", "place:offer-confirm",
    "place:offer-services", "place:offer-prices", "place:offer-access", "place:offer-moving", "place:offer-space",
    # So is a programme: whoever has no part in it is told so.
    "operator:desk", "operator:desk-prepare", "operator:desk-finish", "operator:desk-point-new", "operator:desk-point", "operator:desk-point-close",
    "prescriber:part", "prescriber:part-training", "prescriber:part-sign", "prescriber:point-new", "prescriber:point", "prescriber:point-close",
    "prescriber:part-leave",
    # The State gives labels to every operator.
    "state:label", "state:label-prepare", "state:label-take", "state:label-set-aside",
}  # fmt: skip


KINDS: dict[str, type] = {"int": int, "uuid": UUID}


@dataclass
class Known:
    """What the pages of the owners named, by route and by parameter."""

    of_route: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    of_name: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    forms: dict[str, Form] = field(default_factory=dict)

    def learn(self, seen: Iterable[Seen], resolve: Any) -> None:
        for page in seen:
            self.note(page.route, page.named)
            for form in page.forms:
                found = resolve(form.action)
                if found is not None:
                    self.note(*found)
                    if form.method == "POST":
                        self.forms.setdefault(found[0], form)

    def note(self, route: str, named: Mapping[str, Any]) -> None:
        if named and dict(named) not in self.of_route[route]:
            self.of_route[route].append(dict(named))
        for name, value in named.items():
            if value not in self.of_name[name]:
                self.of_name[name].append(value)

    def for_route(self, route: Route) -> dict[str, Any] | None:
        """Real identifiers for every parameter of a route: of a page its owner was shown, else each by its name. None: one is not known."""
        if self.of_route.get(route.name):
            return self.of_route[route.name][0]
        named = {}
        for kind, name in route.parameters:
            known = next((each for each in self.of_name.get(name, []) if isinstance(each, KINDS.get(kind, str))), None)
            if known is None:
                return None
            named[name] = known
        return named


@dataclass(frozen=True, slots=True)
class Trespass:
    """What was asked for, and how what was told differs from what nobody's row tells."""

    route: str
    method: str
    address: str
    theirs: str
    nobodys: str

    def __str__(self) -> str:
        return f"{self.method} {self.address} ({self.route}): {self.theirs[:160]!r} where nobody's says {self.nobodys[:160]!r}"


def names_a_row(route: Route) -> bool:
    return any(name not in NO_ROW for _kind, name in route.parameters)


def asked(client: Client, route: Route, method: str, named: Mapping[str, Any], fields: Mapping[str, str] | None = None) -> str:
    address = route.at(named)
    given = {**(fields or {})}
    if "request_id" in given:
        given["request_id"] = str(uuid4())
    answer = client.get(address) if method == "GET" else client.post(address, given)
    if answer.status_code >= 500 and answer.status_code != 503:
        raise AssertionError(f"{method} {address}: {answer.status_code}")
    return said(answer, *(str(each) for name, each in named.items() if name not in NO_ROW))


def trespass(
    client: Client, route: Route, method: str, named: Mapping[str, Any], fields: Mapping[str, str] | None = None
) -> Trespass | None:
    """Ask for a row of another tenant, then for one that exists nowhere: the same answer, or what differs."""
    nowhere = {name: named[name] if name in NO_ROW else NOWHERE[kind] for kind, name in route.parameters}
    theirs, nobodys = asked(client, route, method, named, fields), asked(client, route, method, nowhere, fields)
    return None if theirs == nobodys else Trespass(route.name, method, route.at(named), theirs, nobodys)
