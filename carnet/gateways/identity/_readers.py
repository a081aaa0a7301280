"""From claims to an identity: each piece is there, is text, and has the shape its register gives it."""

import re
from collections.abc import Mapping
from typing import Any

from carnet.gateways.identity._identities import Identity, ProfessionalIdentity
from carnet.gateways.identity._refusals import IdentityIncomplete
from carnet.kernel.identifiers import Siret
from carnet.kernel.refusals import Refusal

LENGTH_MAX = 250
FRANCE = "99100"
# A register may know the year alone: 1956-00-00.
BIRTHDATE = re.compile(r"(?:18|19|20)\d\d-(?:0\d|1[0-2])-(?:[0-2]\d|3[01])", re.ASCII)
COMMUNE = re.compile(r"(?:\d{2}|2[AB])\d{3}", re.ASCII)
COUNTRY = re.compile(r"99\d{3}", re.ASCII)
GENDERS = ("female", "male", "unspecified")
FRANCECONNECT_SCOPES = ("openid", "given_name", "family_name", "birthdate", "gender", "birthplace", "birthcountry", "email")
PROCONNECT_SCOPES = ("openid", "given_name", "usual_name", "email", "uid", "siret")


def person(user: Mapping[str, Any], proof: Mapping[str, Any]) -> Identity:
    """The pivot identity. Raises: IdentityIncomplete."""
    country = _piece(user, "birthcountry", COUNTRY)
    return Identity(
        sub=_piece(user, "sub"),
        family_name=_piece(user, "family_name"),
        given_names=_piece(user, "given_name"),
        birthdate=_piece(user, "birthdate", BIRTHDATE),
        gender=_piece(user, "gender", re.compile("|".join(GENDERS))),
        birthplace=_piece(user, "birthplace", COMMUNE) if country == FRANCE else "",
        birthcountry=country,
        email=_piece(user, "email") if user.get("email") else "",
        acr=str(proof.get("acr", ""))[:40],
        id_token=str(proof["id_token"]),
    )


def professional(user: Mapping[str, Any], proof: Mapping[str, Any]) -> ProfessionalIdentity:
    """A professional and the SIRET they work for. Raises: IdentityIncomplete."""
    try:
        siret = Siret.parse(_piece(user, "siret"))
    except Refusal:
        raise IdentityIncomplete(piece="siret") from None
    said = proof.get("amr")
    return ProfessionalIdentity(
        sub=_piece(user, "sub"),
        email=_piece(user, "email").lower(),
        given_name=_piece(user, "given_name"),
        usual_name=_piece(user, "usual_name"),
        siret=str(siret),
        amr=tuple(each for each in said if isinstance(each, str)) if isinstance(said, list) else (),
        id_token=str(proof["id_token"]),
    )


def _piece(user: Mapping[str, Any], name: str, shape: re.Pattern[str] | None = None) -> str:
    value = user.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > LENGTH_MAX or not value.isprintable():
        raise IdentityIncomplete(piece=name)
    if shape is not None and not shape.fullmatch(value):
        raise IdentityIncomplete(piece=name)
    return value.strip()
