"""Who somebody is, said by the State: FranceConnect for people, ProConnect for professionals. Both speak OpenID Connect.

A sign-in has two halves. `begin` gives the address a browser is sent to; `finish` reads what the browser brings back, asks the provider
for the identity with the code it holds, and checks all of it. Between both, the door keeps what `finish` is to expect (`Expected`), bound
to that browser's session and used once. Rules and addresses: docs/identity.md; source: docs/sources/openid.md.
"""

from carnet.gateways.identity._identities import Expected, Identity, IdentityProvider, ProfessionalIdentity
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

__all__ = [
    "Expected",
    "Identity",
    "IdentityForged",
    "IdentityIncomplete",
    "IdentityNotOffered",
    "IdentityProvider",
    "IdentityRefused",
    "IdentityTooWeak",
    "ProfessionalIdentity",
    "ProviderRefused",
    "ProviderUnreachable",
    "SignInCancelled",
    "SignInExpired",
    "SignInMixedUp",
]
