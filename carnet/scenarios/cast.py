"""Who takes part: organisations, staff, places and their bank accounts, found again or made, all marked as simulated."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from importlib.resources import files
from itertools import cycle
from uuid import uuid4

from django.utils.text import slugify
from schwifty import IBAN
from stdnum import luhn

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS
from carnet.parties import operations as parties
from carnet.parties import queries as parties_queries
from carnet.parties.rules import AccountMissing, AccountWaiting, OrganisationKind, Role
from carnet.places import operations as places
from carnet.places import queries as places_queries
from carnet.places.rules.geography import Commune
from carnet.scenarios.labelled import STATE, give_label
from carnet.scenarios.plan import Scenario, ScenarioUnreadable

PROVENANCE = "conseillers-numeriques-2022"
PLACES_FILE = "conseillers-numeriques-france-2022.v0.1.json.gz"
STAFF = {
    Role.OPERATOR_ADMIN: ("administration", "Alix Morin"),
    Role.TREASURER: ("tresorerie", "Dominique Petit"),
    Role.APPROVER: ("validation", "Camille Roux"),
}
OPERATOR = "Opérateur du pass numérique (simulé)"
# Who approves too, where a payment asks for two people.
SECOND_APPROVER = ("validation-2", "Jeanne Perrin")
_DESKS = ("CCAS {}", "Mairie {}, accueil", "France Services {}", "Maison de l’emploi {}", "Centre social {}", "Médiathèque {}")


@dataclass(frozen=True)
class Cast:
    """Ids of everyone, and the actors they become once the programme exists."""

    operator_id: int
    staff: dict[str, int]
    funder_ids: dict[str, int]
    desk_ids: list[int]
    place_ids: list[int]
    place_organisations: dict[int, int]
    state_id: int
    # Those it brought in itself: another operator's change their bank account there.
    own_organisation_ids: frozenset[int] = frozenset()

    def actor(self, role: Role, programme_id: int, at: datetime) -> Actor:
        """A member of the operator's staff who has just proved who they are."""
        return Actor(
            kind="person",
            label=STAFF[role][1],
            person_id=self.staff[role],
            organisation_id=self.operator_id,
            organisation_ids=frozenset({self.operator_id}),
            programme_ids=frozenset({programme_id}),
            roles=frozenset({role.value}),
            proved_at=at,
        )

    def desk(self, organisation_id: int) -> Actor:
        """A prescriber's counter."""
        return self._counter("prescriber", organisation_id)

    def counter(self, place_id: int) -> Actor:
        """A place's counter."""
        return self._counter("place", self.place_organisations[place_id])

    @staticmethod
    def _counter(what: str, organisation_id: int) -> Actor:
        return Actor(
            kind="system",
            label=f"simulated {what}",
            organisation_id=organisation_id,
            organisation_ids=frozenset({organisation_id}),
        )


def cast_moment(today: date) -> datetime:
    """Everyone has been there for years: plays of different seasons may share them."""
    return datetime.combine(date(today.year - 4, 1, 5), time(9), tzinfo=PARIS)


def simulated_iban(number: int) -> str:
    """A French IBAN whose keys hold and whose bank does not exist."""
    return str(IBAN.generate("FR", bank_code="11111", branch_code="00001", account_code=f"{number:011d}"))


def gather(
    scenario: Scenario, *, today: date, dice: random.Random, password: str | None = None, beside: Cast | None = None, shared_places: int = 0
) -> Cast:
    """Find or make everyone the scenario needs. Raises: ScenarioUnreadable (too few places in the territory).

    `beside`: the cast of another operator's campaign, whose funders of the same name are the same, and `shared_places` of whose places
    take part in both.
    """
    at = cast_moment(today)
    operator_id = operator_of(scenario.operator, at)
    staff = _staff(operator_id, at, password)
    helper = _Registry(operator_id, staff[Role.OPERATOR_ADMIN], at)
    known_funders = beside.funder_ids if beside is not None else {}
    funder_ids = {
        plan.name: known_funders.get(plan.name)
        or helper.organisation(plan.name, OrganisationKind.STATE if plan.state else OrganisationKind.FUNDER)
        for plan in scenario.funders
    }
    desk_ids = [
        helper.organisation(name, OrganisationKind.PRESCRIBER, postcode=town.postcodes[0], city=town.name)
        for name, town in _desks(scenario)
    ]
    place_ids = _places(scenario, dice, at) if beside is None else _places_beside(scenario, dice, at, beside.place_ids, shared_places)
    organisations = _operators_of(place_ids, helper, at)
    _open_accounts(sorted(set(organisations.values())), operator_id, staff, at)
    state_id = beside.state_id if beside is not None else helper.organisation(STATE, OrganisationKind.STATE)
    give_label(_admin(operator_id, staff, at), state_id, at=at)
    return Cast(operator_id, staff, funder_ids, desk_ids, place_ids, organisations, state_id, helper.own())


def _admin(operator_id: int, staff: dict[str, int], at: datetime) -> Actor:
    return Actor(
        kind="person", label=STAFF[Role.OPERATOR_ADMIN][1], person_id=staff[Role.OPERATOR_ADMIN], organisation_id=operator_id,
        organisation_ids=frozenset({operator_id}), roles=frozenset({Role.OPERATOR_ADMIN.value}), proved_at=at,
    )  # fmt: skip


def operator_of(name: str, at: datetime) -> int:
    """The simulated operator of that name: found again through its programmes, or made."""
    for programme in funding.programmes():
        if programme.is_simulated and parties_queries.organisation(programme.operator_id).name == name:
            return programme.operator_id
    return parties.create_organisation(
        name=name, kinds=[OrganisationKind.OPERATOR], is_simulated=True, actor=Actor.system("scenario"), request_id=uuid4(), at=at
    )


def _staff(operator_id: int, at: datetime, password: str | None) -> dict[str, int]:
    system = Actor.system("scenario", organisation_ids={operator_id})
    domain = _domain(operator_id)
    with acting_as(system):
        members = parties_queries.members(actor=system, organisation_id=operator_id, at=at)
        known = {member.role: member.person_id for member in members if member.display_name != SECOND_APPROVER[1]}
        for role, (mailbox, name) in STAFF.items():
            if role not in known:
                known[role] = parties.enrol_member(
                    organisation_id=operator_id,
                    email=f"{mailbox}@{domain}",
                    display_name=name,
                    role=role,
                    password=password,
                    actor=system,
                    request_id=uuid4(),
                    at=at,
                )
    return known


def _domain(operator_id: int) -> str:
    """Where an operator's people read their letters: those of the demonstrations' operator where they always did."""
    name = parties_queries.organisation(operator_id).name
    return f"{'operateur' if name == OPERATOR else slugify(name)}.carnet.example"


def second_approver(operator_id: int, at: datetime) -> int:
    """The other person who approves: found again, or enrolled, a year before."""
    system, (mailbox, name) = Actor.system("scenario", organisation_ids={operator_id}), SECOND_APPROVER
    with acting_as(system):
        for member in parties_queries.members(actor=system, organisation_id=operator_id, at=at):
            if member.display_name == name:
                return member.person_id
        return parties.enrol_member(
            organisation_id=operator_id, email=f"{mailbox}@operateur.carnet.example", display_name=name, role=Role.APPROVER,
            actor=system, request_id=uuid4(), at=at - timedelta(days=365),
        )  # fmt: skip


def _invented_siret(name: str) -> str:
    """A number whose keys hold and that nobody has: the register gives none that begins with 0. ProConnect says where one works by it."""
    drawn = f"{int.from_bytes(sha256(name.encode()).digest()[:8]) % 10**11:011d}"
    siren = f"0{drawn[:7]}"
    establishment = f"{siren}{luhn.calc_check_digit(siren)}{drawn[7:]}"
    return f"{establishment}{luhn.calc_check_digit(establishment)}"


class _Registry:
    """Organisations the operator brought in, by name and kind."""

    def __init__(self, operator_id: int, admin_id: int, at: datetime) -> None:
        self._at = at
        self._system = Actor.system("scenario", organisation_ids={operator_id})
        self._operator_id = operator_id
        admin = Actor(
            kind="person", label="", person_id=admin_id, organisation_id=operator_id,
            organisation_ids=frozenset({operator_id}), roles=frozenset({Role.OPERATOR_ADMIN.value}), proved_at=at,
        )  # fmt: skip
        with acting_as(admin):
            cards = parties_queries.organisations_registered_by(actor=admin)
        self._known = {(card.name, kind): card.id for card in cards for kind in card.kinds}

    def own(self) -> frozenset[int]:
        """All that were brought in so far."""
        return frozenset(self._known.values())

    def organisation(self, name: str, kind: OrganisationKind, *, postcode: str = "", city: str = "") -> int:
        """Its id, made if need be, in that town."""
        if (name, kind.value) not in self._known:
            self._known[name, kind.value] = parties.create_organisation(
                name=name,
                kinds=[kind],
                is_simulated=True,
                siret=_invented_siret(f"{self._operator_id}:{name}") if kind is OrganisationKind.PRESCRIBER else None,
                postcode=postcode,
                city=city,
                registered_by=self._operator_id,
                actor=self._system,
                request_id=uuid4(),
                at=self._at,
            )
        return self._known[name, kind.value]


def desk_communes(scenario: Scenario) -> list[Commune]:
    """The communes of a scenario's territory by name: its desks stand in them one after the other, then begin again.

    Where it covers whole départements, those of the most people, as many as it has desks; some new communes are nowhere on the map.
    """
    codes = sorted(places_queries.territory(scenario.perimeter))
    found = {commune.name: commune for code in codes if (commune := places_queries.commune(code)) is not None}
    if scenario.departments:
        mapped = [each for each in found.values() if each.point is not None]
        largest = sorted(mapped, key=lambda each: (-each.population, each.code))[: scenario.prescribers]
        found = {commune.name: commune for commune in largest}
    return [found[name] for name in sorted(found)]


def places_near(scenario: Scenario, everyone: Cast) -> list[list[int]] | None:
    """For each desk, the places (by their rank) of its département, or all where it has none; None where all are near enough."""
    if not scenario.departments:
        return None
    communes, communes_of = desk_communes(scenario), places_queries.communes_of(everyone.place_ids)
    by_department: dict[str, list[int]] = {}
    for rank, place_id in enumerate(everyone.place_ids):
        found = places_queries.commune(communes_of.get(place_id, ("", ""))[0])
        by_department.setdefault(found.department if found else "", []).append(rank)
    everywhere = list(range(len(everyone.place_ids)))
    desks = (communes[rank % len(communes)] for rank in range(scenario.prescribers))
    return [by_department.get(commune.department, everywhere) for commune in desks]


def _desks(scenario: Scenario) -> list[tuple[str, Commune]]:
    """The desks by name, each with its town."""
    communes = desk_communes(scenario)
    if not communes:
        raise ScenarioUnreadable(scenario=scenario.name, reason=f"territory {', '.join(scenario.perimeter)}")
    names = [pattern.format(of_town(commune.name)) for pattern in _DESKS for commune in communes]
    names += [f"Association numérique n° {number}" for number in range(1, scenario.prescribers + 1)]
    return list(zip(names[: scenario.prescribers], cycle(communes), strict=False))


def of_town(commune: str) -> str:
    """*de* before the name of a commune, as French contracts it: ``du Mans``, ``des Sorinières``, ``d’Indre``, ``de La Baule``."""
    for article, contracted in (("Le ", "du "), ("Les ", "des ")):
        if commune.startswith(article):
            return contracted + commune.removeprefix(article)
    # Only before a vowel heard: the H of Herbignac is mute, that of a few communes is not, and no list of these is at hand.
    return f"d’{commune}" if commune[0] in "AÀÂEÉÈÊIÎOÔUÛY" else f"de {commune}"


def _places(scenario: Scenario, dice: random.Random, at: datetime) -> list[int]:
    found = _in_territory(scenario, at)
    if len(found) < scenario.places:
        with (files("carnet.places") / "data" / PLACES_FILE).open("rb") as stream:
            places.import_places(
                provenance=PROVENANCE, file_name=PLACES_FILE, stream=stream, actor=Actor.system("scenario"), request_id=uuid4(), at=at
            )
        found = _in_territory(scenario, at)
    if len(found) < scenario.places:
        raise ScenarioUnreadable(scenario=scenario.name, reason=f"{len(found)} places")
    return sorted(dice.sample(found, scenario.places))


def _places_beside(scenario: Scenario, dice: random.Random, at: datetime, others: list[int], shared: int) -> list[int]:
    """Some places of another campaign, and as many of its own as are still needed. Raises: ScenarioUnreadable."""
    own = sorted(set(_in_territory(scenario, at)) - set(others))
    if len(own) < scenario.places - shared or len(others) < shared:
        raise ScenarioUnreadable(scenario=scenario.name, reason=f"{len(own)} places")
    return sorted([*dice.sample(others, shared), *dice.sample(own, scenario.places - shared)])


def _in_territory(scenario: Scenario, at: datetime) -> list[int]:
    near = _to_be_cast(scenario.perimeter, at)
    if len(near) >= scenario.places or scenario.departments:
        return near
    wider = _to_be_cast([scenario.department], at)
    if len(wider) >= scenario.places:
        return wider
    return _to_be_cast(["44", "49", "53", "72", "85"], at)


def _to_be_cast(codes: list[str] | tuple[str, ...], at: datetime) -> list[int]:
    """The places of a territory that nobody runs, or somebody who is already paid: who is only joining another campaign has no account yet."""
    place_ids = sorted(places_queries.ids_in(places_queries.territory(codes), at=at))
    run_by = {each.place_id: each.operator_id for each in places_queries.summaries(place_ids, at=at) if each.operator_id is not None}
    accounts = parties_queries.payable_accounts(organisation_ids=set(run_by.values()), at=at)
    unpaid = {organisation_id for organisation_id, account in accounts.items() if isinstance(account, AccountMissing)}
    return [place_id for place_id in place_ids if run_by.get(place_id) not in unpaid]


def _operators_of(place_ids: list[int], helper: _Registry, at: datetime) -> dict[int, int]:
    organisations: dict[int, int] = {}
    names = places_queries.names_of(place_ids)
    run_by = {summary.place_id: summary.operator_id for summary in places_queries.summaries(place_ids, at=at)}
    for place_id in place_ids:
        known = run_by[place_id]
        organisations[place_id] = known or helper.organisation(names[place_id][:120], OrganisationKind.PLACE_OPERATOR)
        if known is None:
            places.attach_operator(
                place_id=place_id, organisation_id=organisations[place_id], actor=Actor.system("scenario"), request_id=uuid4(), at=at
            )
    return organisations


def welcome(everyone: Cast, *, place_id: int, organisation: str, rank: int, at: datetime) -> int:
    """Let one more place into the cast, run by an organisation of its own that can be paid; give that organisation's id."""
    helper = _Registry(everyone.operator_id, everyone.staff[Role.OPERATOR_ADMIN], at)
    organisation_id = helper.organisation(organisation, OrganisationKind.PLACE_OPERATOR)
    places.attach_operator(
        place_id=place_id, organisation_id=organisation_id, actor=Actor.system("scenario"), request_id=uuid4(), at=at
    )  # fmt: skip
    _open_accounts([organisation_id], everyone.operator_id, everyone.staff, at)
    everyone.place_ids.insert(rank, place_id)
    everyone.place_organisations[place_id] = organisation_id
    return organisation_id


def _open_accounts(organisation_ids: list[int], operator_id: int, staff: dict[str, int], at: datetime) -> None:
    for organisation_id in organisation_ids:
        try:
            parties_queries.payable_account(organisation_id=organisation_id, at=at)
        except (AccountMissing, AccountWaiting):
            change_account(organisation_id, simulated_iban(organisation_id), operator_id, staff, at)


def change_account(organisation_id: int, iban: str, operator_id: int, staff: dict[str, int], at: datetime) -> None:
    """Two people of the operator give an organisation a bank account; a changed one waits 72 hours."""
    name = parties_queries.organisation(organisation_id).name[:70]

    def person(role: Role) -> Actor:
        return Actor(
            kind="person", label=STAFF[role][1], person_id=staff[role], organisation_id=operator_id,
            organisation_ids=frozenset({operator_id}), roles=frozenset({role.value}), proved_at=at,
        )  # fmt: skip

    admin, approver = person(Role.OPERATOR_ADMIN), person(Role.APPROVER)
    with acting_as(admin):
        account_id = parties.propose_bank_account(
            organisation_id=organisation_id, iban=iban, holder_name=name, actor=admin, request_id=uuid4(), at=at
        )
    with acting_as(approver):
        parties.approve_bank_account(organisation_id=organisation_id, account_id=account_id, actor=approver, request_id=uuid4(), at=at)
