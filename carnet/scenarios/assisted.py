"""Six months of assisted procedures: structures of five kinds in ten départements, people who sign with them, what is done for each.

Everything passes by the screens' own operations, at the hour it is said to have happened. Nobody exists: names are drawn from the common
French ones, days of birth and towns with them. The same seed plays the same months.
"""

import random
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from itertools import cycle
from typing import Any
from uuid import uuid4

from django.db import transaction

from carnet.activities import operations as activities
from carnet.activities.rules import AskedAfter, DoneBy
from carnet.funding import operations as funding
from carnet.funding.rules import template_terms
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS, add_months
from carnet.kernel.text_messages import is_a_day_to_write
from carnet.ledger import queries as ledger
from carnet.ledger.rules import Counts, Money
from carnet.mandates import operations as mandates
from carnet.mandates import queries as mandate_reads
from carnet.mandates.operations import Known, Signed, telling
from carnet.mandates.rules import FAMILIES, OTHER_PROCEDURE, Duration, Family, MandateSaid, PivotIdentity, Protection, procedures_of
from carnet.mandates.rules.texts import CURRENT
from carnet.parties import operations as parties
from carnet.parties.rules import OrganisationKind, Role
from carnet.places import queries as places
from carnet.scenarios import cast
from carnet.scenarios.behaviour import SERVICE_WEIGHTS
from carnet.scenarios.cards import hand_out_cards
from carnet.scenarios.habilitation import Place, habilitate, leave_waiting
from carnet.scenarios.plan import ScenarioUnreadable

Progress = Callable[[str, int, int], None]
NAME = "helpers"
# What each kind of structure is called, before the name of its town as French contracts it.
KINDS = {
    "library": "Médiathèque {}",
    "social-centre": "Centre social {}",
    "town-hall": "Mairie {}",
    "france-services": "France Services {}",
    "ccas": "CCAS {}",
}
# Of a hundred mandates; of a hundred families signed.
DURATIONS = {Duration.DAY: 15, Duration.MONTH: 20, Duration.SEMESTER: 20, Duration.YEAR: 45}
WEIGHTS = {
    Family.PAPERS: 22, Family.FAMILY: 14, Family.SOCIAL: 24, Family.WORK: 14, Family.HOUSING: 9, Family.TRANSPORT: 8, Family.MONEY: 16,
    Family.JUSTICE: 3, Family.ABROAD: 8, Family.LEISURE: 2,
}  # fmt: skip
FRANCE = "99100"


@dataclass(frozen=True, slots=True)
class StructurePlan:
    """One structure: its kind, the INSEE code of its commune, how many helpers."""

    kind: str
    commune: str
    helpers: int


@dataclass(frozen=True, slots=True)
class HelpersScenario:
    """How many structures, people and procedures. Rates are whole percents; `people` and `uses` more or less a third."""

    name: str
    title: str
    operator: str
    phone: str
    months: int
    people: int
    uses: int
    paper: int
    renewed: int
    ended: int
    did_it_themselves: int
    structures: tuple[StructurePlan, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """A structure as it was made: who works there, where it stands."""

    organisation_id: int
    town: str
    helper_ids: tuple[int, ...]
    lead_id: int

    def actor(self, person_id: int, role: Role, at: datetime) -> Actor:
        """A member who has just proved a second factor."""
        return Actor(
            kind="person", label="", person_id=person_id, organisation_id=self.organisation_id,
            organisation_ids=frozenset({self.organisation_id}), roles=frozenset({role.value}), proved_at=at,
        )  # fmt: skip


@dataclass
class PlayedHelpers:
    """What a play leaves."""

    scenario: HelpersScenario
    programme_id: int
    operator_id: int
    teams: list[Team]
    people: int = 0
    mandates: int = 0
    uses: int = 0
    files: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Names:
    female: Sequence[str]
    male: Sequence[str]
    family: Sequence[str]
    helpers: Sequence[str]


def helpers_scenario(values: dict[str, Any]) -> HelpersScenario:
    """What a TOML file says of assisted procedures. Raises: ScenarioUnreadable."""
    known = {each.name for each in fields(HelpersScenario)}
    needed = {each.name for each in fields(HelpersScenario) if each.default is MISSING}
    problems = [f"{name} ?" for name in sorted(needed - values.keys())] + [f"{name} ???" for name in sorted(values.keys() - known)]
    name = str(values.get("name", ""))
    if problems:
        raise ScenarioUnreadable(scenario=name, reason=", ".join(problems))
    try:
        found = HelpersScenario(**{**values, "structures": tuple(StructurePlan(**each) for each in values["structures"])})
        rates = (found.paper, found.renewed, found.ended, found.did_it_themselves)
        sizes = (found.months, found.people, *(each.helpers for each in found.structures))
        sound = all(0 <= rate <= 100 for rate in rates) and all(size > 0 for size in sizes) and found.uses >= 0 and bool(found.structures)
    except TypeError as error:
        raise ScenarioUnreadable(scenario=name, reason=str(error)[:200]) from None
    for each in found.structures:
        if each.kind not in KINDS or places.commune(each.commune) is None or each.helpers < 2:
            raise ScenarioUnreadable(scenario=name, reason=f"structure {each.kind} {each.commune}: kind, commune, helpers > 1")
    if not sound:
        raise ScenarioUnreadable(scenario=name, reason="sizes > 0, rates 0-100")
    return found


def play_helpers(
    scenario: HelpersScenario, *, today: date, seed: int = 1, also: Sequence[int] = (), operator_id: int | None = None,
    progress: Progress = lambda _what, _done, _total: None,
) -> PlayedHelpers:  # fmt: skip
    """Play the months up to yesterday. `also`: organisations there already, admitted as structures too, the first of the list first.

    `operator_id`: who runs it, found by its name unless said. Whole or not at all.
    """
    dice = random.Random(f"{scenario.name} {seed}")  # noqa: S311 - behaviour of a simulation, never a secret
    first_day = add_months(today, -scenario.months)
    names = _Names(**tomllib.loads((files("carnet.scenarios") / "shipped" / "names.toml").read_text(encoding="utf-8")))
    progress("cast", 0, 1)
    with transaction.atomic():
        played = _found(scenario, first_day, names, also, operator_id)
        progress("cast", 1, 1)
        for rank, team in enumerate(played.teams):
            _Life(played, team, names, dice, first_day, today).live()
            progress("season", rank + 1, len(played.teams))
        first = played.teams[0]
        yesterday = datetime.combine(today - timedelta(days=1), time(9), tzinfo=PARIS)
        leave_waiting(played.programme_id, played.operator_id, Place(first.organisation_id, first.lead_id), at=yesterday)
    _told(today)
    return played


def _told(today: date) -> None:
    """The people met lately are told, as the timer would have: letters wait at their structures, since nobody invented left a telephone."""
    day = today - timedelta(days=1)
    while not is_a_day_to_write(day):
        day -= timedelta(days=1)
    telling.tell(at=datetime.combine(day, time(10), tzinfo=PARIS))


def summarise_helpers(played: PlayedHelpers, *, seconds: float) -> dict[str, Any]:
    """The summary of every play: no voucher and no cent is in it, and what was signed and done beside."""
    with acting_as_everything(why="a play proves the whole ledger before it says it is done"):
        verified = not ledger.verify()
    return {
        "scenario": played.scenario.name,
        "seconds": round(seconds, 1),
        "ledger_verified": verified,
        "vouchers": Counts().as_dict(),
        "money_cents": Money().as_dict(),
        "by_funder": [],
        "places": 0,
        "prescribers": 0,
        "files": played.files,
        "structures": len(played.teams),
        "people": played.people,
        "mandates": played.mandates,
        "uses": played.uses,
    }


def _found(scenario: HelpersScenario, first_day: date, names: _Names, also: Sequence[int], operator_id: int | None) -> PlayedHelpers:
    """The programme, its structures and who works there, a month before the first mandate."""
    at = datetime.combine(first_day - timedelta(days=30), time(9), tzinfo=PARIS)
    operator_id = operator_id or cast.operator_of(scenario.operator, at)
    founder = Actor.system(f"scenario {scenario.name}", organisation_ids={operator_id})
    years = sorted({first_day.year, add_months(first_day, scenario.months).year})
    title = f"{scenario.title} {'-'.join(str(year) for year in years)}"
    terms = template_terms("nantes", first_day=first_day, service_codes=tuple(SERVICE_WEIGHTS), name=title, phone=scenario.phone)
    with acting_as(founder):
        programme_id = funding.create_programme(
            terms=replace(terms, perimeter=("FR",)), operator_id=operator_id, is_simulated=True, actor=founder, request_id=uuid4(), at=at
        )
    key_ring().create_programme_keys(programme_id)  # what an outsider is given is signed
    played = PlayedHelpers(scenario, programme_id, operator_id, [])
    called = cycle(names.helpers)
    for rank, plan in enumerate(scenario.structures):
        played.teams.append(_admitted(played, plan, also[rank] if rank < len(also) else None, called, at))
    hand_out_cards(operator_id=operator_id, teams=[(each.organisation_id, each.helper_ids[0]) for each in played.teams], at=at)
    doors = [Place(each.organisation_id, each.lead_id) for each in played.teams]
    habilitate(programme_id, operator_id, doors, at=at)
    return played


def _admitted(played: PlayedHelpers, plan: StructurePlan, organisation_id: int | None, called: Iterator[str], at: datetime) -> Team:
    town = places.commune(plan.commune)
    assert town is not None
    system = Actor.system("scenario", organisation_ids={played.operator_id}, programme_ids={played.programme_id})
    if organisation_id is None or _helps_already(organisation_id):
        organisation_id = parties.create_organisation(
            name=KINDS[plan.kind].format(cast.of_town(town.name)), kinds=[OrganisationKind.HELPER], is_simulated=True,
            postcode=town.postcodes[0], city=town.name, street="1 place de la République", contact_phone=played.scenario.phone,
            registered_by=played.operator_id, actor=system, request_id=uuid4(), at=at,
        )  # fmt: skip
    else:
        parties.add_kind(organisation_id=organisation_id, kind=OrganisationKind.HELPER, actor=system, request_id=uuid4(), at=at)
    ours = Actor.system("scenario", organisation_ids={organisation_id}, programme_ids={played.programme_id})
    with acting_as(ours):
        mandates.admit_structure(
            organisation_id=organisation_id, programme_id=played.programme_id, actor=ours, request_id=uuid4(), at=at
        )  # fmt: skip
        ids = [_enrolled(organisation_id, next(called), role, ours, at) for role in (Role.HELPER_LEAD, *[Role.HELPER] * plan.helpers)]
    return Team(organisation_id, plan.commune, tuple(ids[1:]), ids[0])


def _helps_already(organisation_id: int) -> bool:
    """A desk kept from an earlier play is a structure of that play's programme."""
    ours = Actor.system("scenario", organisation_ids={organisation_id})
    with acting_as(ours):
        return mandate_reads.structure(actor=ours) is not None


def _enrolled(organisation_id: int, name: str, role: Role, actor: Actor, at: datetime) -> int:
    mailbox = f"aidant-{uuid4().hex[:8]}@structure.carnet.example"
    return parties.enrol_member(
        organisation_id=organisation_id, email=mailbox, display_name=name, role=role, actor=actor, request_id=uuid4(), at=at
    )


@dataclass
class _Life:
    """The months of one structure."""

    played: PlayedHelpers
    team: Team
    names: _Names
    dice: random.Random
    first_day: date
    today: date

    def live(self) -> None:
        """Each person met, signed with, helped."""
        for _person in range(self._about(self.played.scenario.people)):
            signed_at = self._moment(self.first_day, self.today)
            if signed_at is not None:
                self._meet(signed_at)

    def _meet(self, at: datetime) -> None:
        plan = self.played.scenario
        helper = self._helper(at)
        is_paper = self._happens(plan.paper)
        identity = self._identity()
        second = next(each for each in self.team.helper_ids if each != helper.person_id)
        known = Known(identity, "" if is_paper else f"simulated-{uuid4().hex}", second if is_paper else None)
        said = self._said()
        with acting_as(helper):
            signed = mandates.sign_mandate(said=said, known=known, actor=helper, request_id=uuid4(), at=at)
        self.played.people += 1
        self.played.mandates += 1
        last = self._help(signed, at)
        if self._happens(plan.ended) and (when := self._moment(last.date(), min(self.today, signed.ends_on))) is not None:
            self._end(signed, when)
        elif self._happens(plan.renewed) and (when := self._moment(signed.ends_on, self.today)) is not None:
            renewer = self._helper(when)
            with acting_as(renewer):
                again = mandates.renew_mandate(mandate_id=signed.id, said=self._said(), actor=renewer, request_id=uuid4(), at=when)
            self.played.mandates += 1
            self._help(again, when)

    def _help(self, signed: Signed, at: datetime) -> datetime:
        """What is done that very day, then on others while the mandate lasts. Returns the last moment."""
        last, moments = at, [at + timedelta(minutes=15)]
        for _rank in range(max(0, self._about(self.played.scenario.uses) - 1)):
            found = self._moment(at.date() + timedelta(days=1), min(self.today, signed.ends_on))
            moments += [found] if found is not None else []
        for moment in sorted(moments):
            self._do(signed, moment)
            last = moment
        return last

    def _do(self, signed: Signed, at: datetime) -> None:
        helper = self._helper(at)
        family = self.dice.choice(signed.families)
        procedure = self.dice.choice(procedures_of(family))
        with acting_as(helper):
            live = {each.family: each.id for each in mandate_reads.live_authorisations(helper, signed.person_id, at)}
            if family not in live:
                return
            mandates.record_use(
                authorisation_id=live[family], procedure=procedure, service=self.dice.choice(FAMILIES[family].examples),
                acr=self.dice.choice(("eidas1", "eidas1", "")), actor=helper, request_id=uuid4(), at=at,
            )  # fmt: skip
            if procedure != OTHER_PROCEDURE:
                did = DoneBy.SELF if self._happens(self.played.scenario.did_it_themselves) else self._not_alone()
                activities.note_answer(
                    procedure=procedure, answer=did.value, asked_after=AskedAfter.MANDATE, actor=helper, request_id=uuid4(), at=at
                )  # fmt: skip
        self.played.uses += 1

    def _not_alone(self) -> DoneBy:
        return self.dice.choice((DoneBy.TOGETHER, DoneBy.SOMEBODY_ELSE, DoneBy.SOMEBODY_ELSE))

    def _end(self, signed: Signed, at: datetime) -> None:
        helper = self._helper(at)
        with acting_as(helper):
            live = [each.id for each in mandate_reads.live_authorisations(helper, signed.person_id, at)]
            if live:
                mandates.end_authorisations(authorisation_ids=live, actor=helper, request_id=uuid4(), at=at)

    def _said(self) -> MandateSaid:
        count = self.dice.choice((1, 1, 2, 2, 3, 4))
        drawn = set(self.dice.choices(list(WEIGHTS), list(WEIGHTS.values()), k=count))
        duration = self.dice.choices(list(DURATIONS), list(DURATIONS.values()))[0]
        return MandateSaid(tuple(each for each in Family if each in drawn), duration, Protection.NONE, CURRENT.version, CURRENT.digest)

    def _identity(self) -> PivotIdentity:
        gender = self.dice.choice(("female", "female", "male"))
        given = self.dice.choice(self.names.female if gender == "female" else self.names.male)
        born = date(self.today.year - self.dice.randint(19, 91), self.dice.randint(1, 12), self.dice.randint(1, 28))
        return PivotIdentity(self.dice.choice(self.names.family), given, born.isoformat(), gender, self.team.town, FRANCE)

    def _helper(self, at: datetime) -> Actor:
        return self.team.actor(self.dice.choice(self.team.helper_ids), Role.HELPER, at)

    def _about(self, count: int) -> int:
        return self.dice.randint(count - count // 3, count + count // 3)

    def _happens(self, percent: int) -> bool:
        return self.dice.randrange(100) < percent

    def _moment(self, first: date, before: date) -> datetime | None:
        """An hour of a working day from one day to the eve of another; None when there is none."""
        days = [day for rank in range((before - first).days) if (day := first + timedelta(days=rank)).weekday() < 5]
        if not days:
            return None
        minutes = self.dice.choice((0, 10, 20, 30, 40))
        return datetime.combine(self.dice.choice(days), time(self.dice.choice((9, 10, 11, 14, 15, 16)), minutes), tzinfo=PARIS)
