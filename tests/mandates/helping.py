"""Two structures of one programme, one of another; their helpers; somebody to sign with."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.mandates import operations as mandates
from carnet.mandates.operations import Known, Signed
from carnet.mandates.rules import Duration, Family, MandateSaid, PivotIdentity, Protection
from carnet.mandates.rules.texts import CURRENT
from tests.factories.campaign import NOW, SYSTEM, organisation, programme, rid

AMINA = PivotIdentity("Benali", "Amina Zohra", "1958-04-03", "female", "44109", "99100", "amina@example.org")
SUBJECT = "3f1c0c9e5d7b4ea2a1-amina"


def said(*families: Family, duration: Duration = Duration.MONTH, protection: Protection = Protection.NONE) -> MandateSaid:
    """What is agreed on, on the current text."""
    return MandateSaid(families or (Family.WORK, Family.MONEY), duration, protection, CURRENT.version, CURRENT.digest)


@dataclass(frozen=True)
class Helping:
    """Who is there."""

    operator_id: int
    programme_id: int
    structure_id: int
    other_id: int
    stranger_id: int

    def helper(self, *, number: int = 1, organisation_id: int | None = None, role: str = "HELPER", at: datetime = NOW) -> Actor:
        """A member of a structure, a second factor just proved."""
        own = organisation_id or self.structure_id
        return Actor(
            kind="person", label=role, person_id=own * 100 + number, organisation_id=own, organisation_ids=frozenset({own}),
            roles=frozenset({role}), proved_at=at,
        )  # fmt: skip

    def sign(self, *families: Family, known: Known | None = None, at: datetime = NOW, actor: Actor | None = None, **facts: Any) -> Signed:
        """One mandate signed at FranceConnect, unless somebody else is known otherwise."""
        helper = actor or self.helper(at=at)
        with acting_as_everything(why="a test signs"):
            return mandates.sign_mandate(
                said=replace(said(*families), **facts), known=known or Known(AMINA, SUBJECT), actor=helper, request_id=rid(), at=at
            )


def helping() -> Helping:
    """A programme with two structures, and a structure of another programme. Call it seeing everything."""
    operator_id, other_operator_id = organisation("Opérateur", "OPERATOR"), organisation("Autre opérateur", "OPERATOR")
    programme_id, other_programme_id = programme(operator_id), programme(other_operator_id, name="Autre programme")
    structures = [organisation(name, "HELPER") for name in ("Médiathèque", "Centre social", "CCAS d’ailleurs")]
    for organisation_id, of in zip(structures, (programme_id, programme_id, other_programme_id), strict=True):
        mandates.admit_structure(organisation_id=organisation_id, programme_id=of, actor=SYSTEM, request_id=rid(), at=NOW)
    return Helping(operator_id, programme_id, *structures)
