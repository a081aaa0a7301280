"""A FranceConnect and a ProConnect of our own, for the demonstration and for tests: the same protocol, invented people.

As strict as theirs where a mistake of ours would show only there: unknown parameters refused (Y000400), addresses compared whole, state
and nonce long enough, codes of thirty seconds used once, identity tokens signed by published keys, user information as a signed token, a
session of its own that only signing out ends. A `Play` makes one answer wrong, to see it refused. It keeps everything in memory.
"""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeyParameters, KeySet, RSAKey

CODE_SECONDS, TOKEN_SECONDS = 30, 60
STATE_LENGTH_MIN = 32
# More than a demonstration ever holds at once; the oldest go first.
HELD_MAX = 500
PIVOT = ("family_name", "given_name", "birthdate", "gender", "birthplace", "birthcountry")
CLAIMS_OF_SCOPE = {
    "profile": ("given_name", "family_name", "birthdate", "gender", "usual_name"),
    "birth": ("birthplace", "birthcountry"),
    **{name: (name,) for name in (*PIVOT, "email", "usual_name", "uid", "siret")},
}
PARAMETERS = frozenset(
    ("response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "acr_values", "claims", "prompt", "idp_hint", "login_hint")
)


class Play(StrEnum):
    """What to do wrong with one sign-in."""

    NOTHING = ""
    NEW_KEY = "new-key"  # not wrong: signs with a key never published before
    OTHER_SIGNATURE = "other-signature"
    OTHER_NONCE = "other-nonce"
    OTHER_AUDIENCE = "other-audience"
    OTHER_SUBJECT = "other-subject"
    LATE = "late"
    WEAK = "weak"
    INCOMPLETE = "incomplete"
    DOWN = "down"


class DoubleRefused(Exception):
    """A request this provider does not take. `code` is the protocol's word, or FranceConnect's own number."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.status = code, status


@dataclass(frozen=True, slots=True)
class DoubleClient:
    """Who may ask: a service, its secret, and the only addresses it is answered at."""

    client_id: str
    secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]
    logout_uris: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to sign in, once checked."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    nonce: str
    wants_amr: bool


@dataclass(frozen=True, slots=True)
class _Granted:
    asked: Asked
    claims: dict[str, Any] = field(repr=False)
    proof: dict[str, Any] = field(repr=False)
    play: Play
    until: int


@dataclass(slots=True)
class DoubleProvider:
    """One provider. `algorithm`: ES256 or RS256, as the real ones sign."""

    issuer: str
    clients: Mapping[str, DoubleClient]
    acr_known: tuple[str, ...]
    algorithm: Literal["ES256", "RS256"] = "ES256"
    parameters: frozenset[str] = PARAMETERS
    _codes: dict[str, _Granted] = field(default_factory=dict, repr=False)
    _tokens: dict[str, _Granted] = field(default_factory=dict, repr=False)
    _keys: list[ECKey | RSAKey] = field(default_factory=list, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    # --- What it publishes ------------------------------------------------------------------------------------------------

    def description(self) -> dict[str, Any]:
        """Its discovery document."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/session/end",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": [self.algorithm],
            "userinfo_signing_alg_values_supported": [self.algorithm],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "acr_values_supported": list(self.acr_known),
            "claims_parameter_supported": True,
            "request_parameter_supported": False,
        }

    def keys(self) -> dict[str, Any]:
        """Its public keys: the one it signs with, and the one before."""
        with self._lock:
            self._signing_key()
            return {"keys": [key.as_dict(private=False, use="sig", alg=self.algorithm) for key in self._keys[:2]]}

    def rotate(self) -> None:
        """Sign with a new key from now on."""
        with self._lock:
            self._keys.insert(0, self._new_key())
            del self._keys[2:]

    # --- The browser's side -----------------------------------------------------------------------------------------------

    def asked(self, query: Mapping[str, list[str]]) -> Asked:
        """Check a request to sign in. Raises: DoubleRefused; nothing is sent back to an address that was not checked."""
        said = {name: values[0] for name, values in query.items() if len(values) == 1}
        client = self.clients.get(said.get("client_id", ""))
        if len(said) != len(query) or not self.parameters.issuperset(said):
            raise DoubleRefused("Y000400")
        if client is None or said.get("redirect_uri") not in client.redirect_uris:
            raise DoubleRefused("Y000400")
        scopes = tuple(said.get("scope", "").split())
        acr = said.get("acr_values", self.acr_known[0]).split()
        holds = (
            said.get("response_type") == "code"
            and "openid" in scopes
            and set(scopes) <= {"openid", *CLAIMS_OF_SCOPE}
            and all(len(said.get(name, "")) >= STATE_LENGTH_MIN for name in ("state", "nonce"))
            and set(acr) <= set(self.acr_known)
        )
        if not holds:
            raise DoubleRefused("Y000400")
        return Asked(client.client_id, said["redirect_uri"], scopes, said["state"], said["nonce"], '"amr"' in said.get("claims", ""))

    def refuse(self, asked: Asked, error: str = "access_denied") -> str:
        """The address that takes the browser back without anybody."""
        return self._back(asked, error=error, error_description="refused by the person")

    def grant(self, asked: Asked, claims: Mapping[str, Any], *, proof: Mapping[str, Any], play: Play = Play.NOTHING, now: int) -> str:
        """The address that takes the browser back with a code. `proof`: more claims of the identity token (acr, amr, rep_scope)."""
        code = secrets.token_urlsafe(32)
        open_to = {name for scope in asked.scopes for name in CLAIMS_OF_SCOPE.get(scope, ())}
        shared = {name: value for name, value in claims.items() if name in open_to and value}
        kept = {**shared, "sub": sub_for(asked.client_id, claims)}
        proved = {name: value for name, value in proof.items() if name != "amr" or asked.wants_amr}
        with self._lock:
            self._hold(self._codes, code, _Granted(asked, kept, proved, play, now + CODE_SECONDS))
        return self._back(asked, code=code)

    def end(self, query: Mapping[str, str]) -> str:
        """The address a browser that signed out goes to. The token shown is one this provider signed. Raises: DoubleRefused."""
        with self._lock:
            try:
                shown = jwt.decode(query.get("id_token_hint", ""), KeySet(list(self._keys)), algorithms=[self.algorithm]).claims
            except (JoseError, ValueError):
                raise DoubleRefused("Y000400") from None
        client = self.clients.get(str(shown.get("aud")))
        address = query.get("post_logout_redirect_uri", "")
        if client is None or address not in client.logout_uris:
            raise DoubleRefused("Y000400")
        return f"{address}?{urlencode({'state': query['state']})}" if query.get("state") else address

    # --- The machines' side -----------------------------------------------------------------------------------------------

    def token(self, form: Mapping[str, str], *, now: int) -> dict[str, Any]:
        """Tokens against a code: once, in time, by whom and for the address it was given. Raises: DoubleRefused."""
        client = self.clients.get(form.get("client_id", ""))
        if client is None or not hmac.compare_digest(client.secret.encode(), form.get("client_secret", "").encode()):
            raise DoubleRefused("invalid_client", 401)
        if form.get("grant_type") != "authorization_code":
            raise DoubleRefused("unsupported_grant_type")
        with self._lock:
            granted = self._codes.pop(form.get("code", ""), None)
        if granted is None or now > granted.until:
            raise DoubleRefused("invalid_grant")
        if (granted.asked.client_id, granted.asked.redirect_uri) != (client.client_id, form.get("redirect_uri")):
            raise DoubleRefused("invalid_grant")
        if granted.play is Play.DOWN:
            raise DoubleRefused("temporarily_unavailable", 503)
        access_token = secrets.token_urlsafe(32)
        with self._lock:
            self._hold(self._tokens, access_token, _Granted(granted.asked, granted.claims, {}, granted.play, now + TOKEN_SECONDS))
        return {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "id_token": self._proof(granted, now),
        }

    def userinfo(self, authorization: str, *, now: int) -> str:
        """The user information, as a signed token. Raises: DoubleRefused."""
        with self._lock:
            granted = self._tokens.get(authorization.removeprefix("Bearer "))
        if granted is None or now > granted.until or not authorization.startswith("Bearer "):
            raise DoubleRefused("invalid_token", 401)
        claims = dict(granted.claims)
        if granted.play is Play.INCOMPLETE:
            claims.pop("birthdate", None)
            claims.pop("siret", None)
        if granted.play is Play.OTHER_SUBJECT:
            claims["sub"] = "0" * 64
        return self._signed({**claims, "iss": self.issuer, "aud": granted.asked.client_id, "iat": now, "exp": now + TOKEN_SECONDS})

    # --- Inside -----------------------------------------------------------------------------------------------------------

    def _proof(self, granted: _Granted, now: int) -> str:
        asked, play = granted.asked, granted.play
        if play is Play.NEW_KEY:
            self.rotate()
        issued = now - 3600 if play is Play.LATE else now
        claims = {
            "iss": self.issuer,
            "aud": "somebody-else" if play is Play.OTHER_AUDIENCE else asked.client_id,
            "sub": granted.claims["sub"],
            "iat": issued,
            "exp": issued + TOKEN_SECONDS,
            "nonce": secrets.token_urlsafe(32) if play is Play.OTHER_NONCE else asked.nonce,
            "auth_time": issued,
            "acr": self.acr_known[0],
            **granted.proof,
        }
        if play is Play.WEAK:
            claims["acr"] = "low"
        return self._signed(claims, key=self._new_key(like=self._signing_key()) if play is Play.OTHER_SIGNATURE else None)

    def _signed(self, claims: dict[str, Any], key: ECKey | RSAKey | None = None) -> str:
        key = key or self._signing_key()
        return jwt.encode({"alg": self.algorithm, "kid": key.kid}, claims, key, algorithms=[self.algorithm])

    def _signing_key(self) -> ECKey | RSAKey:
        with self._lock:
            if not self._keys:
                self._keys.append(self._new_key())
            return self._keys[0]

    def _new_key(self, like: ECKey | RSAKey | None = None) -> ECKey | RSAKey:
        named: KeyParameters = {"kid": like.kid if like is not None and like.kid else secrets.token_urlsafe(8)}
        if self.algorithm == "RS256":
            return RSAKey.generate_key(2048, named)
        return ECKey.generate_key("P-256", named)

    def _back(self, asked: Asked, **said: str) -> str:
        return f"{asked.redirect_uri}?{urlencode({**said, 'state': asked.state, 'iss': self.issuer})}"

    @staticmethod
    def _hold(kept: dict[str, _Granted], name: str, granted: _Granted) -> None:
        kept[name] = granted
        while len(kept) > HELD_MAX:
            del kept[next(iter(kept))]


def sub_for(client_id: str, claims: Mapping[str, Any]) -> str:
    """The name of a person for one service: the same each time, another for another service, whoever vouched for them."""
    told = "|".join(str(claims.get(name, "")) for name in (*PIVOT, "uid"))
    return hashlib.sha256(f"{client_id}|{told}".encode()).hexdigest() + "v1"
