"""A labelled season played through the screens' own operations: places imported, sessions planned, booklets handed over, vouchers cashed."""

import csv
import io
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import uuid4

from django.db import transaction

from carnet.distribution import operations as distribution
from carnet.distribution import queries as distribution_queries
from carnet.distribution.rules import HandOverItem
from carnet.distribution.rules.points import PointSaid
from carnet.distribution.rules.reminders import ContactChannel
from carnet.gateways import sms
from carnet.gateways.database import acting_as
from carnet.gateways.keys import TOKEN, key_ring
from carnet.issuing.rules import VoucherToken, signed_part
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS
from carnet.ledger import queries as ledger
from carnet.places import operations as places
from carnet.places import queries as places_queries
from carnet.places.rules.standard import FIELDS, PIVOT_UNKNOWN
from carnet.redemption import operations as redemption
from carnet.redemption.access import forget_place_keys
from carnet.redemption.operations import Asked, Item, ItemAnswer
from carnet.redemption.queries import Redeemed, forget_series_facts
from carnet.scenarios import cast
from carnet.scenarios.behaviour import SERVICE_WEIGHTS, drawn
from carnet.scenarios.cast import Cast
from carnet.scenarios.fraud._labels import DESKS, FAR_DESK
from carnet.scenarios.fraud._script import SIZE, Held, PlacePlan, Script, Visit
from carnet.scenarios.fraud._tablet import Tablet
from carnet.scenarios.plan import FunderPlan, Scenario
from carnet.scenarios.play import Codes, Stage
from carnet.workshops import operations as workshops
from carnet.workshops.rules import Details, Plan, Rhythm

PROVENANCE = "labelled-simulation"
# Of the numbers kept for fiction.
PHONE = "+33 2 61 91 {:02d} {:02d}"
MOBILE = "06 39 98 {:02d} {:02d}"
# Where the far desk is: Limoges.
FAR_POINT = PointSaid(
    name="Accueil", street="1 rue de la Simulation", postcode="87000", commune="Limoges", latitude=45.8336, longitude=1.2611
)
TAKEN_FROM = time(8, 30)


@dataclass(frozen=True, slots=True)
class Cashed:
    """One voucher cashed and standing, with what the script knows of it. `number`: that of its redemption."""

    number: str
    at: datetime
    place_id: int
    cents: int
    is_fraud: bool


@dataclass
class Season:
    """What a played season leaves. `plans`: of each place's number, what it is."""

    programme_id: int
    system: Actor
    plans: dict[int, PlacePlan]
    cashed: list[Cashed] = field(default_factory=list)
    refused: int = 0
    tried: int = 0  # vouchers that nobody had yet, refused as they should be
    contacts: dict[int, Held] = field(default_factory=dict)  # of each contact left to be asked, whose booklet it is


def scenario_of(script: Script, *, name: str) -> Scenario:
    """The campaign of a script: a metropolis of no place but its own."""
    return Scenario(
        name=name, title="Simulation étiquetée", template="nantes", season_month=script.season.first_day.month,
        booklets=sum(script.desk_shares), booklet_size=SIZE, department="44", territory="244400404", prescribers=DESKS, places=0,
        handed_over=100, used=100, half_booklets=0, issuer_prefix="SF", operator="Opérateur d’une simulation étiquetée", phone="",
        funders=(FunderPlan("Métropole d’une simulation étiquetée", 60), FunderPlan("Département d’une simulation étiquetée", 40)),
    )  # fmt: skip


def set_up(script: Script, *, seed: int) -> "LabelledStage":
    """Programme, places, desks, booklets on their shelves: everything before the first day."""
    forget_place_keys()
    forget_series_facts()
    scenario, today = scenario_of(script, name=f"labelled-{seed}"), script.season.today
    with transaction.atomic():
        everyone = cast.gather(scenario, today=today, dice=random.Random(seed))  # noqa: S311 - a simulation
        stage = Stage(scenario, script.season, everyone, None, lambda _what, _done, _total: None)
        place_ids = _bring_places(script, seed, everyone, cast.cast_moment(today))
        latecomers = {place_ids[plan.rank] for plan in script.places if plan.opens_on is not None}
        everyone.place_ids[:] = [each for each in place_ids if each not in latecomers]
        stage.found_programme()
        everyone.place_ids[:] = place_ids
    stage.order("none")
    stage.ship(list(script.desk_shares))
    return LabelledStage(script, stage, place_ids, seed)


def _bring_places(script: Script, seed: int, everyone: Cast, at: datetime) -> list[int]:
    """The places of a script, imported as a national file, each run by an organisation of its own; their ids in the script's order."""
    prefix = f"{seed}-{uuid4().hex[:8]}"
    places.import_places(
        provenance=PROVENANCE, file_name="simulation.csv", stream=io.BytesIO(_file(script, seed, prefix).encode()),
        actor=Actor.system("scenario"), request_id=uuid4(), at=at,
    )  # fmt: skip
    named = places_queries.names_of(places_queries.ids_in(places_queries.territory(["44"]), at=at))
    ids = {name: place_id for place_id, name in named.items()}
    found = [ids[_name(prefix, plan)] for plan in script.places]
    for plan, place_id in zip(script.places, found, strict=True):
        cast.welcome(everyone, place_id=place_id, organisation=f"Association simulée {prefix} n° {plan.rank}", rank=plan.rank, at=at)
    for plan, place_id in zip(script.places, found, strict=True):
        if plan.shares in ("shared-bank", "federation"):
            iban = cast.simulated_iban((7_000_000_000 if plan.shares == "shared-bank" else 8_000_000_000) + seed)
            cast.change_account(everyone.place_organisations[place_id], iban, everyone.operator_id, everyone.staff, at + timedelta(days=1))
    return found


def _name(prefix: str, plan: PlacePlan) -> str:
    return f"Lieu simulé {prefix} n° {plan.rank}"


def _file(script: Script, seed: int, prefix: str) -> str:
    """The places as a national file (v1.0.2): invented names, in communes that exist."""
    communes = cast.desk_communes(scenario_of(script, name="labelled"))
    written = io.StringIO()
    lines = csv.DictWriter(written, [each.name for each in FIELDS], delimiter=",")
    lines.writeheader()
    for plan in script.places:
        town = communes[plan.rank % len(communes)]
        latitude, longitude = town.point or (47.2, -1.55)
        # Those that share a telephone have a line of their own word; each other its own.
        line = {"switchboard": 98, "shared-phone": 99}.get(plan.shares, plan.rank)
        lines.writerow(
            {
                "id": f"{prefix}-{plan.rank}", "pivot": PIVOT_UNKNOWN, "nom": _name(prefix, plan), "commune": town.name,
                "code_postal": town.postcodes[0], "code_insee": town.code, "adresse": f"{plan.rank + 1} rue de la Simulation",
                "latitude": f"{latitude + plan.rank / 9000:.5f}", "longitude": f"{longitude + plan.rank / 9000:.5f}",
                "telephone": PHONE.format(seed % 100, line), "horaires": plan.hours, "services": "Maîtrise des outils numériques du quotidien",
                "itinerance": "Itinérant" if plan.scheme.code == "van" else "Fixe", "date_maj": script.season.first_day.isoformat(),
            }
        )  # fmt: skip
    return written.getvalue()


class LabelledStage:
    """The season as it goes. `days()` plays it one legal day at a time, so that somebody may look in between."""

    def __init__(self, script: Script, stage: Stage, place_ids: list[int], seed: int) -> None:
        self.script, self.stage, self.cast, self.place_ids = script, stage, stage.cast, place_ids
        self.codes: Codes = stage.codes  # type: ignore[assignment]
        self.dice = random.Random(f"services {seed}")  # noqa: S311 - a simulation
        self.system = Actor.system(
            "labelled simulation", programme_ids={stage.programme_id}, organisation_ids={self.cast.operator_id, *self._organisations()}
        )
        self.season = Season(stage.programme_id, self.system, {place_ids[plan.rank]: plan for plan in script.places})
        self.sessions: dict[tuple[int, date], int] = {}
        self.tablets: dict[int, Tablet] = {}
        self.first_phone = 2_000 * seed % 10_000
        with acting_as(self.system):
            self.series = ledger.series(stage.series.id)
        self.key_version = self.series.key_version

    def _organisations(self) -> set[int]:
        return {*self.cast.place_organisations.values(), *self.cast.desk_ids}

    def days(self) -> Iterator[date]:
        """Play each day, then give it. The first ones prepare: tablets, sessions."""
        self._prepare()
        handed = {day: list(each) for day, each in groupby(sorted(enumerate(self.script.booklets), key=_by_day), key=_by_day)}
        cashed: dict[date, list[tuple[Held, int, Visit]]] = defaultdict(list)
        for rank, held in enumerate(self.script.booklets):
            for visit in held.visits:
                cashed[visit.at.date()].append((held, rank, visit))
        opening = {plan.opens_on: [each for each in self.script.places if each.opens_on == plan.opens_on] for plan in self.script.places}
        changing = {plan.new_account_on: plan for plan in self.script.places if plan.new_account_on is not None}
        day, last = self.script.season.first_day, self.script.season.grace_ends_on
        while day <= last:
            for plan in opening.get(day, []):
                self._open(plan, day)
            if day in changing:
                self._change_account(changing[day], day)
            if day in handed:
                self._hand_over(handed[day], day)
            self._cash(sorted(cashed.get(day, []), key=lambda each: (each[2].at, each[0].place, each[1])))
            yield day
            day += timedelta(days=1)

    # --- before the season, and what changes in it

    def _prepare(self) -> None:
        at = datetime.combine(self.script.season.first_day - timedelta(days=8), time(10), tzinfo=PARIS)
        far = self.cast.desk_ids[FAR_DESK]
        with acting_as(self.system):
            for point in distribution_queries.points_of_programme(self.season.programme_id):
                if point.organisation_id == far:
                    distribution.close_point(point_id=point.id, actor=self.system, request_id=uuid4(), at=at)
            distribution.open_point(
                programme_id=self.season.programme_id, organisation_id=far, said=FAR_POINT, actor=self.system, request_id=uuid4(), at=at
            )
        for plan in self.script.places:
            if plan.has_tablet and plan.opens_on is None:
                self._enrol(plan, datetime.combine(self.script.season.first_day, time(8), tzinfo=PARIS))
            if plan.has_sessions and plan.opens_on is None:
                self._plan_sessions(plan, self.script.season.first_day, at)

    def _enrol(self, plan: PlacePlan, at: datetime) -> None:
        manager = replace(
            self._counter(plan), kind="person", person_id=900_000 + plan.rank, roles=frozenset({"PLACE_MANAGER"}), proved_at=at
        )
        same = next(
            (self.tablets[each.rank] for each in self.script.places if each.tablet == plan.tablet and each.rank in self.tablets), None
        )
        self.tablets[plan.rank] = Tablet.enrolled(
            place_id=self.place_ids[plan.rank], manager=manager, at=at, key=same.private if same else None
        )

    def _plan_sessions(self, plan: PlacePlan, first: date, at: datetime) -> None:
        """Its weekly lesson, all season long; where somebody teaches every day at the end, those days too."""
        begins_on = first + timedelta(days=(plan.weekday - first.weekday()) % 7)
        last = self.script.season.last_day + timedelta(days=14)
        self._plan(plan, Plan(begins_on, plan.begins, plan.minutes, Rhythm.WEEKLY, last, skips_holidays=False), at)
        needed = {visit.session for held in self.script.booklets if held.place == plan.rank for visit in held.visits if visit.session}
        for day in sorted(needed):
            if (plan.rank, day) not in self.sessions:
                self._plan(plan, Plan(day, plan.begins, plan.minutes, Rhythm.ONCE, day, skips_holidays=False), at)

    def _plan(self, plan: PlacePlan, when: Plan, at: datetime) -> None:
        place, title = self._counter(plan), "Ma boîte mail, pas à pas"
        details = Details(service="mailbox", title=title, seats=plan.seats, voucher_count=plan.voucher_count)
        with acting_as(place):
            planned = workshops.plan_workshop(
                place_id=self.place_ids[plan.rank], plan=when, details=details, actor=place, request_id=uuid4(), at=at
            )
        step = timedelta(days=7)
        for number, session_id in enumerate(planned.session_ids):
            self.sessions[plan.rank, when.first_on + number * step] = session_id

    def _open(self, plan: PlacePlan, day: date) -> None:
        at = datetime.combine(day, time(7), tzinfo=PARIS)
        with acting_as(self.system):
            places.accept_programme(
                place_ids=[self.place_ids[plan.rank]], programme_id=self.season.programme_id, service_codes=tuple(SERVICE_WEIGHTS),
                from_on=day, actor=self.system, request_id=uuid4(), at=at,
            )  # fmt: skip
        forget_place_keys()
        if plan.has_tablet:
            self._enrol(plan, datetime.combine(day, time(8), tzinfo=PARIS))
        if plan.has_sessions:
            self._plan_sessions(plan, day, at)

    def _change_account(self, plan: PlacePlan, day: date) -> None:
        organisation_id = self.cast.place_organisations[self.place_ids[plan.rank]]
        iban = cast.simulated_iban(6_000_000_000 + organisation_id)
        cast.change_account(
            organisation_id, iban, self.cast.operator_id, self.cast.staff, datetime.combine(day, time(11), tzinfo=PARIS)
        )  # fmt: skip

    def _counter(self, plan: PlacePlan) -> Actor:
        return self.cast.counter(self.place_ids[plan.rank])

    # --- a day

    def _hand_over(self, booklets: list[tuple[int, Held]], day: date) -> None:
        at = datetime.combine(day, TAKEN_FROM, tzinfo=PARIS)
        for desk_rank, chosen in groupby(booklets, key=lambda each: each[1].desk):
            desk_id = self.cast.desk_ids[desk_rank]
            desk = self.cast.desk(desk_id)
            ranked = list(chosen)
            ids = [self.series.first_booklet_id + rank for rank, _held in ranked]
            items = [HandOverItem(uuid4(), self.series.id, each, each) for each in ids]
            with acting_as(desk):
                given = distribution.hand_over_many(items=items, organisation_id=desk_id, actor=desk, request_id=uuid4(), at=at)
                for (rank, held), each in zip(ranked, given, strict=True):
                    if held.may_be_asked and sms.is_offered():
                        self.season.contacts[self._leave_contact(desk, each.id, rank, at)] = held

    def _leave_contact(self, desk: Actor, hand_over_id: int, rank: int, at: datetime) -> int:
        number = (self.first_phone + rank) % 10_000
        desk = replace(desk, organisation_id=next(iter(desk.organisation_ids)))
        return distribution.leave_contact(
            hand_over_id=hand_over_id, channel=ContactChannel.TEXT, phone=MOBILE.format(number // 100, number % 100), has_consented=True,
            may_be_asked=True, actor=desk, request_id=uuid4(), at=at,
        )  # fmt: skip

    def _cash(self, today: list[tuple[Held, int, Visit]]) -> None:
        for (at, rank), group in groupby(today, key=lambda each: (each[2].at, each[0].place)):
            taken = list(group)
            plan = self.script.places[rank]
            online = [each for each in taken if each[2].device_at is None]
            offline = [each for each in taken if each[2].device_at is not None]
            if online:
                self._at_the_counter(plan, online, at)
            for skew, sent in groupby(sorted(offline, key=lambda each: each[2].skew), key=lambda each: each[2].skew):
                self._from_the_tablet(plan, list(sent), skew, at)

    def _at_the_counter(self, plan: PlacePlan, taken: list[tuple[Held, int, Visit]], at: datetime) -> None:
        place = self._counter(plan)
        asked, visits = [], []
        for _held, rank, visit in taken:
            for number in visit.vouchers:
                item = Item(
                    code=self.codes[rank * SIZE + number], service=self._service(plan), place_id=self.place_ids[plan.rank],
                    attended_on=visit.attended_on, workshop_session=self._session_named(plan, visit),
                )  # fmt: skip
                asked.append(Asked(item, place, "SCREEN"))
                visits.append(visit)
        with acting_as(place):
            answers = redemption.redeem_at_sessions(asked=asked, at=at)
        for visit, answer in zip(visits, answers, strict=True):
            if visit.is_try:
                assert not isinstance(answer, Redeemed), "nobody was given it yet"
                self.season.tried += 1
            elif not isinstance(answer, Redeemed):
                self.season.refused += 1
            elif visit.undone_after:
                self._undo(place, answer, visit)
            else:
                self._note(plan, answer.number, at, visit.is_fraud, answer.value_cents)

    def _session_named(self, plan: PlacePlan, visit: Visit) -> str | None:
        session_id = self.sessions.get((plan.rank, visit.session)) if visit.session else None
        return str(session_id) if session_id is not None else None

    def _undo(self, place: Actor, answer: Redeemed, visit: Visit) -> None:
        at = visit.at + timedelta(minutes=visit.undone_after)
        with acting_as(place):
            redemption.reverse(number=answer.number, reason="mauvais chèque scanné", actor=place, request_id=uuid4(), at=at)

    def _from_the_tablet(self, plan: PlacePlan, taken: list[tuple[Held, int, Visit]], skew: timedelta, at: datetime) -> None:
        accepted: list[tuple[str, str, datetime]] = []
        frauds = []
        for _held, rank, visit in taken:
            assert visit.device_at is not None
            for number in visit.vouchers:
                accepted.append((self._token(rank * SIZE + number), self._service(plan), visit.device_at + skew))
                frauds.append(visit.is_fraud)
        facts_at = min(each[2].device_at for each in taken if each[2].device_at is not None) - timedelta(hours=6)
        answers: list[ItemAnswer] = self.tablets[plan.rank].send(accepted, facts_at=facts_at, skew=skew, at=at)
        for is_fraud, answer in zip(frauds, answers, strict=True):
            if answer.state == "confirmed" and answer.value_cents:
                self._note(plan, answer.redemption_number, at, is_fraud, answer.value_cents)
            else:
                self.season.refused += 1

    def _token(self, rank: int) -> str:
        ring, programme_id = key_ring(), self.season.programme_id
        code_hash = ring.hash_code(programme_id, self.key_version, self.codes[rank])
        part = signed_part(key_version=self.key_version, series_id=self.series.id, code_hash=code_hash)
        return VoucherToken(
            self.key_version, self.series.id, code_hash, ring.sign(programme_id, TOKEN, part, version=self.key_version)
        ).text

    def _service(self, plan: PlacePlan) -> str:
        return "mailbox" if plan.has_sessions else str(drawn(dict(SERVICE_WEIGHTS), self.dice))

    def _note(self, plan: PlacePlan, number: str, at: datetime, is_fraud: bool, cents: int) -> None:
        self.season.cashed.append(Cashed(number, at, self.place_ids[plan.rank], cents, is_fraud))


def _by_day(ranked: tuple[int, Held]) -> Any:
    return ranked[1].day
