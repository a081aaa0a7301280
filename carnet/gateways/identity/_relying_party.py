"""Our side of OpenID Connect: authorisation code, by authlib; FranceConnect and ProConnect differ by what is asked and read.

What is refused, in order: another state, another issuer, a provider's own error; then, of the identity token, any signature but ES256 or
RS256 by a published key, another audience, dates that do not hold, another nonce, a weaker proof than asked (`acr`); then, of the user
information, another subject. Source: docs/sources/openid.md.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import requests
from authlib.common.urls import add_params_to_uri
from authlib.integrations.base_client import OAuthError
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError

from carnet.gateways.identity._fetching import Published, asked, is_secure, session_for
from carnet.gateways.identity._identities import Expected
from carnet.gateways.identity._refusals import (
    IdentityForged,
    IdentityTooWeak,
    ProviderRefused,
    ProviderUnreachable,
    SignInCancelled,
    SignInMixedUp,
)

ALGORITHMS = ("ES256", "RS256")
# Two clocks of two machines differ by some seconds, never by minutes.
LEEWAY_SECONDS = 30
CANCELLED = ("access_denied", "login_required", "interaction_required", "consent_required")

Known_co = TypeVar("Known_co", covariant=True)
# Reads an identity from the claims of the user information and of the identity token, in this order.
Reader = Callable[[Mapping[str, Any], Mapping[str, Any]], Known_co]


@dataclass(frozen=True, slots=True)
class Client:
    """What the settings say of one provider. `acr`: the proofs accepted, from the least; empty when none is asked.

    `claims` is the parameter of that name, as JSON; `auth_method` is how the secret is shown.
    """

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    scopes: tuple[str, ...]
    acr: tuple[str, ...] = ()
    claims: str = ""
    prompt: str = ""
    uses_pkce: bool = False
    loopback: bool = False
    auth_method: str = "client_secret_post"


@dataclass(slots=True)
class RelyingParty(Generic[Known_co]):
    """One provider, as this installation is known there. Made once a process: it remembers what the provider publishes."""

    client: Client
    read: Reader[Known_co]
    published: Published = field(init=False)

    def __post_init__(self) -> None:
        self.published = Published(self.client.issuer, self.client.loopback)

    def begin(self, *, redirect_uri: str, expected: Expected) -> str:
        """The address to send the browser to. No other parameter than these: the State's providers refuse any they do not know."""
        address = self.published.description()["authorization_endpoint"]
        more = {"acr_values": self.client.acr[0] if self.client.acr else "", "claims": self.client.claims, "prompt": self.client.prompt}
        with self._session() as session:
            url, _state = session.create_authorization_url(
                address,
                state=expected.state,
                nonce=expected.nonce,
                redirect_uri=redirect_uri,
                scope=" ".join(self.client.scopes),
                code_verifier=expected.verifier if self.client.uses_pkce else None,
                **{name: value for name, value in more.items() if value},
            )
        return str(url)

    def finish(self, *, query: Mapping[str, str], redirect_uri: str, expected: Expected, now: int) -> Known_co:
        """Who signed in: state, code against tokens, identity token, user information; each must hold."""
        code = self._code(query, expected)
        with self._session() as session:
            tokens = self._tokens(session, code=code, redirect_uri=redirect_uri, expected=expected)
            proof = self._verified(tokens["id_token"])
            self._check_proof(proof, tokens["access_token"], expected=expected, now=now)
            user = self._user(session, tokens["access_token"], now=now)
        if not isinstance(user.get("sub"), str) or user["sub"] != proof.claims["sub"]:
            raise IdentityForged(reason="another-subject")
        return self.read(user, {**proof.claims, "id_token": tokens["id_token"]})

    def logout_url(self, *, id_token: str, redirect_uri: str, state: str) -> str:
        """Where to sign out of the provider. Empty when it has no such place, or cannot be asked now."""
        try:
            address = self.published.description().get("end_session_endpoint")
        except ProviderUnreachable:
            return ""
        if not is_secure(address, loopback=self.client.loopback):
            return ""
        asked_with = {"id_token_hint": id_token, "post_logout_redirect_uri": redirect_uri, "state": state}
        return str(add_params_to_uri(address, asked_with))

    def _session(self) -> Any:
        client = self.client
        return session_for(client.client_id, client.secret, issuer=client.issuer, loopback=client.loopback, auth_method=client.auth_method)

    def _code(self, query: Mapping[str, str], expected: Expected) -> str:
        if not expected.state or not hmac.compare_digest(query.get("state", "").encode(), expected.state.encode()):
            raise SignInMixedUp
        issuer = query.get("iss")
        says_issuer = self.published.description().get("authorization_response_iss_parameter_supported") is True
        if (issuer is not None or says_issuer) and issuer != self.client.issuer:
            raise SignInMixedUp
        if "error" in query:
            if query["error"] in CANCELLED:
                raise SignInCancelled
            raise ProviderRefused(reason=_word(query["error"]))
        if not query.get("code"):
            raise ProviderRefused(reason="no-code")
        return query["code"]

    def _tokens(self, session: Any, *, code: str, redirect_uri: str, expected: Expected) -> dict[str, Any]:
        address = self.published.description()["token_endpoint"]
        verifier = {"code_verifier": expected.verifier} if self.client.uses_pkce else {}
        try:
            found: dict[str, Any] = session.fetch_token(
                address, grant_type="authorization_code", code=code, redirect_uri=redirect_uri, allow_redirects=False, **verifier
            )
        except OAuthError as refusal:
            raise ProviderRefused(reason=_word(refusal.error)) from None
        except requests.Timeout:
            raise ProviderUnreachable(reason="timeout") from None
        except requests.RequestException as fault:
            raise ProviderUnreachable(reason=type(fault).__name__) from None
        except ValueError:
            raise ProviderUnreachable(reason="unreadable") from None
        if not all(isinstance(found.get(name), str) and found[name] for name in ("access_token", "id_token")):
            raise IdentityForged(reason="no-identity-token")
        if str(found.get("token_type", "")).lower() != "bearer":
            raise IdentityForged(reason="token-type")
        return found

    def _verified(self, token: str) -> jwt.Token:
        """A signed token whose key is published; keys are asked for again, once, when its own is not among those remembered."""
        try:
            try:
                return jwt.decode(token, self.published.keys(), algorithms=ALGORITHMS)
            except InvalidKeyIdError:
                return jwt.decode(token, self.published.keys(anew=True), algorithms=ALGORITHMS)
        except JoseError as fault:
            raise IdentityForged(reason=fault.error) from None
        except (ValueError, TypeError):
            raise IdentityForged(reason="unreadable") from None

    def _check_proof(self, proof: jwt.Token, access_token: str, *, expected: Expected, now: int) -> None:
        of_ours = {
            "iss": {"essential": True, "value": self.client.issuer},
            "aud": {"essential": True, "value": self.client.client_id},
            "sub": {"essential": True},
        }
        seen = {"nonce": expected.nonce, "client_id": self.client.client_id, "access_token": access_token}
        try:
            CodeIDToken(proof.claims, proof.header, of_ours, seen).validate(now=now, leeway=LEEWAY_SECONDS)
        except ClaimError as fault:
            if fault.claim == "nonce":
                raise SignInMixedUp from None
            raise IdentityForged(reason=f"{fault.error}-{fault.claim}") from None
        if self.client.acr and proof.claims.get("acr") not in self.client.acr:
            raise IdentityTooWeak

    def _user(self, session: Any, access_token: str, *, now: int) -> dict[str, Any]:
        """The user information, as a signed token or as plain JSON over TLS: both are in the standard."""
        address = self.published.description()["userinfo_endpoint"]
        session.token = {"access_token": access_token, "token_type": "Bearer"}
        answer = asked(session.get, address, headers={"Accept": "application/jwt, application/json"})
        if answer.headers.get("Content-Type", "").split(";")[0].strip().lower() != "application/jwt":
            try:
                found = answer.json()
            except ValueError:
                raise ProviderUnreachable(reason="unreadable") from None
            if not isinstance(found, dict):
                raise ProviderUnreachable(reason="unreadable")
            return found
        signed = self._verified(answer.text.strip())
        of_ours = {"iss": {"essential": True, "value": self.client.issuer}, "aud": {"essential": True, "value": self.client.client_id}}
        try:
            jwt.JWTClaimsRegistry(now, LEEWAY_SECONDS, **of_ours).validate(signed.claims)  # type: ignore[arg-type]
        except ClaimError as fault:
            raise IdentityForged(reason=f"{fault.error}-{fault.claim}") from None
        return dict(signed.claims)


def _word(said: Any) -> str:
    """A provider's word, when it is one: nothing longer is kept or logged."""
    return said if isinstance(said, str) and len(said) <= 40 and said.replace("_", "").replace("-", "").isalnum() else "unknown"
