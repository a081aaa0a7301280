"""Our side of OpenID Connect, held to the same tests against our doubles and against a certified provider that is not ours."""

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from carnet.gateways import identity
from carnet.gateways.identity import (
    DoubleRefused,
    Expected,
    Identity,
    IdentityForged,
    IdentityIncomplete,
    IdentityTooWeak,
    Play,
    ProfessionalIdentity,
    ProviderRefused,
    ProviderUnreachable,
    RelyingParty,
    SignInCancelled,
    SignInMixedUp,
    _fetching,
)
from tests.gateways.identity.providers import (
    EXPECTED,
    LOGOUT_URI,
    REDIRECT_URI,
    SECRET,
    Certified,
    Double,
    Provider,
    answer,
    certified,
    franceconnect,
    party,
    proconnect,
)


@pytest.fixture(scope="module")
def oidc_provider() -> Iterator[Certified]:
    with certified("ES256", uses_pkce=False) as running:
        yield running


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> Double:
    return wired(franceconnect(now), monkeypatch)


@pytest.fixture(params=["franceconnect", "proconnect", "oidc-provider"])
def provider(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Provider:
    if request.param == "oidc-provider":
        return request.getfixturevalue("oidc_provider")  # type: ignore[no-any-return]
    return wired({"franceconnect": franceconnect, "proconnect": proconnect}[request.param](now), monkeypatch)


def wired(double: Double, monkeypatch: pytest.MonkeyPatch) -> Double:
    monkeypatch.setattr(_fetching.CappedAdapter, "send", lambda _self, request, **options: double.send(request, **options))
    return double


def now() -> int:
    return int(time.time())


def sign_in(provider: Provider, ours: RelyingParty[Any] | None = None, **changed: Any) -> Any:
    """The whole of it. `changed`: what `finish` is told instead of the truth."""
    ours = ours or party(provider)
    query = provider.visit(ours.begin(redirect_uri=REDIRECT_URI, expected=EXPECTED))
    return ours.finish(**({"query": query, "redirect_uri": REDIRECT_URI, "expected": EXPECTED, "now": now()} | changed))


# --- The same for each ----------------------------------------------------------------------------------------------------


def test_somebody_is_identified(provider: Provider) -> None:
    found = sign_in(provider)
    assert found.sub
    assert found.id_token.count(".") == 2
    if isinstance(found, Identity):
        pieces = (found.family_name, found.given_names, found.birthdate, found.gender, found.birthplace, found.birthcountry, found.email)
        assert found.acr == "eidas1"
        assert pieces == ("Berthier", "Colette Marie Louise", "1948-03-12", "female", "44109", "99100", "colette@example.org")
    else:
        assert found == ProfessionalIdentity(found.sub, "ines.caradec@example.org", "Inès", "Caradec", "21440109300015", ("pwd", "mfa"))
        assert found.has_two_factors


def test_a_code_serves_once(provider: Provider) -> None:
    ours = party(provider)
    query = provider.visit(ours.begin(redirect_uri=REDIRECT_URI, expected=EXPECTED))
    told = {"query": query, "redirect_uri": REDIRECT_URI, "expected": EXPECTED, "now": now()}
    ours.finish(**told)
    with pytest.raises(ProviderRefused) as refused:
        ours.finish(**told)
    assert refused.value.facts == {"reason": "invalid_grant"}


@pytest.mark.parametrize("other", [Expected("x" * 40, "n" * 40, "v" * 50), Expected("", "n" * 40, "v" * 50)], ids=["another", "none"])
def test_a_mixed_up_state_is_refused_before_anything_is_asked(people: Double, other: Expected) -> None:
    ours = party(people)
    query = people.visit(ours.begin(redirect_uri=REDIRECT_URI, expected=EXPECTED))
    before = list(people.called)
    with pytest.raises(SignInMixedUp):
        ours.finish(query=query, redirect_uri=REDIRECT_URI, expected=other, now=now())
    assert people.called == before


def test_a_wrong_nonce_is_refused(provider: Provider) -> None:
    with pytest.raises(SignInMixedUp):
        sign_in(provider, expected=replace(EXPECTED, nonce="m" * 40))


def test_an_answer_of_another_provider_is_refused(provider: Provider) -> None:
    ours = party(provider)
    query = provider.visit(ours.begin(redirect_uri=REDIRECT_URI, expected=EXPECTED))
    with pytest.raises(SignInMixedUp):
        ours.finish(query={**query, "iss": "https://elsewhere.example"}, redirect_uri=REDIRECT_URI, expected=EXPECTED, now=now())


def test_a_code_of_another_address_is_refused(provider: Provider) -> None:
    with pytest.raises(ProviderRefused) as refused:
        sign_in(provider, redirect_uri="https://elsewhere.example/")
    assert refused.value.facts["reason"] in ("invalid_grant", "invalid_request")


def test_a_wrong_secret_is_refused(provider: Provider) -> None:
    with pytest.raises(ProviderRefused) as refused:
        sign_in(provider, RelyingParty(replace(provider.client, secret="wrong" * 8), party(provider).read))
    assert refused.value.facts == {"reason": "invalid_client"}


def test_a_signature_or_an_audience_that_is_not_ours_is_refused(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answers, told to a side that expects another client, or no algorithm they sign with."""
    from carnet.gateways.identity import _relying_party

    monkeypatch.setattr(_relying_party, "ALGORITHMS", ("HS256",))
    with pytest.raises(IdentityForged) as forged:
        sign_in(provider)
    assert forged.value.facts == {"reason": "unsupported_algorithm"}


@pytest.mark.parametrize(("seconds", "holds"), [(-25, True), (25, True), (-300, False), (4000, False)])
def test_clocks_may_differ_by_seconds(provider: Provider, seconds: int, holds: bool) -> None:
    if holds:
        assert sign_in(provider, now=now() + seconds).sub
        return
    with pytest.raises(IdentityForged):
        sign_in(provider, now=now() + seconds)


def test_signing_out_leads_back_here(provider: Provider) -> None:
    ours = party(provider)
    url = ours.logout_url(id_token=sign_in(provider, ours).id_token, redirect_uri=LOGOUT_URI, state="z" * 40)
    if isinstance(provider, Double):
        unquoted = dict(parse_qsl(urlsplit(url).query))
        assert provider.provider.end(unquoted) == f"{LOGOUT_URI}?state={'z' * 40}"
        for wrong in ({"post_logout_redirect_uri": "https://elsewhere.example/"}, {"id_token_hint": "no.token.atall"}):
            with pytest.raises(DoubleRefused):
                provider.provider.end({**unquoted, **wrong})
    else:
        assert requests.get(url, timeout=10).status_code == 200


# --- Against the certified one alone -----------------------------------------------------------------------------------------


def test_rotated_keys_are_asked_for_once(oidc_provider: Certified) -> None:
    """Its first answer about keys is an old one: the token's key is unknown, so they are asked for again, and then remembered."""
    with certified("RS256", uses_pkce=True) as anew:
        ours = party(anew)
        assert sign_in(anew, ours).family_name == "Berthier"  # plain JSON, PKCE, RS256
        assert sign_in(anew, ours).given_names == "Colette Marie Louise"
        assert requests.get(f"{anew.issuer}/asked", timeout=10).text == "2"
        with pytest.raises(ProviderRefused):
            sign_in(anew, ours, expected=replace(EXPECTED, verifier="w" * 50))


# --- Each failure played by the double ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("play", "refusal", "facts"),
    [
        (Play.OTHER_SIGNATURE, IdentityForged, {"reason": "bad_signature"}),
        (Play.OTHER_NONCE, SignInMixedUp, {}),
        (Play.OTHER_AUDIENCE, IdentityForged, {"reason": "invalid_claim-aud"}),
        (Play.OTHER_SUBJECT, IdentityForged, {"reason": "another-subject"}),
        (Play.LATE, IdentityForged, {"reason": "expired_token-exp"}),
        (Play.WEAK, IdentityTooWeak, {}),
        (Play.INCOMPLETE, IdentityIncomplete, {"piece": "birthdate"}),
        (Play.DOWN, ProviderUnreachable, {"reason": "HTTPError"}),
    ],
)
def test_what_does_not_hold_is_refused(people: Double, play: Play, refusal: type[Exception], facts: dict[str, str]) -> None:
    people.play = play
    with pytest.raises(refusal) as refused:
        sign_in(people)
    assert refused.value.facts == facts  # type: ignore[attr-defined]


def test_every_play_is_tried() -> None:
    tried = {mark.args[1][place][0] for mark in test_what_does_not_hold_is_refused.pytestmark for place in range(len(mark.args[1]))}
    assert tried | {Play.NOTHING, Play.NEW_KEY} == set(Play)


def test_a_new_key_is_found_once_then_remembered(people: Double) -> None:
    ours = party(people)
    sign_in(people, ours)
    people.play = Play.NEW_KEY
    sign_in(people, ours)
    people.play = Play.NOTHING
    sign_in(people, ours)
    assert people.called.count("/.well-known/openid-configuration") == 1
    assert people.called.count("/jwks") == 2


def test_going_back_is_said_apart(people: Double) -> None:
    ours = party(people)
    ours.begin(redirect_uri=REDIRECT_URI, expected=EXPECTED)
    for error, refusal in (("access_denied", SignInCancelled), ("invalid_scope", ProviderRefused), ("<b>a sentence</b>", ProviderRefused)):
        with pytest.raises(refusal):
            ours.finish(
                query={"error": error, "state": EXPECTED.state, "iss": people.client.issuer},
                redirect_uri=REDIRECT_URI,
                expected=EXPECTED,
                now=now(),
            )


def test_the_same_person_has_another_name_for_another_service(people: Double) -> None:
    mine = sign_in(people).sub
    people.client = replace(people.client, client_id="another")
    assert mine != sign_in(people).sub


def test_whoever_is_born_abroad_has_no_commune(people: Double) -> None:
    people.claims = identity.INVENTED[2].claims
    found = sign_in(people)
    assert (found.birthdate, found.birthplace, found.birthcountry) == ("1972-00-00", "", "99350")


@pytest.mark.parametrize(
    ("piece", "value"),
    [
        ("family_name", ""),
        ("family_name", "a\x00b"),
        ("birthdate", "12/03/1948"),
        ("birthplace", "Nantes"),
        ("birthcountry", "FR"),
        ("gender", "x"),
    ],
)
def test_a_piece_of_another_shape_is_refused(people: Double, piece: str, value: str) -> None:
    people.claims = {**people.claims, piece: value}
    with pytest.raises(IdentityIncomplete) as refused:
        sign_in(people)
    assert refused.value.facts == {"piece": piece}


def test_every_invented_person_can_sign_in(people: Double) -> None:
    ours = party(people)
    subs = set()
    for each in identity.INVENTED:
        people.claims = each.claims
        subs.add(sign_in(people, ours).sub)
    assert len(subs) == 12


# --- The double is as strict as the State's ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("code_challenge", ["x"]), ("client_id", ["nobody"]), ("redirect_uri", ["https://elsewhere.example/"]), ("state", ["short"]),
        ("nonce", ["short"]), ("scope", ["openid everything"]), ("scope", ["email"]), ("response_type", ["token"]), ("acr_values", ["eidas9"]),
        ("state", ["s" * 40, "t" * 40]),
    ],
)  # fmt: skip
def test_the_double_takes_no_other_request(people: Double, name: str, value: list[str]) -> None:
    url = party(people).begin(redirect_uri=REDIRECT_URI, expected=EXPECTED)
    asked = {key: [held] for key, held in parse_qsl(urlsplit(url).query)}
    people.provider.asked(asked)
    with pytest.raises(DoubleRefused):
        people.provider.asked({**asked, name: value})


def test_a_code_of_the_double_dies_young(people: Double) -> None:
    ours = party(people)
    query = people.visit(ours.begin(redirect_uri=REDIRECT_URI, expected=EXPECTED))
    people.now = lambda: now() + 31
    with pytest.raises(ProviderRefused):
        ours.finish(query=query, redirect_uri=REDIRECT_URI, expected=EXPECTED, now=now())


# --- The network ------------------------------------------------------------------------------------------------------------------


def test_a_provider_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_fetching, "TIMEOUT_SECONDS", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = identity.Client(f"http://127.0.0.1:{silent.getsockname()[1]}", "carnet", SECRET, scopes=("openid",), loopback=True)
        with pytest.raises(ProviderUnreachable) as refused:
            RelyingParty(client, identity.person).begin(redirect_uri=REDIRECT_URI, expected=EXPECTED)
    assert refused.value.facts == {"reason": "timeout"}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"issuer": "https://elsewhere.example"}, "another-issuer"),
        ({"token_endpoint": "http://franceconnect.example/token"}, "not-secure"),
        ({"jwks_uri": None}, "not-secure"),
        ({"userinfo_endpoint": "http://127.0.0.1/userinfo"}, "not-secure"),
    ],
)
def test_a_description_that_leads_elsewhere_is_refused(people: Double, changed: dict[str, Any], reason: str, monkeypatch: Any) -> None:
    told = people.provider.description() | changed
    monkeypatch.setattr(type(people.provider), "description", lambda _self: told)
    with pytest.raises(ProviderUnreachable) as refused:
        sign_in(people)
    assert refused.value.facts == {"reason": reason}


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [(200, "<html>", "unreadable"), (200, "[]", "unreadable"), (302, "{}", "status-302"), (503, "{}", "status-503")],
)
def test_an_answer_that_is_none_is_refused(people: Double, status: int, body: str, reason: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(_fetching.CappedAdapter, "send", lambda _self, request, **_options: answer(request, status, body))
    with pytest.raises(ProviderUnreachable) as refused:
        sign_in(people)
    assert refused.value.facts == {"reason": reason}


def test_what_was_described_once_is_kept_while_the_provider_is_down(people: Double, monkeypatch: Any) -> None:
    ours = party(people)
    sign_in(people, ours)
    monkeypatch.setattr(_fetching, "REMEMBERED_SECONDS", -1.0)
    described: Callable[..., requests.Response] = people.send

    def down(_self: Any, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        if "well-known" in (request.url or ""):
            return answer(request, 503, "")
        return described(request, **options)

    monkeypatch.setattr(_fetching.CappedAdapter, "send", down)
    assert sign_in(people, ours).family_name == "Berthier"


def test_an_answer_is_read_up_to_a_size(oidc_provider: Certified, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_fetching, "ANSWER_BYTES_MAX", 100)
    with pytest.raises(ProviderUnreachable):
        sign_in(oidc_provider)


def test_no_secret_shows_in_what_is_printed(people: Double) -> None:
    printed = repr((people.client, EXPECTED, sign_in(people), party(people)))
    for secret in (SECRET, EXPECTED.state, EXPECTED.nonce, "Berthier", "1948"):
        assert secret not in printed
