"""What a scenario says, read and checked; and the dates of a season, counted back from today."""

import tomllib
from dataclasses import MISSING, dataclass, fields
from datetime import date, timedelta
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

from carnet.kernel.periods import add_months
from carnet.kernel.refusals import Refusal

SHIPPED = ("nantes", "departement", "national", "semaines", "helpers", "connection")
# Shipped under another name than its file.
FILES = {"helpers": "assisted"}
# From the end of grace to the last statement: the last payment of places, then the funders'.
CLOSING_DAYS = 45
GRACE_DAYS = 31


class ScenarioUnreadable(Refusal):
    """A scenario that does not exist, is not TOML, or whose figures do not hold together."""

    code = "scenario-unreadable"


@dataclass(frozen=True, slots=True)
class FunderPlan:
    """One funder: its percent of the whole; on use, who advances it."""

    name: str
    percent: int
    state: bool = False
    on_use: bool = False
    advanced_by: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """How big, where, with whom, and how people behave. Rates are whole percents."""

    name: str
    title: str
    template: str
    season_month: int
    booklets: int
    booklet_size: int
    department: str
    territory: str
    prescribers: int
    places: int
    handed_over: int
    used: int
    half_booklets: int
    issuer_prefix: str
    operator: str
    phone: str
    funders: tuple[FunderPlan, ...]
    # Every week, with what happens to payments in a year: some come back, one is stopped, a place owes.
    weekly: bool = False
    # A place is paid by mistake and owes, large payments take two people.
    eventful: bool = False
    # Places are paid by a public accountant, through payment orders.
    by_orders: bool = False
    # A desk receives people one day out of so many weeks.
    weeks_between: int = 1
    # Booklets leave a desk in their order, from the top of the pile; otherwise in any.
    stacked: bool = False
    # Départements, instead of one `territory`.
    departments: tuple[str, ...] = ()

    @property
    def perimeter(self) -> tuple[str, ...]:
        """Where its desks and its places are."""
        return self.departments or (self.territory,)

    @property
    def voucher_count(self) -> int:
        """How many vouchers are drawn."""
        return self.booklets * self.booklet_size

    def portion(self, funder: FunderPlan) -> Fraction:
        """A funder's exact part."""
        return Fraction(funder.percent, 100)


@dataclass(frozen=True, slots=True)
class Season:
    """The days of one play. A closed season has been over, grace and closing included, for a while."""

    first_day: date
    last_day: date
    today: date

    @property
    def is_closed(self) -> bool:
        """Whether everything, the last statement included, is behind us."""
        return self.closed_on <= self.today

    @property
    def grace_ends_on(self) -> date:
        """The first day on which a voucher is no longer accepted."""
        return self.last_day + timedelta(days=1 + GRACE_DAYS)

    @property
    def closed_on(self) -> date:
        """The day of the last statement."""
        return self.grace_ends_on + timedelta(days=CLOSING_DAYS)


def closed_season(scenario: Scenario, today: date) -> Season:
    """The latest season of twelve months, begun in the scenario's month, that is over and closed today."""
    year = today.year
    while True:
        first = date(year, scenario.season_month, 1)
        season = Season(first, add_months(first, 12) - timedelta(days=1), today)
        if season.is_closed:
            return season
        year -= 1


def open_season(today: date) -> Season:
    """A season of twelve months that began on the first day of last month, and goes on."""
    first = add_months(today.replace(day=1), -1)
    return Season(first, add_months(first, 12) - timedelta(days=1), today)


def load(name_or_path: str) -> Scenario:
    """A shipped campaign by its name, or a TOML file. Raises: ScenarioUnreadable."""
    return checked(values_of(name_or_path))


def values_of(name_or_path: str) -> dict[str, Any]:
    """What a shipped scenario, or a TOML file, says: not checked yet. Raises: ScenarioUnreadable."""
    try:
        if name_or_path in SHIPPED:
            text = (files("carnet.scenarios") / "shipped" / f"{FILES.get(name_or_path, name_or_path)}.toml").read_text(encoding="utf-8")
        else:
            text = Path(name_or_path).read_text(encoding="utf-8")
        return tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScenarioUnreadable(scenario=name_or_path, reason=str(error)[:200]) from None


def checked(values: dict[str, Any]) -> Scenario:
    """A campaign from what a file says. Raises: ScenarioUnreadable."""
    known = {each.name for each in fields(Scenario)}
    needed = {each.name for each in fields(Scenario) if each.default is MISSING}
    problems = [f"{name} ?" for name in sorted(needed - values.keys())] + [f"{name} ???" for name in sorted(values.keys() - known)]
    if problems:
        raise ScenarioUnreadable(scenario=str(values.get("name", "")), reason=", ".join(problems))
    try:
        funders = tuple(FunderPlan(**each) for each in values["funders"])
        scenario = Scenario(**{**values, "funders": funders, "departments": tuple(values.get("departments", ()))})
        whole = sum(funder.percent for funder in scenario.funders) == 100
        sizes = (scenario.booklets, scenario.booklet_size, scenario.prescribers, scenario.places, scenario.weeks_between)
        rates = (scenario.handed_over, scenario.used, scenario.half_booklets)
        sound = all(size > 0 for size in sizes) and all(0 <= rate <= 100 for rate in rates) and 1 <= scenario.season_month <= 12
    except TypeError as error:
        raise ScenarioUnreadable(scenario=str(values.get("name", "")), reason=str(error)[:200]) from None
    if not whole or not sound:
        reason = "funders: 100 %" if not whole else "sizes > 0, rates 0-100, season_month 1-12"
        raise ScenarioUnreadable(scenario=scenario.name, reason=reason)
    return scenario
