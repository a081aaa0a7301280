"""Carnet as an OpenID provider: a code serves once, a token dies with what authorised it, and nothing is answered to who asks wrongly."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from jwcrypto.jwk import JWKSet
from jwcrypto.jwt import JWT

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.jobs.openid import forget
from carnet.kernel.actors import Actor
from carnet.mandates.models import Authorisation
from carnet.mandates.rules import AuthorisationOver, Family
from carnet.parties import operations as parties
from carnet.web.openid import clients, signing
from carnet.web.openid.models import AccessToken, Grant
from tests.factories.campaign import SYSTEM
from tests.lasting import held
from tests.web.openid_world import BACK, OUT, Visit, World, a_world, basic, introspect, query_of, said_in, userinfo


@pytest.fixture(scope="module")
def lasting_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, str]]:
    """Made once a module, its helper signed in once."""
    with held(django_db_blocker):
        with acting_as_everything(why="prepare structures"):
            made = a_world()
        cookie = made.sign_in().cookies["sessionid"].value
        with django_db_blocker.block():
            yield made, cookie


@pytest.fixture
def world(db: None, lasting_world: tuple[World, str]) -> World:
    return lasting_world[0]


@pytest.fixture
def visit(world: World, lasting_world: tuple[World, str]) -> Visit:
    browser = Client()
    browser.cookies["sessionid"] = lasting_world[1]
    return Visit(world, browser)


def uses() -> list[tuple[Any, ...]]:
    with acting_as_everything(why="a test reads the register"), connection.cursor() as cursor:
        cursor.execute("SELECT family, procedure, service, acr, helper_id FROM mandates_use ORDER BY id")
        return cursor.fetchall()


class TestTheWholeWay:
    def test_a_helper_arrives_signed_in_for_the_person_and_one_use_is_written(self, visit: Visit) -> None:
        world, whom = visit.world, visit.ask()
        assert whom.status_code == 302
        page = visit.browser.get(whom["Location"]).content.decode()
        assert "Amina Zohra Benali" in page and "Louis Martin" in page and "Médiathèque" in page and "FranceConnect" in page
        person_id, authorisation_id = world.authorisation(world.amina, Family.MONEY)
        page = visit.browser.get(f"{whom['Location']}{person_id}/")
        assert "Amina Zohra Benali" in page.content.decode() and "1958" in page.content.decode()
        assert "form-action 'self' https://fi.example" in page["Content-Security-Policy"]
        back = visit.browser.post(f"{whom['Location']}{person_id}/", {"chosen": f"{authorisation_id}:taxes"})
        assert back.status_code == 302 and back["Location"].startswith(f"{BACK}?")
        said = query_of(back)
        assert (said["state"], said["iss"]) == (visit.state, "http://127.0.0.1:8000/openid")
        answer = visit.exchange(said["code"])
        assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
        tokens = answer.json()
        assert set(tokens) == {"access_token", "expires_in", "token_type", "scope", "id_token"}  # never a refresh token
        assert tokens["expires_in"] == 300
        who = userinfo(tokens["access_token"]).json()
        assert who == {
            "sub": said_in(tokens["id_token"])["sub"], "given_name": "Amina Zohra", "family_name": "Benali", "gender": "female",
            "birthdate": "1958-04-03", "birthplace": "44109", "birthcountry": "99100", "email": "amina@example.org",
        }  # fmt: skip
        assert userinfo(tokens["access_token"]).json() == who
        assert uses() == [("money", "taxes", "FranceConnect", "eidas1", world.helper.person_id)]

    def test_the_identity_token_verifies_against_the_published_keys(self, visit: Visit) -> None:
        tokens = visit.tokens()
        keys = Client().get("/openid/.well-known/jwks.json")
        assert "max-age=300" in keys["Cache-Control"]
        assert all(set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"} for key in keys.json()["keys"])
        verified = JWT(jwt=tokens["id_token"], key=JWKSet.from_json(keys.content.decode()), algs=["ES256"])
        said = json.loads(verified.claims)
        assert json.loads(verified.header)["kid"] in [key["kid"] for key in keys.json()["keys"]]
        assert said["nonce"] == visit.nonce and said["aud"] == visit.world.client.client_id
        assert said["acr"] == "eidas1" and said["amr"] == ["pwd", "otp", "mfa"] and said["rep_scope"] == ["argent"]
        assert said["iat"] - 60 < said["auth_time"] <= said["iat"] and said["exp"] == said["iat"] + 300
        assert not {"family_name", "email", "birthdate"} & set(said)

    def test_a_scope_gives_what_it_names_and_no_more(self, visit: Visit) -> None:
        tokens = visit.exchange(visit.code(scope="openid birth")).json()
        assert set(userinfo(tokens["access_token"]).json()) == {"sub", "birthdate", "birthplace", "birthcountry"}

    def test_the_subject_is_the_persons_own_and_stands_nowhere_in_the_database(self, visit: Visit) -> None:
        first, again = said_in(visit.tokens()["id_token"])["sub"], said_in(visit.tokens()["id_token"])["sub"]
        answer = visit.choose(visit.world.louis, Family.PAPERS, "other")
        louis = said_in(visit.exchange(query_of(answer)["code"]).json()["id_token"])["sub"]
        assert first == again != louis
        with acting_as_everything(why="a test reads marks"), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM mandates_assistedperson WHERE encode(subject_mark, 'hex') = %s", [first])
            assert cursor.fetchone() == (0,)


class TestACodeServesOnce:
    def test_a_second_time_it_is_refused_and_what_it_gave_dies(self, visit: Visit) -> None:
        code = visit.code()
        token = visit.exchange(code).json()["access_token"]
        assert userinfo(token).status_code == 200
        again = visit.exchange(code)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
        assert userinfo(token).status_code == 401
        assert introspect(visit.world, token).json() == {"active": False}

    @pytest.mark.parametrize(
        "changes",
        [{"redirect_uri": OUT}, {"redirect_uri": BACK + "/"}, {"code_verifier": "x" * 43}, {"code": "x" * 30}],
        ids=["another address", "nearly the address", "another verifier", "another code"],
    )
    def test_it_is_bound_to_its_address_and_its_verifier(self, visit: Visit, changes: dict[str, str]) -> None:
        code = visit.code()
        answer = visit.exchange(**{"code": code} | changes)
        assert (answer.status_code, "access_token" in answer.json()) == (400, False)

    def test_it_is_bound_to_its_client(self, visit: Visit) -> None:
        with acting_as_everything(why="a second client"):
            other = clients.add_client(name="Autre", redirect_uris=[BACK], actor=SYSTEM, request_id=uuid4(), at=timezone.now())
        form = {"grant_type": "authorization_code", "code": visit.code(), "redirect_uri": BACK, "code_verifier": visit.verifier}
        answer = Client().post("/openid/token", form, headers={"Authorization": basic(other)})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")

    def test_a_wrong_secret_opens_nothing(self, visit: Visit) -> None:
        answer = visit.exchange(visit.code(), secret="x" * 40)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")

    def test_it_dies_of_age(self, visit: Visit, settings: Any) -> None:
        code = visit.code()
        settings.CARNET_CLOCK = timezone.now() + timedelta(seconds=61)
        assert visit.exchange(code).json()["error"] == "invalid_grant"

    def test_the_request_it_answers_is_answered_once(self, visit: Visit) -> None:
        person_id, authorisation_id = visit.world.authorisation(visit.world.amina, Family.MONEY)
        whom = visit.ask()["Location"]
        assert visit.browser.post(f"{whom}{person_id}/", {"chosen": f"{authorisation_id}:taxes"}).status_code == 302
        assert visit.browser.post(f"{whom}{person_id}/", {"chosen": f"{authorisation_id}:taxes"}).status_code == 410

    def test_neither_codes_nor_tokens_nor_secrets_are_kept_in_clear_or_logged(
        self, visit: Visit, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
    ) -> None:
        caplog.set_level(logging.DEBUG)
        code = visit.code()
        token = visit.exchange(code).json()["access_token"]
        userinfo(token)
        visit.exchange(code)
        written = caplog.text + "".join(capsys.readouterr())
        for secret in (code, token, visit.world.client.secret, visit.verifier):
            assert secret not in written
        with acting_as_everything(why="a test looks for secrets"), connection.cursor() as cursor:
            cursor.execute(
                "SELECT row_to_json(g)::text FROM openid_grant g UNION ALL SELECT row_to_json(t)::text FROM openid_accesstoken t"
            )
            rows = "".join(row for (row,) in cursor.fetchall())
            cursor.execute("SELECT client_secret FROM openid_client")
            rows += "".join(row for (row,) in cursor.fetchall())
        assert rows
        assert not [secret for secret in (code, token, visit.world.client.secret, visit.verifier) if secret in rows]


class TestATokenDiesWithWhatAuthorisedIt:
    def test_the_moment_the_person_takes_it_back(self, visit: Visit) -> None:
        token = visit.tokens()["access_token"]
        assert introspect(visit.world, token).json()["active"] is True
        visit.world.end([visit.world.authorisation(visit.world.amina, Family.MONEY)[1]])
        assert userinfo(token).status_code == 401
        assert introspect(visit.world, token).json() == {"active": False}
        assert uses() == []

    def test_a_code_does_too(self, visit: Visit) -> None:
        code = visit.code()
        visit.world.end([visit.world.authorisation(visit.world.amina, Family.MONEY)[1]])
        assert visit.exchange(code).json()["error"] == "invalid_grant"

    def test_another_family_taken_back_changes_nothing(self, visit: Visit) -> None:
        token = visit.tokens()["access_token"]
        visit.world.end([visit.world.authorisation(visit.world.amina, Family.WORK)[1]])
        assert userinfo(token).status_code == 200

    def test_after_five_minutes(self, visit: Visit, settings: Any) -> None:
        token = visit.tokens()["access_token"]
        settings.CARNET_CLOCK = timezone.now() + timedelta(seconds=301)
        assert introspect(visit.world, token).json() == {"active": False}
        assert userinfo(token).status_code == 401

    def test_when_the_helper_is_no_longer_one(self, visit: Visit) -> None:
        token = visit.tokens()["access_token"]
        lead = replace(visit.world.helper, person_id=0, roles=frozenset({"HELPER_LEAD"}), proved_at=timezone.now())
        with acting_as_everything(why="a lead suspends a helper"):
            with connection.cursor() as cursor:
                cursor.execute("SELECT id FROM parties_membership WHERE person_id = %s", [visit.world.helper.person_id])
                (membership_id,) = cursor.fetchone()
            parties.suspend_member(
                organisation_id=visit.world.structure_id, membership_id=membership_id, reason="départ", actor=lead, request_id=uuid4(),
                at=timezone.now(),
            )  # fmt: skip
        assert userinfo(token).status_code == 401

    def test_when_the_use_itself_is_refused(self, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
        def refused(**_facts: Any) -> None:
            raise AuthorisationOver

        token = visit.tokens()["access_token"]
        monkeypatch.setattr("carnet.mandates.operations.record_use", refused)
        answer = userinfo(token)
        assert answer.status_code == 401 and "Benali" not in answer.content.decode()
        monkeypatch.undo()
        assert userinfo(token).status_code == 401

    def test_when_the_client_gives_it_back_and_only_its_own(self, visit: Visit) -> None:
        token = visit.tokens()["access_token"]
        with acting_as_everything(why="a second client"):
            other = clients.add_client(name="Autre", redirect_uris=[BACK], actor=SYSTEM, request_id=uuid4(), at=timezone.now())
        assert Client().post("/openid/introspect", {"token": token}, headers={"Authorization": basic(other)}).json() == {"active": False}
        for client, left in ((other, 200), (visit.world.client, 401)):
            assert Client().post("/openid/revoke", {"token": token}, headers={"Authorization": basic(client)}).status_code == 200
            assert userinfo(token).status_code == left

    def test_when_the_session_ends_and_the_helper_stays_signed_in(self, visit: Visit) -> None:
        tokens, state = visit.tokens(), "s" * 32
        asked = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": OUT, "state": state}
        answer = visit.browser.get("/openid/end-session", asked)
        assert (answer.status_code, answer["Location"]) == (302, f"{OUT}?state={state}")
        assert userinfo(tokens["access_token"]).status_code == 401
        assert visit.browser.get("/helper/").status_code == 200

    @pytest.mark.parametrize("wrong", [{"post_logout_redirect_uri": "https://elsewhere.example/"}, {"id_token_hint": "a.b.c"}, {"x": "y"}])
    def test_a_session_ends_nowhere_else(self, visit: Visit, wrong: dict[str, str]) -> None:
        tokens = visit.tokens()
        asked = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": OUT} | wrong
        assert Client().get("/openid/end-session", asked).status_code == 400
        assert userinfo(tokens["access_token"]).status_code == 200

    def test_when_the_client_is_ended(self, visit: Visit) -> None:
        token = visit.tokens()["access_token"]
        with acting_as_everything(why="its tokens are those of every structure"):
            clients.end_client(client_id=visit.world.client.client_id, actor=SYSTEM, request_id=uuid4(), at=timezone.now())
        assert userinfo(token).status_code == 401
        assert visit.ask().status_code == 400


class TestStrictParameters:
    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"response_type": None}, "invalid_request"),
            ({"scope": "profile"}, "invalid_scope"),
            ({"scope": "openid nir"}, "invalid_scope"),
            ({"state": None}, "invalid_request"),
            ({"state": "short"}, "invalid_request"),
            ({"nonce": None}, "invalid_request"),
            ({"nonce": "n" * 256}, "invalid_request"),
            ({"nonce": "é" * 32}, "invalid_request"),
            ({"acr_values": None}, "invalid_request"),
            ({"acr_values": "eidas3"}, "unmet_authentication_requirements"),
            ({"code_challenge": None}, "invalid_request"),
            ({"code_challenge": "short"}, "invalid_request"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"prompt": "none"}, "interaction_required"),
            ({"prompt": "create"}, "invalid_request"),
            ({"max_age": "-1"}, "invalid_request"),
            ({"claims": "{"}, "invalid_request"),
            ({"claims": "[]"}, "invalid_request"),
            ({"claims": '{"id_token": {"rep_scope": {"values": ["argent", "tout"]}}}'}, "invalid_request"),
            ({"request": "x"}, "invalid_request"),
            ({"unknown": "x"}, "invalid_request"),
        ],
        ids=lambda value: json.dumps(value) if isinstance(value, dict) else value,
    )
    def test_what_is_asked_wrongly_goes_back_with_the_protocols_word(
        self, visit: Visit, changes: dict[str, str | None], error: str
    ) -> None:
        answer = visit.ask(**changes)
        assert answer.status_code == 302 and answer["Location"].startswith(f"{BACK}?"), answer.content
        said = query_of(answer)
        assert said["error"] == error and said["iss"].endswith("/openid")
        assert said.get("state") == (visit.state if "state" not in changes else None)

    @pytest.mark.parametrize(
        "changes",
        [
            {"client_id": "nobody"},
            {"client_id": None},
            {"redirect_uri": None},
            {"redirect_uri": BACK + "?x=1"},
            {"redirect_uri": "https://evil.example/"},
        ],
        ids=json.dumps,
    )
    def test_a_stranger_is_sent_nowhere(self, visit: Visit, changes: dict[str, str | None]) -> None:
        answer = visit.ask(**changes)
        assert answer.status_code == 400 and "Location" not in answer

    def test_a_parameter_said_twice_is_refused(self, visit: Visit) -> None:
        for name, status in (("nonce", 302), ("redirect_uri", 400), ("client_id", 400)):
            asked = visit.parameters()
            answer = visit.browser.get(f"/openid/authorize?{urlencode([*asked.items(), (name, asked[name])])}")
            assert answer.status_code == status and "code=" not in answer.get("Location", ""), name

    @pytest.mark.parametrize(
        "changes",
        [
            {"grant_type": "refresh_token"},
            {"grant_type": "password"},
            {"code_verifier": None},
            {"redirect_uri": None},
            {"scope": "openid"},
            {"resource": "https://x"},
        ],
        ids=json.dumps,
    )
    def test_the_token_endpoint_too(self, visit: Visit, changes: dict[str, str | None]) -> None:
        code = visit.code()
        assert visit.exchange(code, **changes).status_code == 400
        assert visit.exchange(code).status_code == 200  # nothing was spent

    def test_a_token_in_an_address_is_refused(self, visit: Visit) -> None:
        token = visit.tokens()["access_token"]
        assert Client().get("/openid/userinfo", {"access_token": token}).status_code == 400
        assert Client().get("/openid/userinfo").status_code == 401
        assert Client().get("/openid/token").status_code == 405


class TestWhomAndWhat:
    def test_the_client_may_narrow_the_families(self, visit: Visit) -> None:
        asked = visit.ask(claims='{"id_token": {"rep_scope": {"essential": true, "values": ["papiers"]}}}')["Location"]
        page = visit.browser.get(asked).content.decode()
        assert "Louis Martin" in page and "Amina" not in page
        person_id, authorisation_id = visit.world.authorisation(visit.world.amina, Family.MONEY)
        assert visit.browser.post(f"{asked}{person_id}/", {"chosen": f"{authorisation_id}:taxes"}).status_code == 404

    def test_a_name_is_looked_for_without_an_address(self, visit: Visit) -> None:
        whom = visit.ask()["Location"]
        found = visit.browser.post(whom, {"typed": "bena"}).content.decode()
        assert "Benali" in found and "Martin" not in found
        assert "Personne de ce nom" in visit.browser.post(whom, {"typed": "zzz"}).content.decode()

    def test_a_procedure_of_another_family_or_of_another_person_is_not_offered(self, visit: Visit) -> None:
        amina, money = visit.world.authorisation(visit.world.amina, Family.MONEY)
        _louis, papers = visit.world.authorisation(visit.world.louis, Family.PAPERS)
        whom = visit.ask()["Location"]
        for chosen in ("", f"{money}:cv", f"{papers}:other", "x"):
            assert visit.browser.post(f"{whom}{amina}/", {"chosen": chosen}).status_code == 422

    def test_another_structure_sees_nobody_of_this_one(self, world: World) -> None:
        visit = Visit(world, world.sign_in(world.other_email))
        whom = visit.ask()["Location"]
        assert "Aucun mandat" in visit.browser.get(whom).content.decode()
        assert visit.browser.get(f"{whom}{world.amina.person_id}/").status_code == 404

    def test_what_is_ended_while_one_chooses_leads_back_to_the_service(self, visit: Visit) -> None:
        person_id, authorisation_id = visit.world.authorisation(visit.world.amina, Family.MONEY)
        whom = visit.ask()["Location"]
        address, chosen = f"{whom}{person_id}/", {"chosen": f"{authorisation_id}:taxes"}
        assert visit.browser.get(address).status_code == 200
        with acting_as_everything(why="all that she authorises"):
            live = list(Authorisation.objects.filter(person_id=person_id, ended_at=None).values_list("id", flat=True))
        visit.world.end(live)
        for answer in (visit.browser.get(address), visit.browser.post(address, chosen)):
            page = answer.content.decode()
            assert answer.status_code == 404 and "Rien n’est permis pour cette personne" in page
            assert "Revenir à FranceConnect" in page and f'action="{whom}leave/"' in page
        assert query_of(visit.browser.post(f"{whom}leave/"))["error"] == "access_denied"

    def test_the_handle_of_one_browser_is_worth_nothing_in_another(self, visit: Visit) -> None:
        whom = visit.ask()["Location"]
        assert visit.world.sign_in(visit.world.other_email).get(whom).status_code == 410

    def test_one_may_leave_without_acting(self, visit: Visit) -> None:
        whom = visit.ask()["Location"]
        answer = visit.browser.post(f"{whom}leave/")
        assert query_of(answer) == {"error": "access_denied", "state": visit.state, "iss": "http://127.0.0.1:8000/openid"}
        assert visit.browser.get(whom).status_code == 410

    def test_a_proof_too_old_is_asked_again(self, visit: Visit, settings: Any) -> None:
        assert visit.ask(max_age="3600")["Location"].startswith("/openid/for/")
        settings.CARNET_CLOCK = timezone.now()
        session = visit.browser.session
        session["account_authentication_methods"] = [
            {**record, "at": record["at"] - 1200} for record in session["account_authentication_methods"]
        ]
        session.save()
        assert visit.ask()["Location"].startswith("/account/prove/")

    def test_whoever_is_not_a_helper_stays_outside(self, world: World, signed_in: Any) -> None:
        assert Visit(world, Client()).ask()["Location"].startswith("/sign-in/?next=")
        assert Visit(world, signed_in("HELPER_LEAD")).ask().status_code == 403

    def test_the_list_costs_the_same_whatever_its_length(self, visit: Visit, django_assert_max_num_queries: Any) -> None:
        whom = visit.ask()["Location"]
        with django_assert_max_num_queries(24):
            visit.browser.get(whom)


class TestKeys:
    @pytest.fixture(autouse=True)
    def own_folder(self, settings: Any, tmp_path: Any) -> None:
        settings.KEYS_DIR = tmp_path / "keys"

    def test_a_rotation_publishes_both_until_the_old_ones_tokens_are_dead(self, settings: Any) -> None:
        at = settings.CARNET_CLOCK = timezone.now()
        signing.draw_first("ES256", at)
        signing.draw_first("ES256", at)
        first = signing.current("ES256").kid
        (drawn,) = signing.rotate(at=at, compromised=False)
        life: list[tuple[int, list[str], str]] = []
        for minutes in (0, 4, 5, 10, 11):
            settings.CARNET_CLOCK = at + timedelta(minutes=minutes)
            life.append((minutes, [key["kid"] for key in signing.published()], signing.current("ES256").kid))
        both, alone = [first, drawn.kid], [drawn.kid]
        assert life == [(0, both, first), (4, both, first), (5, both, drawn.kid), (10, both, drawn.kid), (11, alone, drawn.kid)]
        assert signing.verifying(first) is not None  # the end of a session may come hours later

    def test_a_compromised_key_goes_at_once(self, settings: Any) -> None:
        at = settings.CARNET_CLOCK = timezone.now()
        for algorithm in ("ES256", "RS256"):
            signing.draw_first(algorithm, at)
        first = signing.current("ES256").kid
        drawn = {key.kid for key in signing.rotate(at=at, compromised=True)}
        assert {key["kid"] for key in signing.published()} == drawn
        assert signing.current("ES256").kid in drawn and signing.verifying(first) is None

    def test_private_keys_are_sealed_and_shown_to_nobody(self, settings: Any) -> None:
        signing.draw_first("RS256", timezone.now())
        (path,) = (settings.KEYS_DIR / "openid").iterdir()
        assert path.stat().st_mode & 0o077 == 0
        assert "PRIVATE" not in path.read_text()
        assert "jwk" not in repr(signing.current("RS256"))
        assert not {"d", "p", "q"} & set(signing.published()[0])


def test_discovery_says_what_is_done_and_no_more() -> None:
    said = Client().get("/openid/.well-known/openid-configuration").json()
    assert said["issuer"] == "http://127.0.0.1:8000/openid"
    assert (said["response_types_supported"], said["grant_types_supported"]) == (["code"], ["authorization_code"])
    assert (said["code_challenge_methods_supported"], said["acr_values_supported"]) == (["S256"], ["eidas1"])
    assert "none" not in said["token_endpoint_auth_methods_supported"]
    for name, address in said.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            assert re.fullmatch(r"http://127\.0\.0\.1:8000/openid/[a-z./-]+", address), name


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["http://fi.example/x", "https://fi.example/#x", "https://me@fi.example/", "ftp://fi.example/", "", "https://a b/"]
)
def test_an_address_that_does_not_suit_is_not_registered(address: str) -> None:
    with pytest.raises(clients.AddressRefused):
        clients.add_client(name="x", redirect_uris=[address], actor=Actor.system("test"), request_id=uuid4(), at=timezone.now())


def test_codes_and_tokens_are_behind_the_walls_of_their_structure(visit: Visit) -> None:
    visit.tokens()
    seen = []
    for organisation_ids in ([], [visit.world.other_id], [visit.world.structure_id]):
        with acting_as(organisation_ids=organisation_ids):
            seen.append((Grant.objects.count(), AccessToken.objects.count()))
    assert seen == [(0, 0), (0, 0), (1, 1)]


def test_they_are_forgotten_an_hour_after_their_death(visit: Visit) -> None:
    visit.tokens()
    for minutes, left in ((30, 1), (62, 0)):
        with patch("carnet.jobs.openid.timezone.now", return_value=timezone.now() + timedelta(minutes=minutes)):
            forget(0)
        with acting_as(organisation_ids=[visit.world.structure_id]):
            assert (Grant.objects.count(), AccessToken.objects.count()) == (left, left)
