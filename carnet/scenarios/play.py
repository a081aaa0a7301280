"""Playing a season: order, hand-overs, lessons, monthly payments, closing. Every step is the screens' own operation."""

import random
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import overload
from uuid import uuid4

from django.db import transaction

from carnet.distribution import operations as distribution
from carnet.distribution.rules import HandOverItem
from carnet.distribution.rules.points import PointSaid
from carnet.funding import operations as funding
from carnet.funding import queries as funding_queries
from carnet.funding.rules import PaymentFrequency, Pays, ShareTerms, template_terms
from carnet.gateways.bank.fake import FakeBank
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.issuing import operations as issuing
from carnet.issuing.operations import parcels
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS, add_months
from carnet.ledger import queries as ledger
from carnet.ledger.queries import SeriesView
from carnet.observatory.operations import figures
from carnet.parties.rules import Role
from carnet.places import operations as places
from carnet.redemption import operations as redemption
from carnet.redemption.access import forget_place_keys
from carnet.redemption.operations import Asked, Item
from carnet.redemption.queries import Redeemed
from carnet.redemption.rules import BATCH_SIZE_MAX
from carnet.scenarios import behaviour, cast, weeks
from carnet.scenarios.behaviour import SERVICE_WEIGHTS, HandOverDay, Lesson
from carnet.scenarios.cast import Cast
from carnet.scenarios.ending import Ending, stops_on
from carnet.scenarios.mistakes import EventfulPayments
from carnet.scenarios.orders import OrderPayments
from carnet.scenarios.papers import papers
from carnet.scenarios.payments import Payments
from carnet.scenarios.plan import Scenario, Season, closed_season
from carnet.scenarios.proofs import approved_proof

Progress = Callable[[str, int, int], None]
ORDERED_DAYS_BEFORE = 50
PRINTED_SAMPLE = 20
# How many codes are read at a time.
CODES_READ = 50_000

# When somebody answers a programme's telephone.
PHONE_HOURS = "Mo-Fr 09:00-12:30,13:30-17:30"


class Codes(Sequence[str]):
    """The codes of a series as numbers: a million of them in eight megabytes."""

    def __init__(self, runs: Iterable[Sequence[str]]) -> None:
        self._numbers = array("Q")
        for run in runs:
            self._numbers.extend(map(int, run))

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, rank: int) -> str: ...

    @overload
    def __getitem__(self, rank: slice) -> list[str]: ...

    def __getitem__(self, rank: int | slice) -> str | list[str]:
        if isinstance(rank, slice):
            return [f"{number:018d}" for number in self._numbers[rank]]
        return f"{self._numbers[rank]:018d}"


@dataclass
class Played:
    """What a play leaves: the programme, its agreement and series, the files, and how long it took to tell."""

    scenario: Scenario
    season: Season
    programme_id: int
    agreement_id: int
    order_id: int
    series_id: int
    cast: Cast
    codes: Sequence[str] = field(repr=False)
    in_hands: list[int] = field(default_factory=list)
    given: frozenset[int] = frozenset()
    files: list[str] = field(default_factory=list)

    @property
    def season_closed_at(self) -> datetime:
        """Noon of the day of the last statement."""
        return _at(self.season.closed_on, 12)


def play(
    scenario: Scenario, *, today: date, seed: int = 1, out: Path | None = None, printing: str = "sample", season: Season | None = None,
    asleep: int = 0, password: str | None = None, progress: Progress = lambda _what, _done, _total: None,
) -> Played:  # fmt: skip
    """Play a season: the latest closed one, or the one given, up to its end or to today.

    `printing` is none, sample or all. Files go to `out`, if given. `password` is for the staff it enrols
    (none: nobody can sign in). `asleep` desks hand nothing over. The same seed plays the same season.
    """
    dice = dice_of(scenario, seed)
    season = season or closed_season(scenario, today)
    forget_place_keys()
    progress("cast", 0, 1)
    # Whole or not at all: the next play finds everyone again through the programme.
    with transaction.atomic():
        stage = set_stage(scenario, season, cast.gather(scenario, today=today, dice=dice, password=password), out, progress)
    progress("cast", 1, 1)
    return perform(stage, dice, printing=printing, asleep=asleep)


def dice_of(scenario: Scenario, seed: int) -> random.Random:
    """The dice of one play."""
    return random.Random(f"{scenario.name} {seed}")  # noqa: S311 - behaviour of a simulation, never a secret


def set_stage(scenario: Scenario, season: Season, everyone: Cast, out: Path | None, progress: Progress) -> "Stage":
    """The programme founded among everyone gathered, before anything happens."""
    stage = Stage(scenario, season, everyone, out, progress)
    stage.found_programme()
    return stage


def perform(stage: "Stage", dice: random.Random, *, printing: str, asleep: int = 0) -> Played:
    """The season itself, up to its end or to today."""
    scenario, season = stage.scenario, stage.season
    forget_place_keys()  # its first day may come before the last of another season played here, which places are remembered from
    stage.order(printing)
    shares = behaviour.desk_shares(scenario, dice)
    stage.ship(shares)
    until = datetime.combine(season.today, time(0), tzinfo=PARIS) if not season.is_closed else _at(season.closed_on, 12)
    given = behaviour.hand_overs(scenario, season, shares, dice, until=until.date() - timedelta(days=1), asleep=asleep)
    if season.is_closed:
        given = [each for each in given if each.day < stops_on(season)]
    taught = behaviour.lessons(scenario, season, given, dice, until=until, near=cast.places_near(scenario, stage.cast))
    stage.live(given, taught, until)
    if season.is_closed:
        stage.close()
        stage.publish()
    return stage.played(given, taught)


def seal(*, at: datetime) -> dict[str, int]:
    """Seal what the play wrote, as the timer does every few seconds on a served site."""
    with acting_as_everything(why="sealing takes the rows of every tenant in their order"):
        return journal.seal(at=at)


def count(*, at: datetime) -> None:
    """Count the figures of what the play wrote, as the timer does every few minutes on a served site."""
    figures.refresh(at=at)


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=PARIS)


def _payments_of(scenario: Scenario) -> type[Payments]:
    """How this scenario's places are paid."""
    if scenario.weekly:
        return weeks.WeeklyPayments
    if scenario.by_orders:
        return OrderPayments
    return EventfulPayments if scenario.eventful else Payments


class Stage:
    """The play as it goes: who, what was made, and the bank that answers."""

    def __init__(self, scenario: Scenario, season: Season, everyone: Cast, out: Path | None, progress: Progress) -> None:
        self.scenario, self.season, self.cast, self.out, self.progress = scenario, season, everyone, out, progress
        self.ordered_at = _at(season.first_day - timedelta(days=ORDERED_DAYS_BEFORE), 10)
        self.files: list[Path] = []
        self.points: dict[int, Actor] = {}
        self.bank = FakeBank(opening_cents=scenario.voucher_count * 1000)

    def _system(self) -> Actor:
        actor = Actor.system(f"scenario {self.scenario.name}", programme_ids={self.programme_id}, organisation_ids={self.cast.operator_id})
        return actor

    def found_programme(self) -> None:
        """The programme, its agreement, its desks and places."""
        scenario, at = self.scenario, self.ordered_at
        founder = Actor.system(f"scenario {scenario.name}", organisation_ids={self.cast.operator_id})
        terms = template_terms(
            scenario.template,
            first_day=self.season.first_day,
            service_codes=tuple(SERVICE_WEIGHTS),
            name=self._title(),
            phone=scenario.phone,
        )
        # On the cover, the end of validity says the season: with its years, a metropolis's name would not fit.
        terms = replace(terms, phone_hours=PHONE_HOURS if scenario.phone else "", print_title=scenario.title)
        if scenario.weekly:
            terms = replace(terms, payment_frequency=PaymentFrequency.WEEKLY)
        with acting_as(founder):
            self.programme_id = funding.create_programme(
                terms=terms, operator_id=self.cast.operator_id, is_simulated=True, actor=founder, request_id=uuid4(), at=at
            )
        system = self._system()
        with acting_as(system):
            self.agreement_id = self._sign(system, at)
            for desk_id in self.cast.desk_ids:
                distribution.join_programme(
                    programme_id=self.programme_id, organisation_id=desk_id, actor=system, request_id=uuid4(), at=at
                )
            if self.season.is_closed:
                self._open_points(system, at)
            places.accept_programme(
                place_ids=self.cast.place_ids, programme_id=self.programme_id, service_codes=tuple(SERVICE_WEIGHTS),
                from_on=self.season.first_day, actor=system, request_id=uuid4(), at=at,
            )  # fmt: skip

    def _open_points(self, system: Actor, at: datetime) -> None:
        """Where each desk received people: what it handed over is of that commune. An open season's desks say it with their hours."""
        communes = cast.desk_communes(self.scenario)
        for rank, desk_id in enumerate(self.cast.desk_ids):
            town = communes[rank % len(communes)]
            point = PointSaid(name="Accueil", street="Place de la Mairie", postcode=town.postcodes[0], commune=town.name)
            actor = replace(system, organisation_ids=system.organisation_ids | {desk_id})
            with acting_as(actor):
                point_id = distribution.open_point(
                    programme_id=self.programme_id, organisation_id=desk_id, said=point, actor=actor, request_id=uuid4(), at=at
                )
            self.points[point_id] = actor

    def _title(self) -> str:
        years = sorted({self.season.first_day.year, self.season.last_day.year})
        return f"{self.scenario.title} {'-'.join(str(year) for year in years)}"

    def _sign(self, system: Actor, at: datetime) -> int:
        ids = self.cast.funder_ids
        shares = [
            ShareTerms(
                funder_id=ids[plan.name],
                portion=self.scenario.portion(plan),
                pays=Pays.ON_USE if plan.on_use else Pays.IN_ADVANCE,
                advanced_by_id=ids[plan.advanced_by] if plan.on_use else None,
            )
            for plan in self.scenario.funders
        ]
        return funding.sign_agreement(
            programme_id=self.programme_id,
            name=f"Convention {self._title()}",
            signed_on=at.date(),
            account_holder="Compte dédié du pass numérique (simulé)",
            iban=cast.simulated_iban(9_000_000 + self.programme_id),
            season=str(self.season.first_day.year),
            shares=shares,
            actor=system,
            request_id=uuid4(),
            at=at,
        )

    def order(self, printing: str) -> None:
        """Order, approval by a second person, drawing, printing, money, activation."""
        at = self.ordered_at + timedelta(days=1)
        admin, approver = (self.cast.actor(role, self.programme_id, at) for role in (Role.OPERATOR_ADMIN, Role.APPROVER))
        with acting_as(admin):
            self.order_id = issuing.place_order(
                programme_id=self.programme_id, agreement_id=self.agreement_id, booklet_count=self.scenario.booklets,
                issuer_prefix=self.scenario.issuer_prefix, actor=admin, request_id=uuid4(), at=at,
            )  # fmt: skip
        with acting_as(approver):
            issuing.approve_order(order_id=self.order_id, actor=approver, request_id=uuid4(), at=at)
        approved_proof(self.order_id, sender=admin, approver=approver, at=at)
        with acting_as(admin):
            job_id = issuing.draw_order(order_id=self.order_id, actor=admin, request_id=uuid4(), at=at)
        issuing.run_job(
            job_id=job_id, programme_id=self.programme_id, at=at, progress=lambda done, total: self.progress("draw", done, total)
        )
        with acting_as(admin):
            self.series = self._series()
            self._print(printing, admin, at)
            self.codes = Codes(
                issuing.simulated_codes(
                    order_id=self.order_id,
                    ranks=range(first, min(first + CODES_READ, self.scenario.voucher_count)),
                    actor=admin,
                    request_id=uuid4(),
                    at=at,
                )
                for first in range(0, self.scenario.voucher_count, CODES_READ)
            )
            issuing.record_printed(order_id=self.order_id, reference="Imprimerie (simulée)", actor=admin, request_id=uuid4(), at=at)
        self._fund(at + timedelta(days=1))
        activated_at = at + timedelta(days=2)
        admin = self.cast.actor(Role.OPERATOR_ADMIN, self.programme_id, activated_at)
        with acting_as(admin):
            issuing.activate_order(order_id=self.order_id, actor=admin, request_id=uuid4(), at=activated_at)

    def _series(self) -> SeriesView:
        (series,) = ledger.series_list(agreement_id=self.agreement_id)
        return series

    def _print(self, printing: str, admin: Actor, at: datetime) -> None:
        if self.out is None or printing == "none":
            return
        last = self.scenario.booklets if printing == "all" else min(PRINTED_SAMPLE, self.scenario.booklets)
        self.files += issuing.export_print_files(
            order_id=self.order_id, folder=self.out / "carnets", first_rank=1, last_rank=last, actor=admin, request_id=uuid4(), at=at,
            progress=lambda done, total: self.progress("print", done, total),
        )  # fmt: skip

    def _fund(self, at: datetime) -> None:
        treasurer = self.cast.actor(Role.TREASURER, self.programme_id, at)
        with acting_as(treasurer):
            needed: dict[int, int] = {}
            for pattern in ledger.patterns(series_ids=[self.series.id]).values():
                for funder_id, cents in zip(pattern.funder_ids, pattern.held_cents, strict=True):
                    needed[funder_id] = needed.get(funder_id, 0) + cents * pattern.voucher_count
            for number, (funder_id, cents) in enumerate(sorted(needed.items()), start=1):
                if cents:
                    funding.record_money_received(
                        agreement_id=self.agreement_id, funder_id=funder_id, cents=cents, received_on=at.date(),
                        bank_reference=f"VIR-{self.programme_id}-{number}", actor=treasurer, request_id=uuid4(), at=at,
                    )  # fmt: skip

    def ship(self, shares: list[int]) -> None:
        """Each desk's booklets leave, and are confirmed a week later."""
        at = self.ordered_at + timedelta(days=20)
        admin = self.cast.actor(Role.OPERATOR_ADMIN, self.programme_id, at)
        received_at = at + timedelta(days=7)
        destinations = list(zip(self.cast.desk_ids, shares, strict=True))
        with acting_as(admin):
            sent = parcels.ship_many(order_id=self.order_id, shares=destinations, actor=admin, request_id=uuid4(), at=at)
        for number, (desk_id, shipment_id) in enumerate(zip(self.cast.desk_ids, sent, strict=True), start=1):
            desk = self.cast.desk(desk_id)
            with acting_as(desk):
                issuing.receive_shipment(shipment_id=shipment_id, actor=desk, request_id=uuid4(), at=received_at)
            self.progress("ship", number, len(shares))

    def live(self, given: list[HandOverDay], taught: list[Lesson], until: datetime) -> None:
        """Day by day: hand-overs in the morning, lessons, and each month's payment of the places."""
        with acting_as(self._system()):
            iban = funding_queries.ring_fence(self.agreement_id).iban
        self.payments = _payments_of(self.scenario)(self.cast, self.programme_id, self.agreement_id, self.bank, iban, self.out)
        by_day = {day: list(each) for day, each in groupby(given, key=lambda each: each.day)}
        lessons_by_day = {day: list(each) for day, each in groupby(taught, key=lambda lesson: lesson.at.date())}
        pay_days = self._pay_days(until)
        self.ending = Ending(self.cast, self.programme_id, self.agreement_id, self.season, self.out)
        ending = {day: step for day, step in self.ending.steps.items() if day <= self.season.last_day and self.season.is_closed}
        days = sorted(by_day.keys() | lessons_by_day.keys() | set(pay_days) | ending.keys())
        total, done = len(given) + len(taught), 0
        for day in days:
            if day in ending:
                self.ending.play(ending[day], day)
            self._hand_over(by_day.get(day, []), day)
            self._teach(lessons_by_day.get(day, []))
            if day in pay_days:
                self.files += self.payments.pay(day)
            done += len(by_day.get(day, [])) + len(lessons_by_day.get(day, []))
            self.progress("season", done, total)

    def _pay_days(self, until: datetime) -> list[date]:
        days = []
        if self.scenario.weekly:
            days = weeks.week_days(self.season.first_day, until.date() - timedelta(days=12))
            return days if self.season.is_closed else days[:-1]
        day = add_months(self.season.first_day.replace(day=1), 1)
        while day + timedelta(days=12) < until.date():
            days.append(day + timedelta(days=3))
            day = add_months(day, 1)
        # A season still open leaves its latest month to be paid, by whoever tries the treasurer's part.
        return days if self.season.is_closed else days[:-1]

    def _hand_over(self, given: list[HandOverDay], day: date) -> None:
        at = _at(day, 8, 30)
        for desk_number, chosen in groupby(given, key=lambda each: each.desk):
            desk_id = self.cast.desk_ids[desk_number]
            desk = self.cast.desk(desk_id)
            items = [self._item(each) for each in chosen]
            with acting_as(desk):
                distribution.hand_over_many(items=items, organisation_id=desk_id, actor=desk, request_id=uuid4(), at=at)

    def _item(self, given: HandOverDay) -> HandOverItem:
        booklet_id = self.series.first_booklet_id + given.booklet
        if given.whole:
            return HandOverItem(uuid4(), self.series.id, booklet_id, booklet_id, ticks=given.ticks, answers=given.answers)
        vouchers = tuple(self.series.first_voucher_id + rank for rank in given.ranks)
        return HandOverItem(uuid4(), self.series.id, voucher_ids=vouchers, ticks=given.ticks, answers=given.answers)

    def _teach(self, taught: list[Lesson]) -> None:
        by_hour = [list(each) for _hour, each in groupby(taught, key=lambda lesson: lesson.at.hour)]
        chunks = [hour[first : first + BATCH_SIZE_MAX] for hour in by_hour for first in range(0, len(hour), BATCH_SIZE_MAX)]
        for chunk in chunks:
            asked = [self._asked(lesson) for lesson in chunk]
            with acting_as(self._system()):
                answers = redemption.redeem_many(asked=asked, at=chunk[-1].at)
            for lesson, each, answer in zip(chunk, asked, answers, strict=True):
                assert isinstance(answer, Redeemed), f"the play spends only what it may: {answer!r}"
                if lesson.undone:
                    self._undo(answer, each)

    def _asked(self, lesson: Lesson) -> Asked:
        place_id = self.cast.place_ids[lesson.place]
        return Asked(Item(code=self.codes[lesson.rank], service=lesson.service, place_id=place_id), self.cast.counter(place_id), "SCREEN")

    def _undo(self, answer: Redeemed, asked: Asked) -> None:
        """Scanned by mistake, undone, then scanned again for good."""
        undone_at = answer.redeemed_at + timedelta(minutes=5)
        with acting_as(asked.actor):
            redemption.reverse(number=answer.number, reason="mauvais chèque scanné", actor=asked.actor, request_id=uuid4(), at=undone_at)
            (again,) = redemption.redeem_many(asked=[Asked(asked.item, asked.actor, "SCREEN")], at=undone_at + timedelta(minutes=1))
        assert isinstance(again, Redeemed)

    def publish(self) -> None:
        """The statements and the open data, as anyone could take them from the site."""
        if self.out is None:
            return
        at = _at(self.season.closed_on, 12)
        with acting_as(self._system()):
            self.files += papers(self.programme_id, self.agreement_id, self.out, at=at)

    def close(self) -> None:
        """After grace: the last steps of the end of validity, the last payments, the funders' money back by credit note."""
        self.progress("close", 0, 1)
        asked_back = False
        for day, step in self.ending.steps.items():
            if day > self.season.grace_ends_on and not asked_back:  # before the joint statement, which counts what came back
                self.files += self.payments.ask_back(self.season.grace_ends_on + timedelta(days=1))
                asked_back = True
            if day > self.season.last_day:
                self.ending.play(step, day)
        self.files += self.payments.pay(self.season.grace_ends_on + timedelta(days=7))
        self.files += self.payments.pay(self.season.grace_ends_on + timedelta(days=25))
        for point_id, actor in self.points.items():
            with acting_as(actor):
                distribution.close_point(point_id=point_id, actor=actor, request_id=uuid4(), at=_at(self.season.closed_on, 12))
        self.payments.close(self.season.closed_on)
        self.files += self.ending.papers()
        self.progress("close", 1, 1)

    def played(self, given: list[HandOverDay], taught: list[Lesson]) -> Played:
        """What is left once the curtain falls."""
        spent = {lesson.rank for lesson in taught}
        handed_over = frozenset(rank for each in given for rank in each.ranks)
        shown = sorted(str(path.relative_to(self.out)) for path in self.files) if self.out else []
        return Played(
            scenario=self.scenario,
            season=self.season,
            programme_id=self.programme_id,
            agreement_id=self.agreement_id,
            order_id=self.order_id,
            series_id=self.series.id,
            cast=self.cast,
            codes=self.codes,
            in_hands=sorted(handed_over - spent),
            given=handed_over,
            files=shown,
        )
