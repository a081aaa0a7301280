"""Each request has its own walls, whatever the one before it was."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from carnet.gateways.database import current_tenant
from carnet.kernel.actors import Actor
from carnet.parties.models import Membership, Person
from carnet.web.accounts.sign_in import enter_as
from carnet.web.tenancy import TenancyMiddleware, stream_as
from tests.web.conftest import sign_in

Make = Callable[..., tuple[int, int, str]]


def visit(session: SessionStore | dict[str, object], view: Callable[[HttpRequest], HttpResponse], path: str = "/x") -> HttpResponse:
    from django.contrib.auth.middleware import AuthenticationMiddleware

    request = RequestFactory().get(path)
    request.session = session  # type: ignore[assignment]
    return AuthenticationMiddleware(TenancyMiddleware(view))(request)  # type: ignore[return-value]


def seen(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.actor.kind} {request.actor.organisation_id} {Membership.objects.count()} {Person.objects.count()}")  # type: ignore[attr-defined]


def test_a_signed_in_person_sees_their_organisation_and_a_visitor_nothing(person_with: Make) -> None:
    _person, organisation_id, email = person_with("PRESCRIBER_LEAD")
    person_with("PRESCRIBER", organisation_id=organisation_id)
    person_with("PLACE_MANAGER")
    session = sign_in(Client(), email).session
    assert visit(session, seen).content.decode() == f"person {organisation_id} 2 2"
    assert visit(SessionStore(), seen).content.decode() == "anonymous None 0 0"
    assert current_tenant().organisations == "{}"


def test_the_api_finds_its_own_way_in(person_with: Make) -> None:
    _person, _organisation, email = person_with("PRESCRIBER_LEAD")
    session = sign_in(Client(), email).session
    assert visit(session, seen, "/api/v1/places").content.decode() == "anonymous None 0 0"


def test_a_stream_opens_its_own_walls(person_with: Make) -> None:
    _person, organisation_id, _email = person_with("PRESCRIBER_LEAD")
    actor = Actor.system("stream", organisation_ids={organisation_id})

    def lines() -> Iterator[bytes]:
        yield str(Membership.objects.count()).encode()

    assert b"".join(stream_as(actor, lines)) == b"1"
    assert Membership.objects.count() == 0


def test_one_click_sign_in_exists_in_a_demonstration_only(person_with: Make, settings, client: Client) -> None:
    person_id, organisation_id, _email = person_with("TREASURER")
    request = RequestFactory().post("/demo/")
    request.session = SessionStore()
    with pytest.raises(PermissionDenied):
        enter_as(request, person_id)
    settings.DEMO = True
    enter_as(request, person_id)
    assert visit(request.session, seen).content.decode().startswith(f"person {organisation_id}")

    def proof(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(request.actor.proved_at is not None))  # type: ignore[attr-defined]

    assert visit(request.session, proof).content == b"True"
