"""A signed-in browser for each role, through the real sign-in pages."""

import hashlib
import hmac
import struct
import time
from base64 import b32decode
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory
from django.utils import timezone

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties import access, queries
from carnet.parties import operations as parties
from carnet.web import turns
from tests.factories.stations import PIN, enrolled

PASSWORD = "une phrase assez longue"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PROGRAM = Actor.system("people of the tests")
KIND_OF_ROLE = {
    "OPERATOR_ADMIN": "OPERATOR", "OPERATOR_AGENT": "OPERATOR", "TREASURER": "OPERATOR", "APPROVER": "OPERATOR", "FUNDER": "FUNDER",
    "PRESCRIBER_LEAD": "PRESCRIBER", "PRESCRIBER": "PRESCRIBER", "PLACE_MANAGER": "PLACE_OPERATOR", "MEDIATOR": "PLACE_OPERATOR",
    "AUDITOR": "AUDITOR", "STATE_OFFICER": "STATE", "HELPLINE": "OPERATOR", "ACCOUNTANT": "FUNDER", "HELPER": "HELPER",
    "HELPER_LEAD": "HELPER", "LOCAL_ACTOR": "LOCAL_ACTOR", "LANDLORD": "LANDLORD", "PROVIDER": "PROVIDER",
    "PRINT_SHOP": "PRINT_SHOP",
}  # fmt: skip


def six_digits(secret: str = SECRET, at: float | None = None) -> str:
    """RFC 6238, written apart from the code it tests."""
    counter = struct.pack(">Q", int((time.time() if at is None else at) // 30))
    digest = hmac.new(b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


@pytest.fixture
def person_with(db: None) -> Callable[..., tuple[int, int, str]]:
    """Make a person with a role in a new organisation: (person id, organisation id, e-mail)."""

    def make(role: str, *, has_second_factor: bool = True, organisation_id: int | None = None) -> tuple[int, int, str]:
        at = timezone.now()
        organisation_id = organisation_id or parties.create_organisation(
            name=f"Organisation {role}", kinds=[KIND_OF_ROLE[role]], is_simulated=True, actor=PROGRAM, request_id=uuid4(), at=at
        )
        email = f"{role.lower().replace('_', '-')}-{uuid4().hex[:6]}@example.org"
        person_id = parties.enrol_member(
            organisation_id=organisation_id, email=email, display_name=role.title(), role=role, password=PASSWORD, actor=PROGRAM,
            request_id=uuid4(), at=at,
        )  # fmt: skip
        if has_second_factor:
            parties.set_second_factor(person_id=person_id, secret=SECRET, actor=PROGRAM, request_id=uuid4(), at=at)
        return person_id, organisation_id, email

    return make


def sign_in(client: Client, email: str, *, code: str | None = None, password: str = PASSWORD) -> Client:
    """Through the pages, as a person does."""
    answer = client.post("/sign-in/", {"login": email, "password": password})
    assert answer.status_code == 302, answer.content.decode()
    if answer["Location"].startswith("/sign-in/second-factor/"):
        answer = client.post("/sign-in/second-factor/", {"code": code or six_digits()})
        if code is None and answer.status_code == 200:
            # Its thirty seconds ended on the way: the next one is read, as a person does.
            answer = client.post("/sign-in/second-factor/", {"code": six_digits()})
        assert answer.status_code == 302, answer.content.decode()
    return client


def come_in(client: Client, email: str) -> Client:
    """The session that `sign_in` leaves, a quarter of its time later: what follows a right password and right digits, without their two pages.

    For whoever tests what comes after; tests/web/test_coming_in.py holds that the two leave the same.
    """
    request = RequestFactory(**client.defaults).post("/sign-in/")
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    request.session = client.session
    with request_context(request), access.knowing(None), access.signing_in(email):
        person = get_user_model().objects.get(email=email)
        person.backend = settings.AUTHENTICATION_BACKENDS[0]
        request.user = person
        record_authentication(request, person, "password", email=email)
        access.recognise(person.pk)
        for factor in Authenticator.objects.filter(user_id=person.pk, type=Authenticator.Type.TOTP):
            record_authentication(request, person, "mfa", id=factor.pk, type=factor.type)
            factor.record_usage()
        get_adapter().login(request, person)
        answer = get_adapter().post_login(
            request, person, email_verification="none", signal_kwargs=None, email=None, signup=False, redirect_url=None
        )
        request.session.set_expiry(0)  # it ends with the browser
        request.session.save()
    client.cookies.update(answer.cookies)
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    return client


@pytest.fixture
def signed_in(person_with: Callable[..., tuple[int, int, str]]) -> Callable[..., Client]:
    """A browser signed in with one role, its second factor just proved."""

    def enter(role: str) -> Client:
        _person, _organisation, email = person_with(role)
        return come_in(Client(), email)

    return enter


def take_turn(client: Client, secret: str, person_id: int, pin: str = PIN) -> Client:
    """On a shared computer, through its page."""
    client.cookies[turns.cookie_name()] = secret
    answer = client.post("/station/", {"person_id": person_id, "pin": pin, "request_id": str(uuid4())})
    assert answer.status_code == 302, answer.content.decode()
    return client


@pytest.fixture
def by_pin(person_with: Callable[..., tuple[int, int, str]]) -> Callable[[str], Client]:
    """A shared computer on which somebody of one role takes a turn."""

    def enter(role: str) -> Client:
        person_id, organisation_id, _email = person_with(role, has_second_factor=False)
        at = timezone.now()
        person = queries.actor_for(person_id=person_id, organisation_id=organisation_id, proved_at=at, at=at)
        leading = "PRESCRIBER_LEAD" if KIND_OF_ROLE[role] == "PRESCRIBER" else "PLACE_MANAGER"
        with acting_as(person):
            parties.choose_own_pin(pin=PIN, actor=person, request_id=uuid4(), at=at)
        return take_turn(Client(), enrolled(replace(person, roles=frozenset({leading})), at), person_id)

    return enter
