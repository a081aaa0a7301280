"""Sessions, marks against forgery and one-time links: given by somebody else, carried elsewhere, used again."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.contrib.auth.tokens import default_token_generator
from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.parties import operations as parties
from carnet.parties.models import Person
from tests.attacks.people import Tenant
from tests.attacks.tallies import tally
from tests.attacks.walls import every_route, grown, rows, statements
from tests.factories.campaign import NOW, SYSTEM
from tests.web.conftest import PASSWORD, sign_in
from tests.web.season import Season

pytestmark = pytest.mark.django_db
Make = Callable[..., tuple[int, int, str]]
# These prove who sends them by something else than a cookie (a token, a client's secret, a signature), or say how the site is to anybody.
WITHOUT_MARK = {
    "telephones:incoming", "healthz", "readyz", "metrics", "openid:token", "openid:userinfo", "openid:introspect", "openid:revoke", "openid:end-session", "demo:provider-token",
}  # fmt: skip


def test_a_session_s_name_changes_when_somebody_signs_in(person_with: Make) -> None:
    """Whoever gave a browser its session beforehand holds nothing afterwards."""
    _person, _organisation, email = person_with("PRESCRIBER", has_second_factor=False)
    client = Client()
    session = client.session
    session["given"] = True
    session.save()
    client.cookies[configured.SESSION_COOKIE_NAME] = given = str(session.session_key)
    sign_in(client, email)
    assert client.cookies[configured.SESSION_COOKIE_NAME].value != given
    stranger = Client()
    stranger.cookies[configured.SESSION_COOKIE_NAME] = given
    assert stranger.get("/account/").status_code == 302
    tally("sessions", "sessions fixed beforehand", tried=1)


def test_a_session_signed_out_opens_nothing_again(person_with: Make) -> None:
    _person, _organisation, email = person_with("PRESCRIBER", has_second_factor=False)
    client = sign_in(Client(), email)
    kept = client.cookies[configured.SESSION_COOKIE_NAME].value
    client.post("/sign-out/")
    again = Client()
    again.cookies[configured.SESSION_COOKIE_NAME] = kept
    assert again.get("/account/").status_code == 302
    tally("sessions", "sessions used after signing out", tried=1)


@pytest.mark.slow
def test_no_form_is_taken_without_the_mark_of_its_own_browser(season: Season) -> None:
    """Every address that takes a form: without a mark, with another browser's, from another site. Nothing is written."""
    owner = Tenant(season.campaign)
    signed = owner.enter("OPERATOR_ADMIN")
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed.cookies
    before, tried, through = rows(), 0, []
    for rank, route in enumerate(route for route in every_route() if not route.path.startswith(("/api/", "/static/"))):
        if route.name in WITHOUT_MARK or any(part in route.path for part in ("well-known", "/jwks")):
            continue
        how = ({}, {"HTTP_X_CSRFTOKEN": "x" * 64}, {"HTTP_ORIGIN": "https://evil.example", "HTTP_X_CSRFTOKEN": "c" * 32})[rank % 3]
        tried += 1
        with statements() as written:
            answer = client.post(route.at({}), **how)
        if answer.status_code not in (403, 404) or written:
            through.append((route.name, answer.status_code, written))
    assert through == []
    assert grown(before, rows()) == {}
    tally("sessions", "forms without the mark of their browser", tried=tried)


def test_a_link_to_a_new_password_is_of_one_person_and_as_it_was_written(person_with: Make) -> None:
    """That it serves once is told in tests/web/test_signing_in.py."""
    person_id, _organisation, _email = person_with("PRESCRIBER", has_second_factor=False)
    other_id, _organisation, _email = person_with("PRESCRIBER")
    with acting_as_everything(why="the link of a letter"):
        token = default_token_generator.make_token(Person.objects.get(id=person_id))
    forged = [
        (other_id, token),
        (person_id, f"{token[:-1]}{'1' if token[-1] == '0' else '0'}"),
        (person_id, "x"),
        (0, token),
        (10**30, token),
    ]
    for uid, given in forged:
        fields = {"password": "une autre phrase assez longue", "again": "une autre phrase assez longue", "request_id": str(uuid4())}
        assert Client().post(f"/password/new/{uid}/{given}/", fields).status_code in (404, 422)
    with acting_as_everything(why="look"):
        assert all(Person.objects.get(id=each).check_password(PASSWORD) for each in (person_id, other_id))
    tally("forged", "links to a new password: of another, changed, of nobody", tried=len(forged))


def test_a_changed_invitation_opens_nothing(person_with: Make) -> None:
    _person, organisation_id, _email = person_with("PRESCRIBER_LEAD")
    with acting_as_everything(why="invite"):
        secret = parties.invite_member(
            organisation_id=organisation_id,
            email="new@example.org",
            display_name="N",
            role="PRESCRIBER",
            actor=SYSTEM,
            request_id=uuid4(),
            at=NOW,
        ).secret
    assert secret
    forged = [secret[:-1], f"{secret}x", secret.swapcase(), "x" * len(secret), "%2e%2e"]
    assert {Client().get(f"/invitation/{each}/").status_code for each in forged} == {404}
    tally("forged", "links of invitations", tried=len(forged))
