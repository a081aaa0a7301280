"""A nation's season: several operators' programmes, each with its authorities, played side by side; some places accept both."""

import multiprocessing
import pickle
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from django.db import transaction

from carnet.redemption.access import forget_place_keys
from carnet.scenarios import cast
from carnet.scenarios.cast import Cast
from carnet.scenarios.ending import signer_of
from carnet.scenarios.plan import Scenario, ScenarioUnreadable, checked, closed_season
from carnet.scenarios.play import Played, Progress, Stage, dice_of, perform, set_stage

# What a process begins with: it loads Django, then calls `perform_apart` with the same.
Begin = Callable[[Connection, bytes], None]
# What a programme's table leaves out is as the nation's.
_OF_THE_NATION = frozenset({"name", "title", "shared_places", "programmes"})


@dataclass(frozen=True, slots=True)
class NationalScenario:
    """Several programmes of one season. `shared_places`: how many places of each accept the vouchers of the one before it too."""

    name: str
    title: str
    programmes: tuple[Scenario, ...]
    shared_places: int


@dataclass(frozen=True)
class PlayedNation:
    """What each programme left."""

    scenario: NationalScenario
    programmes: tuple[Played, ...]


class PlayInterrupted(Exception):
    """A programme played beside did not end; the sentence is its own."""


def national_scenario(values: dict[str, Any]) -> NationalScenario:
    """A nation's season from what a TOML file says. Raises: ScenarioUnreadable."""
    common = {name: value for name, value in values.items() if name not in _OF_THE_NATION}
    try:
        programmes = tuple(checked({**common, **each}) for each in values["programmes"])
        shared_places = int(values.get("shared_places", 0))
        scenario = NationalScenario(str(values["name"]), str(values["title"]), programmes, shared_places)
    except (KeyError, TypeError, ValueError) as error:
        raise ScenarioUnreadable(scenario=str(values.get("name", "")), reason=str(error)[:200]) from None
    sound = len({each.operator for each in programmes}) == len({each.name for each in programmes}) == len(programmes) > 0
    if not sound or not all(0 <= shared_places <= each.places for each in programmes):
        raise ScenarioUnreadable(scenario=scenario.name, reason="programmes: name, operator; shared_places")
    return scenario


def play_nation(
    scenario: NationalScenario, *, today: date, seed: int = 1, out: Path | None = None, printing: str = "sample",
    apart: "Begin | None" = None, progress: Progress = lambda _what, _done, _total: None,
) -> PlayedNation:  # fmt: skip
    """Play every programme's season. Raises: ScenarioUnreadable, PlayInterrupted.

    Everyone is gathered first, in one transaction; then each operator goes its own way, as it would: in a process of its own if `apart` says
    how one begins (it ends in `perform_apart`), else one after the other. The same seed plays the same season either way.
    """
    forget_place_keys()
    progress("cast", 0, len(scenario.programmes))
    stages: list[Stage] = []
    dice = [dice_of(each, seed) for each in scenario.programmes]
    with transaction.atomic():
        before: Cast | None = None
        for programme, die in zip(scenario.programmes, dice, strict=True):
            before = cast.gather(programme, today=today, dice=die, beside=before, shared_places=scenario.shared_places)
            folder = out / programme.name if out is not None else None
            stages.append(set_stage(programme, closed_season(programme, today), before, folder, _quiet))
            for funder_id in before.funder_ids.values():
                signer_of(funder_id, cast.cast_moment(today))
            progress("cast", len(stages), len(scenario.programmes))
    sums = _Sum(len(stages), progress)
    if apart is not None:
        played = _beside(stages, seed, printing, sums, apart)
    else:
        played = [_performed(stage, seed, printing, sums.of(rank)) for rank, stage in enumerate(stages)]
    files = [replace(each, files=[f"{each.scenario.name}/{name}" for name in each.files]) for each in played]
    return PlayedNation(scenario, tuple(files))


def _quiet(_what: str, _done: int, _total: int) -> None:
    """Nobody listens."""


class _Sum:
    """What several plays say of where they are, told as one."""

    def __init__(self, count: int, told: Progress) -> None:
        self._told, self._known = told, [dict[str, tuple[int, int]]() for _ in range(count)]

    def of(self, rank: int) -> Callable[[str, int, int], None]:
        """What one of them says, added to the others'."""

        def say(what: str, done: int, total: int) -> None:
            self._known[rank][what] = (done, total)
            latest = [each[what] for each in self._known if what in each]
            self._told(what, sum(each[0] for each in latest), sum(each[1] for each in latest))

        return say


def _performed(stage: Stage, seed: int, printing: str, progress: Progress) -> Played:
    """One programme's season; its codes and what is left in hands are not carried further."""
    stage.progress = progress
    # The dice were thrown once already, to gather: these are thrown from there on, whoever throws them.
    played = perform(stage, dice_of(replace(stage.scenario, name=f"{stage.scenario.name} season"), seed), printing=printing)
    return replace(played, codes=(), in_hands=[], given=frozenset())


def _beside(stages: Sequence[Stage], seed: int, printing: str, sums: _Sum, begin: Begin) -> list[Played]:
    """Each in a process of its own, that stops at the next thing it says if this one is gone."""
    processes = multiprocessing.get_context("spawn")
    ends: dict[Connection, int] = {}
    started = []
    for rank, stage in enumerate(stages):
        stage.progress = _quiet
        here, there = processes.Pipe(duplex=False)
        process = processes.Process(target=begin, args=(there, pickle.dumps((stage, seed, printing))), daemon=True)
        process.start()
        there.close()
        ends[here] = rank
        started.append(process)
    told: dict[int, Played] = {}
    try:
        while ends:
            for end in wait(list(ends)):
                assert isinstance(end, Connection)
                rank = ends[end]
                try:
                    what, *rest = end.recv()
                except EOFError:
                    started[rank].join()
                    raise PlayInterrupted(f"{stages[rank].scenario.name}: {started[rank].exitcode}") from None
                if what == "played":
                    told[rank] = rest[0]
                    del ends[end]
                elif what == "failed":
                    raise PlayInterrupted(f"{stages[rank].scenario.name}: {rest[0]}")
                else:
                    sums.of(rank)(*rest)
    finally:
        for process in started:
            if len(told) < len(stages):
                process.terminate()
            process.join()
    return [told[rank] for rank in range(len(stages))]


def perform_apart(end: Connection, told: bytes) -> None:
    """One programme's season in a process of its own, Django loaded; it says where it is, and at last what it left."""
    stage, seed, printing = pickle.loads(told)  # noqa: S301 - written above, by the process that started this one
    try:
        end.send(("played", _performed(stage, seed, printing, lambda *said: end.send(("progress", *said)))))
    except Exception as fault:
        with suppress(OSError):
            end.send(("failed", f"{type(fault).__name__}: {fault}"[:300]))
        raise
