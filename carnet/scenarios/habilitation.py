"""The habilitation of a simulated programme: terms, helpers already trained, and what waits for the operator and for a lead today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import uuid4

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS, start_of_day
from carnet.mandates.operations import habilitation
from carnet.mandates.rules.habilitation import COMMITMENTS, HelperSaid, Mode, Position, Step, TrainingSaid
from carnet.parties import queries as parties
from carnet.parties.rules import Role

TERMS = """Article 1. L’aidant agit dans l’intérêt de la personne, avec elle, et pour la démarche qu’elle a dite.

Article 2. Il ne garde ni mot de passe, ni copie de pièce, ni numéro de sécurité sociale.

Article 3. Il n’agit que sous un mandat signé, pendant sa durée, et dit à la personne ce qu’il a fait.

Article 4. Il ferme sa session quand il quitte l’ordinateur, et dit aussitôt la perte de sa carte ou de son téléphone.

Article 5. Il peut arrêter à tout moment. Sa structure et le programme aussi."""
WAITING = (
    ("Médiathèque de Vitré", "PUBLIC", "35500", "Vitré", "1 rue du Bourg-aux-Moines", "21350360000016"),
    ("Centre social du Port", "PUBLIC", "44600", "Saint-Nazaire", "3 quai du Commerce", "21440184600016"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A structure as a scenario made it."""

    organisation_id: int
    lead_id: int


def habilitate(programme_id: int, operator_id: int, places: Sequence[Place], *, at: datetime) -> None:
    """Publish the terms; every helper of these structures was trained before, and accepts them."""
    founder = Actor.system("scenario", organisation_ids={operator_id}, programme_ids={programme_id})
    with acting_as(founder):
        habilitation.publish_helper_terms(programme_id=programme_id, text=TERMS, actor=founder, request_id=uuid4(), at=at)
    organisations = [each.organisation_id for each in places]
    with acting_as_everything(why="the helpers of a scenario, by structure"):
        found = parties.people_of(organisations, roles=[Role.HELPER.value], at=at)
        names = parties.names_of([each.person_id for each in found])
    for each in found:
        enter(programme_id, each.organisation_id, each.person_id, names[each.person_id], each.email, at=at)


def enter(programme_id: int, organisation_id: int, person_id: int, name: str, email: str, *, at: datetime) -> None:
    """Make a member of a structure an active helper."""
    program = Actor.system("scenario", organisation_ids={organisation_id}, programme_ids={programme_id})
    helper = Actor(
        kind="person", label="", person_id=person_id, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
        roles=frozenset({Role.HELPER.value}), proved_at=at,
    )  # fmt: skip
    with acting_as(program):
        habilitation.bring_in_helper(
            organisation_id=organisation_id, person_id=person_id, said=HelperSaid(name, email, "Médiation numérique", Position.AGENT),
            passed_at=at - timedelta(days=20), actor=program, request_id=uuid4(), at=at,
        )  # fmt: skip
    with acting_as(helper):
        habilitation.accept_terms(version=1, actor=helper, request_id=uuid4(), at=at)


def leave_waiting(programme_id: int, operator_id: int, place: Place, *, at: datetime) -> None:
    """What there is to do today: two requests to answer, a training to come, a newcomer who has a seat in it and one who has none."""
    agent = Actor(
        kind="person", label="", person_id=place.lead_id, organisation_id=operator_id, organisation_ids=frozenset({operator_id}),
        programme_ids=frozenset({programme_id}), roles=frozenset({Role.OPERATOR_AGENT.value}), proved_at=at,
    )  # fmt: skip
    day = start_of_day((at + timedelta(days=9)).astimezone(PARIS).date())
    said = TrainingSaid(
        "Aider avec un mandat", Mode.ON_SITE, "Maison des associations, salle 2", day + timedelta(hours=9), day + timedelta(hours=17), 12,
        "Apportez l’adresse électronique qui ouvrira votre compte.",
    )  # fmt: skip
    with acting_as(agent):
        session_id = habilitation.plan_training(programme_id=programme_id, said=said, actor=agent, request_id=uuid4(), at=at)
    lead = Actor(
        kind="person", label="", person_id=place.lead_id, organisation_id=place.organisation_id,
        organisation_ids=frozenset({place.organisation_id}), roles=frozenset({Role.HELPER_LEAD.value}), proved_at=at,
    )  # fmt: skip
    with acting_as(lead):
        first, _second = (
            habilitation.add_helper(
                said=HelperSaid(name, f"{mailbox}@structure.carnet.example", job, Position.EMPLOYEE), actor=lead, request_id=uuid4(), at=at
            )
            for name, mailbox, job in (("Lou Grand", "lou.grand", "Accueil"), ("Ali Benali", "ali.benali", "Conseiller numérique"))
        )
        habilitation.take_seat(session_id=session_id, helper_id=first, actor=lead, request_id=uuid4(), at=at)
    for rank, (name, form, postcode, city, street, siret) in enumerate(WAITING):
        sent_at = datetime.combine((at - timedelta(days=4 + 3 * rank)).date(), time(11), tzinfo=PARIS)
        _ask(
            funding.programme(programme_id).slug,
            rank,
            {"name": name, "form": form, "postcode": postcode, "city": city, "street": street, "number": siret},
            sent_at,
        )


def _ask(slug: str, rank: int, who: dict[str, str], at: datetime) -> None:
    mailbox = f"referent{rank + 1}@structure.carnet.example"
    key = habilitation.open_structure_file(slug=slug, email=mailbox, request_id=uuid4(), at=at).key
    assert key is not None
    lead = {
        "lead_name": "Camille Durand",
        "lead_email": mailbox,
        "lead_phone": "02 40 00 00 00",
        "lead_job": "Direction",
        "lead_helps": rank == 0,
    }
    promises = {
        "codes": [each.code for each in COMMITMENTS], "dpo": "delegue@structure.carnet.example", "accepted_by": "Camille Durand",
        "accepted_title": "Direction", "version": "1",
    }  # fmt: skip
    habilitation.write_structure_step(key=key, step=Step.WHO, given=who, at=at)
    habilitation.write_structure_step(key=key, step=Step.LEAD, given=lead, at=at)
    for name, box in (("Noa Petit", "noa.petit"), ("Inès Leroy", "ines.leroy")):
        given = {"name": name, "email": f"{box}{rank}@structure.carnet.example", "job": "Bibliothécaire", "position": Position.AGENT.value}
        habilitation.write_structure_helper(key=key, given=given, at=at)
    habilitation.write_structure_step(key=key, step=Step.COMMITMENTS, given=promises, at=at)
    habilitation.send_structure_file(key=key, request_id=uuid4(), at=at)
    if rank == 0:
        habilitation.write_to_programme(key=key, text="Nous pouvons recevoir une formation chez nous, le mardi.", request_id=uuid4(), at=at)
