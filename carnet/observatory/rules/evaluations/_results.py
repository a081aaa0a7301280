"""From a plan and a table of results to what may be said, with every figure behind it."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from carnet.observatory.rules.evaluations._claims import FEW_UNITS, LEVEL, Claim, Doubt, claim_of, lost_doubts
from carnet.observatory.rules.evaluations._differences import differences
from carnet.observatory.rules.evaluations._draws import draw
from carnet.observatory.rules.evaluations._inference import randomisation_test
from carnet.observatory.rules.evaluations._matching import coarsened, nearest
from carnet.observatory.rules.evaluations._plans import Design, Matching, Plan
from carnet.observatory.rules.evaluations._refusals import ResultsWrong
from carnet.places.rules.tables import RawTable

_YES, _NO = frozenset({"1", "yes", "oui", "o", "y"}), frozenset({"0", "no", "non", "n"})


@dataclass(frozen=True, slots=True)
class Result:
    """What the results of a plan come to. `effect`: of those who began, or came, less the others, in the outcome's unit.

    `compared`: how many on each side (began, or came, first); `details`: what else the design tells (balance, trends, draws…), plain values.
    """

    design: Design
    claim: Claim
    doubts: tuple[Doubt, ...]
    effect: float
    low: float
    high: float
    p_value: float
    compared: tuple[int, int]
    lost: int
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    unit: str
    outcome: float
    cells: Mapping[str, str]


def result_of(plan: Plan, table: RawTable, *, sealed_on: date | None) -> Result:
    """Compare as the plan says. `sealed_on`: the legal day the plan was sealed; None when it was not: then nothing is said of a cause.

    The table has a line per measure: `unit`, `outcome`, and by design `period`, `came`, the covariates; optionally `measured_on` (a day) and
    `received`. Raises: ResultsWrong, with the column, or the line.
    """
    lines = _lines(plan, table)
    doubts = [] if sealed_on is not None else [Doubt.NOT_SEALED]
    if sealed_on is not None and any(day <= sealed_on for day in _days(lines)):
        doubts.append(Doubt.SEALED_LATE)
    compare = {
        Design.WAITING_LIST: _drawn,
        Design.STEPPED_WEDGE: _drawn,
        Design.MATCHED: _matched,
        Design.DIFFERENCES: _changed,
    }[plan.design]
    return compare(plan, lines, doubts)


def written(result: Result) -> dict[str, Any]:
    """As plain values; what is infinite or not a number is None."""
    plain: dict[str, Any] = _plain(asdict(result))
    return plain


def read_result(content: Mapping[str, Any]) -> Result:
    """A kept result, as it was; an end of an interval that is nowhere is infinite."""
    low, high = content["low"], content["high"]
    return Result(
        **{
            **content,
            "design": Design(content["design"]),
            "claim": Claim(content["claim"]),
            "doubts": tuple(Doubt(each) for each in content["doubts"]),
            "compared": (content["compared"][0], content["compared"][1]),
            "low": -math.inf if low is None else low,
            "high": math.inf if high is None else high,
        }
    )


def _drawn(plan: Plan, lines: list[_Line], doubts: list[Doubt]) -> Result:
    """Those the draw made begin, beside those it made wait: whatever they then did."""
    steps, strata = draw(plan), {unit.id: unit.stratum for unit in plan.units}
    if unknown := next((line for line in lines if line.unit not in steps), None):
        raise ResultsWrong(what=f"{unknown.number} : {unknown.unit}")
    periods = _periods(plan, lines)
    units = sorted({line.unit for line in lines})
    outcomes = _table(lines, units, periods)
    begins = [steps[unit] for unit in units]
    drawn, seen = _by_step(steps.values()), _by_step(begins)
    doubts += lost_doubts(drawn, seen)
    if len(units) < FEW_UNITS:
        doubts.append(Doubt.FEW_UNITS)
    followed = _not_followed(lines, steps)
    if followed:
        doubts.append(Doubt.NOT_FOLLOWED)
    told = randomisation_test(begins, [strata[unit] for unit in units], outcomes, draws=plan.draws, seed=plan.digest)
    if math.isnan(told.effect):
        raise ResultsWrong(what="outcome")
    first = sum(0 < step <= (1 if plan.design is Design.WAITING_LIST else plan.steps // 2) for step in begins)
    details = {"draws": told.draws, "is_exact": told.is_exact, "not_followed": followed, "periods": periods, "drawn": len(steps)}
    if plan.design is Design.WAITING_LIST:
        began = np.array(begins) > 0
        details["means"] = [float(outcomes[began].mean()), float(outcomes[~began].mean())]
    return Result(
        plan.design, claim_of(plan.design, told.p_value, doubts), tuple(doubts), told.effect, told.low, told.high, told.p_value,
        (first, len(units) - first), len(steps) - len(units), details,
    )  # fmt: skip


def _matched(plan: Plan, lines: list[_Line], doubts: list[Doubt]) -> Result:
    came, outcomes = np.array([_flag(line, "came") for line in lines]), np.array([line.outcome for line in lines])
    if came.sum() < 2 or (~came).sum() < 2:
        raise ResultsWrong(what="came")
    covariates = {name: [line.cells[name] for line in lines] for name in plan.covariates}
    is_nearest = plan.matching is Matching.NEAREST
    told = nearest(came, outcomes, covariates, plan.caliper) if is_nearest else coarsened(came, outcomes, covariates, plan.coarsening)
    doubts.append(Doubt.NOT_DRAWN)
    if not all(each.is_alike for each in told.balance):
        doubts.append(Doubt.NOT_ALIKE)
    if told.dropped:
        doubts.append(Doubt.DROPPED)
    details = {"balance": [asdict(each) for each in told.balance], "gamma": told.gamma, "e_value": told.e_value, "error": told.error}
    return Result(
        plan.design, claim_of(plan.design, told.p_value, doubts), tuple(doubts), told.effect, told.low, told.high, told.p_value,
        (told.kept, told.compared), told.dropped, details,
    )  # fmt: skip


def _changed(plan: Plan, lines: list[_Line], doubts: list[Doubt]) -> Result:
    periods = _periods(plan, lines)
    if plan.first_period not in periods:
        raise ResultsWrong(what="first_period")
    units = sorted({line.unit for line in lines})
    groups = {line.unit: _flag(line, "came") for line in lines}
    if wrong := next((line for line in lines if _flag(line, "came") != groups[line.unit]), None):
        raise ResultsWrong(what=f"{wrong.number} : came")
    told = differences(
        np.array([groups[unit] for unit in units]), _table(lines, units, periods), tuple(periods), periods.index(plan.first_period)
    )
    doubts.append(Doubt.NOT_DRAWN)
    if told.before_p_value is None:
        doubts.append(Doubt.NO_PAST)
    elif told.before_p_value <= LEVEL:
        doubts.append(Doubt.PAST_DIFFERS)
    details = {
        "trends": [asdict(each) for each in told.trends],
        "before_effect": told.before_effect,
        "before_p_value": told.before_p_value,
        "error": told.error,
        "periods": periods,
    }
    return Result(
        plan.design, claim_of(plan.design, told.p_value, doubts), tuple(doubts), told.effect, told.low, told.high, told.p_value,
        (told.here, told.elsewhere), len(units) - told.here - told.elsewhere, details,
    )  # fmt: skip


def _lines(plan: Plan, table: RawTable) -> list[_Line]:
    needed = {
        Design.WAITING_LIST: ("unit", "outcome"),
        Design.STEPPED_WEDGE: ("unit", "period", "outcome"),
        Design.MATCHED: ("came", "outcome", *plan.covariates),
        Design.DIFFERENCES: ("unit", "came", "period", "outcome"),
    }[plan.design]
    if missing := next((name for name in needed if name not in table.columns), None):
        raise ResultsWrong(what=missing)
    found = []
    for raw in table.lines:
        cells = {name: value.strip() for name, value in raw.cells.items()}
        if blank := next((name for name in needed if name != "outcome" and not cells[name]), None):
            raise ResultsWrong(what=f"{raw.line} : {blank}")
        if not cells["outcome"]:
            continue  # nothing was measured: the unit is lost, and counted as such
        try:
            outcome = float(cells["outcome"].replace(",", "."))
        except ValueError:
            raise ResultsWrong(what=f"{raw.line} : outcome") from None
        if not math.isfinite(outcome):
            raise ResultsWrong(what=f"{raw.line} : outcome")
        found.append(_Line(raw.line, cells.get("unit", str(raw.line)), outcome, cells))
    if not found:
        raise ResultsWrong(what="outcome")
    return found


def _days(lines: list[_Line]) -> list[date]:
    days = []
    for line in lines:
        if said := line.cells.get("measured_on", ""):
            try:
                days.append(date.fromisoformat(said))
            except ValueError:
                raise ResultsWrong(what=f"{line.number} : measured_on") from None
    return days


def _periods(plan: Plan, lines: list[_Line]) -> list[str]:
    if plan.design is Design.WAITING_LIST:
        return ["1"]
    said = {line.cells["period"] for line in lines}
    if plan.design is Design.DIFFERENCES:
        return sorted(said, key=lambda name: name.zfill(12) if name.isdecimal() else name)
    if wrong := next(
        (
            line
            for line in lines
            if not line.cells["period"].isdecimal() or len(line.cells["period"]) > 9 or int(line.cells["period"]) > 2 * plan.steps
        ),
        None,
    ):
        raise ResultsWrong(what=f"{wrong.number} : period")
    return [str(period) for period in range(1, max(int(each) for each in said) + 1)]


def _table(lines: list[_Line], units: list[str], periods: list[str]) -> Any:
    """Units by periods; several measures of one unit in one period are its mean: each unit counts once. Period 0 is before anybody began."""
    place, when = {unit: rank for rank, unit in enumerate(units)}, {period: rank for rank, period in enumerate(periods)}
    sums, counts = np.zeros((len(units), len(periods))), np.zeros((len(units), len(periods)))
    for line in lines:
        column = 0 if periods == ["1"] else when.get(line.cells["period"])
        if column is None:
            continue
        sums[place[line.unit], column] += line.outcome
        counts[place[line.unit], column] += 1
    return np.where(counts > 0, sums / np.maximum(counts, 1), math.nan)


def _by_step(steps: Any) -> dict[int, int]:
    found: dict[int, int] = {}
    for step in steps:
        found[step] = found.get(step, 0) + 1
    return found


def _not_followed(lines: list[_Line], steps: Mapping[str, int]) -> int:
    """Units that did not do what the draw said, when the file tells (`received`); they stay on the side of the draw."""
    told = {line.unit: _flag(line, "received") for line in lines if line.cells.get("received")}
    return sum(received != (steps[unit] == 1) for unit, received in told.items()) if set(steps.values()) <= {0, 1} else 0


def _flag(line: _Line, name: str) -> bool:
    word = line.cells[name].casefold()
    if word not in _YES | _NO:
        raise ResultsWrong(what=f"{line.number} : {name}")
    return word in _YES


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
