"""What is said of the person, by scope: the pivot identity, never more, never a social-security number. Pure."""

from collections.abc import Iterable
from typing import Any

from carnet.mandates.rules import PivotIdentity

_BY_SCOPE: dict[str, tuple[str, ...]] = {
    "profile": ("given_name", "family_name", "gender", "birthdate"),
    "birth": ("birthdate", "birthplace", "birthcountry"),
    "email": ("email",),
    "identite_pivot": ("given_name", "family_name", "gender", "birthdate", "birthplace", "birthcountry"),
}
SUPPORTED = (
    "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "jti", "rep_scope",
    "given_name", "family_name", "gender", "birthdate", "birthplace", "birthcountry", "email",
)  # fmt: skip
# How this house names a second factor, and how RFC 8176 does. A code card and an application are both a one-time code.
_METHODS = {"totp": ("otp",), "card": ("otp",), "webauthn": ("hwk",), "recovery_codes": ("otp",)}


def of_person(identity: PivotIdentity, *, subject: str, scopes: Iterable[str]) -> dict[str, str]:
    """The claims of a userinfo answer. What is not known of the person is left out."""
    known = {
        "given_name": identity.given_names,
        "family_name": identity.family_name,
        "gender": identity.gender,
        "birthdate": identity.birthdate,
        "birthplace": identity.birthplace,
        "birthcountry": identity.birthcountry,
        "email": identity.email,
    }
    asked = {name for scope in scopes for name in _BY_SCOPE.get(scope, ())}
    return {"sub": subject, **{name: value for name, value in known.items() if name in asked and value}}


def methods_of(records: Iterable[dict[str, Any]]) -> list[str]:
    """How the helper proved who they are in this session, in the words of RFC 8176."""
    found: list[str] = []
    for record in records:
        if record.get("method") == "password":
            found.append("pwd")
        elif record.get("method") == "mfa":
            found.extend(_METHODS.get(str(record.get("type", "")), ()))
            found.append("mfa")
    return list(dict.fromkeys(found))
