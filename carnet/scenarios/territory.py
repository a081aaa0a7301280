"""A demonstration's territory: the metropolis leads it, a fund, a health insurance, a département and an association keep their lines."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.observatory.operations import objectives as aims
from carnet.observatory.operations import territories as operations
from carnet.observatory.rules.objectives import Target
from carnet.observatory.rules.territories import Need, Public
from carnet.parties import operations as parties
from carnet.parties.rules import OrganisationKind, Role
from carnet.places import queries as places
from carnet.places.rules.areas import AreaLevel
from carnet.scenarios.play import Played

EPCI = "244400404"  # Nantes Métropole
NANTES, HERBLAIN, REZE, ORVAULT, BOUGUENAIS = "44109", "44162", "44143", "44114", "44020"
# What the announcement of February 2020 aimed at, before the end of a year.
VOUCHERS, PLACES = (50_000, 1_000_000), (330, 1_000)
ANNOUNCED_ON = date(2020, 2, 6)
_FROM_FRANCE = "Le point de départ est celui de la France en 2020."
_HOUSE = ("Accueil", "accueil@{}.example", "02 40 00 00 {:02d}")


@dataclass(frozen=True, slots=True)
class _Promised:
    need: Need
    words: str
    hours: str
    publics: tuple[Public, ...]
    communes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Present:
    name: str
    slug: str
    words: str
    is_public: bool
    promised: tuple[_Promised, ...]


_ACTORS: tuple[_Present, ...] = (
    _Present(
        "CAF de Loire-Atlantique (simulée)", "caf", "Nous aidons à faire les démarches, et montrons comment.", True,
        (
            _Promised(Need.PROCEDURES, "Dix rendez-vous par semaine, au guichet.", "du lundi au jeudi, de 9 h à 12 h", (Public.FAMILIES,), (NANTES, HERBLAIN)),
            _Promised(Need.FAMILY, "Un atelier par mois pour les parents.", "premier mercredi, à 14 h", (Public.FAMILIES,), (NANTES,)),
        ),
    ),
    _Present(
        "CPAM de Loire-Atlantique (simulée)", "cpam", "Le compte de l’assurance maladie, expliqué pas à pas.", True,
        (_Promised(Need.PROCEDURES, "Deux matinées dans chaque agence.", "mardi et vendredi, de 9 h à 12 h", (), (NANTES, REZE)),),
    ),
    _Present(
        "Département de Loire-Atlantique (simulé)", "departement", "Les travailleurs sociaux repèrent le besoin et remettent les chèques.", False,
        (
            _Promised(Need.HAND_OVER, "Des chèques dans chaque espace solidarités.", "aux heures d’ouverture", (Public.LOW_INCOME,), ()),
            _Promised(Need.EQUIPMENT, "Cent ordinateurs remis en état par an.", "sur rendez-vous", (Public.LOW_INCOME,), (NANTES, HERBLAIN, REZE)),
        ),
    ),
    _Present(
        "Les Voisins connectés (association simulée)", "voisins", "Des bénévoles formés, dans les maisons de quartier et à domicile.", True,
        (
            _Promised(Need.LEARN, "Trois ateliers de huit personnes par semaine.", "lundi et samedi, à 14 h", (Public.SENIORS,), (NANTES, ORVAULT)),
            _Promised(Need.AT_HOME, "Quinze visites par mois.", "sur rendez-vous", (Public.SENIORS, Public.DISABLED), (NANTES,)),
        ),
    ),
)  # fmt: skip


def share_a_territory(current: Played, *, at: datetime) -> int:
    """Open it, give each its place, write its line, its commitments, what it sees; note decisions. Returns the first local actor's organisation."""
    leader = _acting(next(iter(current.cast.funder_ids.values())), Role.FUNDER)
    communes = places.atlas().communes_of(places.area(AreaLevel.EPCI, EPCI))
    with acting_as(leader):
        # A demonstration played again in the same database has another territory.
        name = "Nantes Métropole" if current.programme_id < 3 else f"Nantes Métropole, saison {current.programme_id}"
        territory_id = operations.make_territory(name=name, commune_codes=communes, actor=leader, request_id=uuid4(), at=at)
        operations.change_territory(
            territory_id=territory_id, name=name, commune_codes=communes, is_public=True, actor=leader, request_id=uuid4(), at=at
        )
    present = {each.slug: _bring_in(each, rank, territory_id, leader, at) for rank, each in enumerate(_ACTORS, 1)}
    desk = _acting(current.cast.desk_ids[0], Role.PRESCRIBER_LEAD)
    place_id = current.cast.place_ids[0]
    place = _acting(current.cast.place_organisations[place_id], Role.PLACE_MANAGER)
    with acting_as(leader):
        for each in (desk, place):
            operations.add_actor(
                territory_id=territory_id, organisation_id=each.organisation_id or 0, actor=leader, request_id=uuid4(), at=at
            )
    _say(_Present("", "metropole", "La métropole anime le réseau et paie une part des chèques.", True, ()), 9, territory_id, leader, at)
    _say(
        _Present("", "mediatheque", "On y accepte les chèques, sans rendez-vous.", True, (
            _Promised(Need.LEARN, "Deux ateliers par semaine.", "mardi et jeudi, de 10 h à 12 h", (), (NANTES,)),
            _Promised(Need.CONNECTION, "Six ordinateurs en accès libre.", "aux heures d’ouverture", (), (NANTES,)),
        )), 10, territory_id, place, at,
    )  # fmt: skip
    _decide(territory_id, leader, present, desk, at)
    _aim(current, at)
    return present["caf"].organisation_id or 0


def _bring_in(told: _Present, rank: int, territory_id: int, leader: Actor, at: datetime) -> Actor:
    organisation_id = parties.create_organisation(
        name=told.name, kinds=[OrganisationKind.LOCAL_ACTOR], is_simulated=True, registered_by=leader.organisation_id,
        actor=Actor.system("demonstration", organisation_ids=set(leader.organisation_ids)), request_id=uuid4(), at=at,
    )  # fmt: skip
    with acting_as(leader):
        operations.add_actor(territory_id=territory_id, organisation_id=organisation_id, actor=leader, request_id=uuid4(), at=at)
    actor = _acting(organisation_id, Role.LOCAL_ACTOR)
    _say(told, rank, territory_id, actor, at)
    return actor


def _say(told: _Present, rank: int, territory_id: int, actor: Actor, at: datetime) -> None:
    service, email, phone = _HOUSE
    with acting_as(actor):
        operations.say_line(
            territory_id=territory_id, words=told.words, contact_service=service, contact_email=email.format(told.slug),
            contact_phone=phone.format(rank), is_public=told.is_public, actor=actor, request_id=uuid4(), at=at,
        )  # fmt: skip
        for each in told.promised:
            operations.commit_to(
                territory_id=territory_id, need=each.need, words=each.words, hours=each.hours, publics=each.publics,
                commune_codes=each.communes, actor=actor, request_id=uuid4(), at=at,
            )  # fmt: skip


def _decide(territory_id: int, leader: Actor, present: dict[str, Actor], desk: Actor, at: datetime) -> None:
    today = legal_day(at)
    with acting_as(present["voisins"]):
        operations.notice_need(
            territory_id=territory_id, need=Need.AT_HOME, words="Des personnes seules n’ont plus de bus pour venir aux ateliers.",
            commune_codes=[BOUGUENAIS, REZE], actor=present["voisins"], request_id=uuid4(), at=at,
        )  # fmt: skip
    caf, association, desk_id = present["caf"], present["voisins"], desk.organisation_id or 0
    training = ((caf.organisation_id, "Former douze agents d’accueil.", -6), (desk_id, "Ouvrir deux dates de formation.", 20))
    bus = ((association.organisation_id, "Proposer un trajet et six arrêts.", 15), (leader.organisation_id, "Trouver un véhicule.", 45))
    planned = (
        (40, "Les agents d’accueil apprennent à repérer qui a besoin d’un chèque.", training),
        (12, "Le bus numérique passe dans les communes sans atelier.", bus),
    )
    for days_ago, words, steps in planned:
        with acting_as(leader):
            given: dict[str, Any] = {"territory_id": territory_id, "actor": leader, "at": at}
            decision_id = operations.note_decision(decided_on=today - timedelta(days=days_ago), words=words, request_id=uuid4(), **given)
            for who, what, days in steps:
                operations.plan_step(
                    decision_id=decision_id, responsible_id=who or 0, words=what, due_on=today + timedelta(days=days),
                    request_id=uuid4(), **given,
                )  # fmt: skip


def _aim(current: Played, at: datetime) -> None:
    """The announcement's two objectives, for the whole installation, and one for the season."""
    admin = current.cast.actor(Role.OPERATOR_ADMIN, current.programme_id, at)
    today, source = legal_day(at), "Annonce du Pass numérique, février 2020"
    year_end = today.replace(year=today.year + 1, month=12, day=31)
    begun = {True: ANNOUNCED_ON, False: today - timedelta(days=30)}
    with acting_as(admin):
        for programme_id, measure, (start, end), words, told in (
            (None, Target.ORDERED, VOUCHERS, f"Un million de chèques. {_FROM_FRANCE}", source),
            (None, Target.PLACES, PLACES, f"Plus de mille lieux. {_FROM_FRANCE}", source),
            (current.programme_id, Target.HANDED_OVER, (0, 3_000), "Tous les chèques, remis avant la fin.", "Convention de la saison"),
        ):
            aims.set_objective(
                programme_id=programme_id, measure=measure, starting_count=start, starting_on=begun[programme_id is None],
                target_count=end, due_on=year_end, words=words, source=told, actor=admin, request_id=uuid4(), at=at,
            )  # fmt: skip


def _acting(organisation_id: int, role: Role) -> Actor:
    return Actor(
        kind="system", label="demonstration", organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
        roles=frozenset({role.value}),
    )  # fmt: skip
