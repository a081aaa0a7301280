"""Which providers this installation signs in with, as its settings say; in a demonstration, by default, its own doubles."""

import hashlib
from functools import lru_cache

from django.conf import settings

from carnet.gateways.identity._fetching import Published
from carnet.gateways.identity._identities import Identity, IdentityProvider, ProfessionalIdentity
from carnet.gateways.identity._readers import FRANCECONNECT_SCOPES, PROCONNECT_SCOPES, person, professional
from carnet.gateways.identity._refusals import IdentityNotOffered
from carnet.gateways.identity._relying_party import Client, RelyingParty

# From the least sure to the surest: one that is asked is held by any above it.
EIDAS = ("eidas1", "eidas2", "eidas3")
# ProConnect says how a professional proved who they are only when it is asked to.
ASK_AMR = '{"id_token":{"amr":{"essential":true}}}'
DEMO_CLIENT = "carnet"


def franceconnect_is_offered() -> bool:
    """Whether people can prove who they are through FranceConnect here."""
    return bool(settings.FRANCECONNECT_ISSUER or settings.DEMO)


def proconnect_is_offered() -> bool:
    """Whether professionals can sign in through ProConnect here."""
    return bool(settings.PROCONNECT_ISSUER or settings.DEMO)


def franceconnect() -> IdentityProvider[Identity]:
    """FranceConnect, for people. Raises: IdentityNotOffered."""
    if not franceconnect_is_offered():
        raise IdentityNotOffered
    if not settings.FRANCECONNECT_ISSUER:
        return _for_people(_of_demo("franceconnect", FRANCECONNECT_SCOPES, acr=EIDAS))
    return _for_people(
        Client(
            settings.FRANCECONNECT_ISSUER,
            settings.FRANCECONNECT_CLIENT_ID,
            settings.FRANCECONNECT_CLIENT_SECRET,
            scopes=FRANCECONNECT_SCOPES,
            acr=EIDAS[EIDAS.index(settings.FRANCECONNECT_ACR) :],
            uses_pkce=settings.FRANCECONNECT_PKCE,
        )
    )


def proconnect() -> IdentityProvider[ProfessionalIdentity]:
    """ProConnect, for professionals. Raises: IdentityNotOffered."""
    if not proconnect_is_offered():
        raise IdentityNotOffered
    if not settings.PROCONNECT_ISSUER:
        return _for_professionals(_of_demo("proconnect", PROCONNECT_SCOPES, claims=ASK_AMR))
    return _for_professionals(
        Client(
            settings.PROCONNECT_ISSUER,
            settings.PROCONNECT_CLIENT_ID,
            settings.PROCONNECT_CLIENT_SECRET,
            scopes=PROCONNECT_SCOPES,
            claims=ASK_AMR,
            uses_pkce=settings.PROCONNECT_PKCE,
        )
    )


def configured() -> list[tuple[str, str]]:
    """The providers that settings name, each with its address. A demonstration's own doubles are none of them."""
    named = (("FranceConnect", settings.FRANCECONNECT_ISSUER), ("ProConnect", settings.PROCONNECT_ISSUER))
    return [(name, issuer) for name, issuer in named if issuer]


def check_published(issuer: str) -> None:
    """Ask a provider, anew, for what it says of itself and for its keys. Raises: ProviderUnreachable."""
    Published(issuer, loopback=False).keys()


def demo_issuer(name: str) -> str:
    """The address of a double of this demonstration: franceconnect or proconnect."""
    return f"{settings.BASE_URL}/demo/{name}/api/v2"


def demo_secret(client_id: str) -> str:
    """What a client of this demonstration's doubles shows them: of this installation, written nowhere."""
    return hashlib.sha256(f"{settings.SECRET_KEY}|demonstration|{client_id}".encode()).hexdigest()


def _of_demo(name: str, scopes: tuple[str, ...], *, acr: tuple[str, ...] = (), claims: str = "") -> Client:
    return Client(demo_issuer(name), DEMO_CLIENT, demo_secret(DEMO_CLIENT), scopes=scopes, acr=acr, claims=claims, loopback=True)


# One of each per configuration and process: it remembers the keys.
@lru_cache(maxsize=4)
def _for_people(client: Client) -> RelyingParty[Identity]:
    return RelyingParty(client, person)


@lru_cache(maxsize=4)
def _for_professionals(client: Client) -> RelyingParty[ProfessionalIdentity]:
    return RelyingParty(client, professional)
