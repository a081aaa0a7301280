"""Who somebody is, said by the State: FranceConnect for people, ProConnect for professionals. Both speak OpenID Connect.

A sign-in has two halves. `begin` gives the address a browser is sent to; `finish` reads what the browser brings back, asks the provider
for the identity with the code it holds, and checks all of it. Between both, the door keeps what `finish` is to expect (`Expected`), bound
to that browser's session and used once (carnet/web/identity). Addresses and settings: docs/identity.md; source: docs/sources/openid.md.
"""

from carnet.gateways.identity._choice import (
    DEMO_CLIENT,
    check_published,
    configured,
    demo_issuer,
    demo_secret,
    franceconnect,
    franceconnect_is_offered,
    proconnect,
    proconnect_is_offered,
)
from carnet.gateways.identity._double import Asked, DoubleClient, DoubleProvider, DoubleRefused, Play, sub_for
from carnet.gateways.identity._identities import Expected, Identity, IdentityProvider, ProfessionalIdentity
from carnet.gateways.identity._invented import INVENTED, Invented, invented
from carnet.gateways.identity._readers import FRANCECONNECT_SCOPES, PROCONNECT_SCOPES, person, professional
from carnet.gateways.identity._refusals import (
    IdentityForged,
    IdentityIncomplete,
    IdentityNotOffered,
    IdentityRefused,
    IdentityTooWeak,
    ProviderRefused,
    ProviderUnreachable,
    SignInCancelled,
    SignInExpired,
    SignInMixedUp,
)
from carnet.gateways.identity._relying_party import Client, RelyingParty

__all__ = [
    "DEMO_CLIENT",
    "FRANCECONNECT_SCOPES",
    "INVENTED",
    "PROCONNECT_SCOPES",
    "Asked",
    "Client",
    "DoubleClient",
    "DoubleProvider",
    "DoubleRefused",
    "Expected",
    "Identity",
    "IdentityForged",
    "IdentityIncomplete",
    "IdentityNotOffered",
    "IdentityProvider",
    "IdentityRefused",
    "IdentityTooWeak",
    "Invented",
    "Play",
    "ProfessionalIdentity",
    "ProviderRefused",
    "ProviderUnreachable",
    "RelyingParty",
    "SignInCancelled",
    "SignInExpired",
    "SignInMixedUp",
    "check_published",
    "configured",
    "demo_issuer",
    "demo_secret",
    "franceconnect",
    "franceconnect_is_offered",
    "invented",
    "person",
    "proconnect",
    "proconnect_is_offered",
    "professional",
    "sub_for",
]
