"""From what a provider of identities says to what a mandate keeps."""

from carnet.gateways.identity import Identity
from carnet.mandates.rules import PivotIdentity

# The level asked of FranceConnect for people: docs/identity.md.
ACR = "eidas1"


def pivot_of(found: Identity) -> PivotIdentity:
    """The pivot identity, without the provider's own name for the person."""
    return PivotIdentity(
        found.family_name, found.given_names, found.birthdate, found.gender, found.birthplace, found.birthcountry, found.email
    )
