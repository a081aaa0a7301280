"""What a client may ask at the door, word for word: anything unknown, doubled, missing or of another shape is refused. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from carnet.mandates.rules import Family

ACR = "eidas1"
CODE_CHALLENGE_METHOD = "S256"
SCOPES = ("openid", "profile", "birth", "email", "identite_pivot")
REQUIRED = (
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "acr_values", "code_challenge", "code_challenge_method",
)  # fmt: skip
OPTIONAL = ("claims", "prompt", "max_age", "ui_locales", "display")
AT_TOKEN = ("grant_type", "code", "redirect_uri", "code_verifier", "client_id", "client_secret")
AT_TOKEN_REQUIRED = ("grant_type", "code", "redirect_uri", "code_verifier")
# Drawn by the client, given back untouched: long enough not to be guessed, short enough to keep.
OPAQUE = re.compile(r"[A-Za-z0-9._~+/=-]{16,255}")
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
PROMPTS = frozenset({"login", "consent", "select_account"})
MAX_AGE_MOST = 24 * 3600

# The perimeter as FranceConnect writes it (`rep_scope`): the ten words of Aidants Connect, a fact of the exchange.
REP_SCOPES: dict[Family, str] = {
    Family.PAPERS: "papiers",
    Family.FAMILY: "famille",
    Family.SOCIAL: "social",
    Family.WORK: "travail",
    Family.HOUSING: "logement",
    Family.TRANSPORT: "transports",
    Family.MONEY: "argent",
    Family.JUSTICE: "justice",
    Family.ABROAD: "etranger",
    Family.LEISURE: "loisirs",
}
FAMILY_OF_REP_SCOPE = {word: family for family, word in REP_SCOPES.items()}


class ParametersRefused(Exception):
    """The request is not one this provider answers. `error` is the protocol's word; `about` says what, without repeating a value."""

    def __init__(self, error: str, about: str) -> None:
        super().__init__(error, about)
        self.error, self.about = error, about


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks, once checked. `families`: those it limits the helper to, or None. `max_age`: in seconds, or None."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    nonce: str
    code_challenge: str
    families: frozenset[Family] | None
    max_age: int | None


def asked(given: Mapping[str, Sequence[str]]) -> Asked:
    """Check the parameters of an authorization request, client and redirection aside. Raises: ParametersRefused."""
    one = _once(given, REQUIRED, OPTIONAL)
    if one["response_type"] != "code":
        raise ParametersRefused("unsupported_response_type", "response_type")
    scopes = tuple(dict.fromkeys(one["scope"].split()))
    if "openid" not in scopes or not set(scopes) <= set(SCOPES):
        raise ParametersRefused("invalid_scope", "scope")
    if ACR not in one["acr_values"].split():
        raise ParametersRefused("unmet_authentication_requirements", "acr_values")
    for name, shape in (("state", OPAQUE), ("nonce", OPAQUE), ("code_challenge", CHALLENGE)):
        if not shape.fullmatch(one[name]):
            raise ParametersRefused("invalid_request", name)
    if one["code_challenge_method"] != CODE_CHALLENGE_METHOD:
        raise ParametersRefused("invalid_request", "code_challenge_method")
    _check_prompt(one.get("prompt", ""))
    return Asked(
        client_id=one["client_id"],
        redirect_uri=one["redirect_uri"],
        scopes=scopes,
        state=one["state"],
        nonce=one["nonce"],
        code_challenge=one["code_challenge"],
        families=_families(one.get("claims", "")),
        max_age=_max_age(one.get("max_age", "")),
    )


def check_at_token(given: Mapping[str, Sequence[str]]) -> None:
    """The same at the token endpoint. Raises: ParametersRefused."""
    one = _once(given, AT_TOKEN_REQUIRED, [name for name in AT_TOKEN if name not in AT_TOKEN_REQUIRED])
    if one["grant_type"] != "authorization_code":
        raise ParametersRefused("unsupported_grant_type", "grant_type")


def rep_scope_of(family: str) -> str:
    """The word of the exchange for a family's code."""
    return REP_SCOPES[Family(family)]


def _once(given: Mapping[str, Sequence[str]], required: Sequence[str], optional: Sequence[str]) -> dict[str, str]:
    unknown = sorted(set(given) - set(required) - set(optional))
    if unknown:
        raise ParametersRefused("invalid_request", "unknown parameter")
    for name, values in given.items():
        if len(values) != 1:
            raise ParametersRefused("invalid_request", f"{name} given twice")
    one = {name: values[0] for name, values in given.items()}
    for name in required:
        if not one.get(name):
            raise ParametersRefused("invalid_request", f"{name} missing")
    return one


def _check_prompt(written: str) -> None:
    words = set(written.split())
    if "none" in words:
        # A person is always chosen here: nothing can be answered without showing a page.
        raise ParametersRefused("interaction_required" if words == {"none"} else "invalid_request", "prompt")
    if not words <= PROMPTS:
        raise ParametersRefused("invalid_request", "prompt")


def _max_age(written: str) -> int | None:
    if not written:
        return None
    if not re.fullmatch(r"\d{1,5}", written) or int(written) > MAX_AGE_MOST:
        raise ParametersRefused("invalid_request", "max_age")
    return int(written)


def _families(written: str) -> frozenset[Family] | None:
    """The perimeter asked in `claims`, by the words of the exchange."""
    if not written:
        return None
    try:
        claims = json.loads(written)
        rep_scope: Any = claims.get("id_token", {}).get("rep_scope")
    except (ValueError, AttributeError):
        raise ParametersRefused("invalid_request", "claims") from None
    if rep_scope is None or (isinstance(rep_scope, dict) and not {"value", "values"} & set(rep_scope)):
        return None
    words = rep_scope.get("values", [rep_scope.get("value")]) if isinstance(rep_scope, dict) else None
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word in FAMILY_OF_REP_SCOPE for word in words):
        raise ParametersRefused("invalid_request", "claims")
    return frozenset(FAMILY_OF_REP_SCOPE[word] for word in words)
