"""A member found by what a provider of the State says of them."""

from datetime import datetime

from django.db.models import Q

from carnet.parties import access
from carnet.parties.models import Membership, Person
from carnet.parties.rules import ProfessionalUnknown


def member_of_establishment(*, email: str, siret: str, at: datetime) -> tuple[int, int]:
    """The person of this e-mail who belongs, at the aware moment `at`, to the organisation of this SIRET: (person id, organisation id).

    A suspended membership is found too: its own page says so. Nobody is made, no organisation is guessed from a SIREN.
    Raises: ProfessionalUnknown, the same whichever of the two is not known.
    """
    with access.signing_in(email):
        person = Person.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        raise ProfessionalUnknown
    with access.recognised(person.id):
        current = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
        found = (
            Membership.objects.filter(current, person_id=person.id, starts_at__lte=at, organisation__siret=siret)
            .order_by("id")
            .values_list("organisation_id", flat=True)
            .first()
        )
    if found is None:
        raise ProfessionalUnknown
    return int(person.id), found
