"""The programmes whose structures act for people under a mandate."""

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.mandates.queries.counting import programmes_counted, structures_of
from carnet.observatory.rules import AssistedProgramme


def programmes_of_assistance() -> tuple[int, ...]:
    """The programmes whose structures act for people, the latest first."""
    with acting_as_everything(why="which programmes admit structures is published"):
        return tuple(sorted(programmes_counted(), reverse=True))


def assisted(programme_id: int) -> AssistedProgramme:
    """One of them. Call it seeing the programme. Raises: ProgrammeUnknown."""
    programme = funding.programme(programme_id)
    return AssistedProgramme(programme_id, programme.name, programme.slug, programme.is_simulated, structures_of(programme_id))
