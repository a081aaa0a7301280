"""How far the forecast of use is from what came, on seasons of the shipped scenarios, beside the naive answers.

``python -m benchmarks.forecast_error`` writes the table of docs/forecast.md.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path

import django

from carnet.kernel.periods import PARIS
from carnet.observatory.rules import Exposure, Life, Season, backtest, exposures

NAME = "forecast-error"
UNIT = "% of the use in the end, mean error"
REFERENCE = "the pace of the last month goes on"
LESS_IS_BETTER = True
GOAL = 0.8
TODAY = date(2026, 11, 22)
SCENARIOS = ("nantes", "departement")
MOMENTS = (15, 25, 35, 50, 75, 90)  # hundredths of the hand-over gone by
SEEDS = 3
PAGE = Path(__file__).resolve().parents[1] / "docs" / "forecast.md"
ANSWERS = {"method": "the method", "pace": "pace of last month", "everything": "everything used"}
MARK = "<!-- The table below is written by `python -m benchmarks.forecast_error`. -->\n"
Line = Mapping[str, int | date]


def played(name: str, seed: int) -> tuple[list[Life], Season, list[date], int]:
    """A season of a scenario as its seed has it: its vouchers, its ends, the days to look from, how many vouchers there were."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks._settings")
    django.setup()
    from carnet.scenarios import behaviour
    from carnet.scenarios.plan import closed_season, load

    scenario = load(name)
    season, dice = closed_season(scenario, TODAY), random.Random(f"{name} {seed}")
    given = behaviour.hand_overs(scenario, season, behaviour.desk_shares(scenario, dice), dice, until=season.closed_on)
    taught = behaviour.lessons(scenario, season, given, dice, until=datetime.combine(season.closed_on, time(), tzinfo=PARIS))
    used_on = {lesson.rank: lesson.at.date() for lesson in taught}
    counted = Counter((each.day, used_on.get(rank)) for each in given for rank in each.ranks)
    lives = [Life(handed_on, used, number) for (handed_on, used), number in counted.items()]
    length = (season.last_day - season.first_day).days
    days = [season.first_day + timedelta(days=length * moment // 100) for moment in MOMENTS]
    return lives, Season(0, season.last_day + timedelta(days=1), season.grace_ends_on), days, scenario.voucher_count


def looked_at(name: str, seed: int, *, helped: bool = False) -> list[Line]:
    """What would have been said at each moment. `helped`: the other scenario's season is the operator's other agreement."""
    lives, season, days, issued = played(name, seed)
    network: list[Exposure] = []
    if helped:
        (other,) = set(SCENARIOS) - {name}
        others, ends, _days, _issued = played(other, seed + 100)
        network = exposures(others, as_of=ends.end_of(TODAY))
    return backtest(lives, season, days, network=network, issued=issued)


def error(line: Line, answer: str) -> float:
    """In percent of what came."""
    said, actual = line[answer], line["actual"]
    assert isinstance(said, int) and isinstance(actual, int)  # noqa: PT018 - one fact
    return abs(said - actual) / actual * 100


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    kept: dict[int, list[Line]] = {}

    def mean(seed: int, answer: str) -> float:
        if seed not in kept:
            kept[seed] = looked_at(SCENARIOS[0], seed)
        lines = kept[seed]
        return sum(error(line, answer) for line in lines) / len(lines)

    ours, theirs = count(1), count(1)
    yield lambda: mean(next(ours), "method"), lambda: mean(next(theirs), "pace")


def main() -> None:
    """Write the table."""
    alone = {(name, seed): looked_at(name, seed) for name in SCENARIOS for seed in range(1, SEEDS + 1)}
    helped = {(name, seed): looked_at(name, seed, helped=True) for name in SCENARIOS for seed in range(1, SEEDS + 1)}
    rows = [("the method, with the operator's other season", helped, "method"), *((words, alone, key) for key, words in ANSWERS.items())]
    head = "| mean error, in % of the use in the end | " + " | ".join(f"at {moment} %" for moment in MOMENTS) + " | all |\n"
    table = head + "| --- |" + " --- |" * (len(MOMENTS) + 1) + "\n"
    for words, found, key in rows:
        by_moment = [sum(error(lines[rank], key) for lines in found.values()) / len(found) for rank in range(len(MOMENTS))]
        table += f"| {words} | " + " | ".join(f"{each:.1f}" for each in by_moment) + f" | **{sum(by_moment) / len(by_moment):.1f}** |\n"
    lines = [line for found in alone.values() for line in found]
    inside = sum(line["low"] <= line["actual"] <= line["high"] for line in lines)  # type: ignore[operator]
    table += f"\nWhat came was between low and high {inside} times in {len(lines)} ({100 * inside // len(lines)} %; pages say eight times in ten).\n"
    before, mark, _after = PAGE.read_text(encoding="utf-8").partition(MARK)
    PAGE.write_text(before + mark + "\n" + table, encoding="utf-8")


if __name__ == "__main__":
    main()
