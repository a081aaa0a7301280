"""Mandates of people whom the demonstration's FranceConnect knows: whoever signs in as one of them finds their own page, and what was done."""

from datetime import datetime, timedelta
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.gateways.identity import DEMO_CLIENT, INVENTED, Invented, sub_for
from carnet.mandates import operations as mandates
from carnet.mandates import queries
from carnet.mandates.operations import Known
from carnet.mandates.rules import FAMILIES, Duration, Family, MandateSaid, PivotIdentity, Protection, procedures_of
from carnet.mandates.rules.texts import CURRENT
from carnet.parties.rules import Role
from carnet.scenarios.assisted import Team

# Whom, for what, how long ago in days. Each has come back once since.
SIGNED = (
    ("colette", (Family.PAPERS, Family.SOCIAL, Family.MONEY), Duration.YEAR, 75),
    ("mamadou", (Family.WORK, Family.HOUSING), Duration.SEMESTER, 40),
)


def sign_with_invented(team: Team, *, at: datetime) -> int:
    """Let a structure sign with each of them, some weeks before `at`, and act twice. Returns how many mandates."""
    people = {each.key: each for each in INVENTED}
    for key, families, duration, days in SIGNED:
        signed_at = at - timedelta(days=days)
        helper = team.actor(team.helper_ids[0], Role.HELPER, signed_at)
        said = MandateSaid(families, duration, Protection.NONE, CURRENT.version, CURRENT.digest)
        with acting_as(helper):
            signed = mandates.sign_mandate(said=said, known=_known(people[key]), actor=helper, request_id=uuid4(), at=signed_at)
        for family, moment in ((families[0], signed_at + timedelta(minutes=20)), (families[-1], signed_at + timedelta(days=days // 2))):
            _act(team, signed.person_id, family, moment)
    return len(SIGNED)


def _known(person: Invented) -> Known:
    identity = PivotIdentity(
        person.family_name,
        person.given_name,
        person.birthdate,
        person.gender,
        person.birthplace,
        person.birthcountry,
        person.claims["email"],
    )
    return Known(identity, sub_for(DEMO_CLIENT, person.claims))


def _act(team: Team, person_id: int, family: Family, at: datetime) -> None:
    helper = team.actor(team.helper_ids[-1], Role.HELPER, at)
    with acting_as(helper):
        live = {each.family: each.id for each in queries.live_authorisations(helper, person_id, at)}
        mandates.record_use(
            authorisation_id=live[family], procedure=procedures_of(family)[0], service=FAMILIES[family].examples[0], acr="eidas1",
            actor=helper, request_id=uuid4(), at=at,
        )  # fmt: skip
