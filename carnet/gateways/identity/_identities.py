"""What is learnt of somebody, and what the house asks of whoever says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Identity:
    """The pivot identity of a person, as the civil registers have it; never a social-security number.

    `sub` is the person's name at this provider for this installation, and means nothing elsewhere. `given_names` are all of them, in
    order, separated by spaces. `birthdate` is YYYY-MM-DD, with 00 where the register knows no month or day: text, not a date.
    `birthplace` is an INSEE commune code, empty for whoever was born abroad; `birthcountry` is an INSEE country code (99100 is France).
    `acr` is the level of the proof, when it was said (eidas1…). `id_token` is only shown again to the provider, to sign out there.
    """

    sub: str = field(repr=False)
    family_name: str = field(repr=False)
    given_names: str = field(repr=False)
    birthdate: str = field(repr=False)
    gender: str = field(repr=False)
    birthplace: str = field(repr=False)
    birthcountry: str = field(repr=False)
    email: str = field(default="", repr=False)
    acr: str = field(default="", compare=False)
    id_token: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ProfessionalIdentity:
    """A professional, and the establishment they work for. `amr`: how they proved it (pwd, mail, totp, pop, mfa…), when it is said."""

    sub: str = field(repr=False)
    email: str = field(repr=False)
    given_name: str = field(repr=False)
    usual_name: str = field(repr=False)
    siret: str
    amr: tuple[str, ...] = ()
    id_token: str = field(default="", repr=False, compare=False)

    @property
    def has_two_factors(self) -> bool:
        """Whether the provider says that more than one proof was given."""
        return "mfa" in self.amr


@dataclass(frozen=True, slots=True)
class Expected:
    """What the answer of one sign-in must be of. `verifier`: the secret half of PKCE, empty when it is not used."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(default="", repr=False)


# An Identity, or a ProfessionalIdentity.
Known_co = TypeVar("Known_co", covariant=True)


class IdentityProvider(Protocol[Known_co]):
    """FranceConnect, ProConnect, or their doubles."""

    def begin(self, *, redirect_uri: str, expected: Expected) -> str:
        """The address to send the browser to. Raises: ProviderUnreachable."""
        ...

    def finish(self, *, query: Mapping[str, str], redirect_uri: str, expected: Expected, now: int) -> Known_co:
        """Who signed in, from what the browser brings back (`query`). Unit of `now`: whole seconds since 1970, the server's.

        Raises: SignInCancelled, SignInMixedUp, ProviderRefused, ProviderUnreachable, IdentityForged, IdentityTooWeak, IdentityIncomplete.
        """
        ...

    def logout_url(self, *, id_token: str, redirect_uri: str, state: str) -> str:
        """The address where the browser signs out of the provider, then comes back. Empty when the provider has none."""
        ...
