"""What samples find in a labelled season: each month two are promised before it begins, drawn after it, and checked against papers.

Whoever checks has no label, only papers: an honest place has lost some, a fraud has made some up. The shares below are assumed, measured nowhere.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import uuid4

from carnet.controls.operations import samples
from carnet.controls.queries import samples as queries
from carnet.controls.rules.samples import Evidence, Finding, Method, SampleEmpty
from carnet.gateways.database import acting_as
from carnet.kernel.periods import PARIS, add_months
from carnet.parties.rules import Role
from carnet.scenarios.fraud._labels import Label
from carnet.scenarios.fraud._stage import Cashed, LabelledStage

# Redemptions a month: at random, and by risk.
SIZES = {Method.RANDOM: 20, Method.RISK: 20}
# In a hundred redemptions checked: how many are proved, how many nobody can say; the rest is not proved.
REAL, SLOPPY, WITHOUT_A_LESSON = (97, 2), (80, 12), (10, 15)


@dataclass
class Samples:
    """The samples of one season. `asked`, `not_proved`: redemptions of each place whose papers were asked for, and that had none."""

    stage: LabelledStage
    dice: random.Random
    waiting: list[int] = field(default_factory=list)
    asked: dict[int, int] = field(default_factory=dict)
    not_proved: dict[int, int] = field(default_factory=dict)

    def on(self, day: date) -> None:
        """On the first of a month: draw and check what was promised a month ago, promise this one."""
        if day.day == 1:
            self._check(day)
            if add_months(day, 1) <= self.stage.script.season.grace_ends_on:
                self._promise(day)

    def _promise(self, day: date) -> None:
        at = datetime.combine(day, time(0, 30), tzinfo=PARIS)
        admin = self.stage.cast.actor(Role.OPERATOR_ADMIN, self.stage.season.programme_id, at)
        with acting_as(admin):
            self.waiting = [
                samples.promise_sample(
                    programme_id=self.stage.season.programme_id, method=method, size=size, from_on=day, until_on=add_months(day, 1), actor=admin,
                    request_id=uuid4(), at=at,
                )
                for method, size in SIZES.items()
            ]  # fmt: skip

    def _check(self, day: date) -> None:
        at = datetime.combine(day, time(12), tzinfo=PARIS)
        admin = self.stage.cast.actor(Role.OPERATOR_ADMIN, self.stage.season.programme_id, at)
        cashed = {each.number: each for each in self.stage.season.cashed}
        with acting_as(admin):
            for sample_id in self.waiting:
                try:
                    samples.draw_sample(sample_id=sample_id, actor=admin, request_id=uuid4(), at=at)
                except SampleEmpty:
                    continue
                for unit in queries.units(admin, sample_id):
                    finding = self._found(unit.place_id, unit.number, cashed)
                    samples.write_finding(
                        sample_id=sample_id,
                        rank=unit.rank,
                        finding=finding,
                        evidence=[Evidence.SHEET],
                        actor=admin,
                        request_id=uuid4(),
                        at=at,
                    )
                samples.close_sample(sample_id=sample_id, actor=admin, request_id=uuid4(), at=at)
        self.waiting = []

    def _found(self, place_id: int, number: str, cashed: Mapping[str, Cashed]) -> Finding:
        is_sloppy = self.stage.season.plans[place_id].label is Label.SLOPPY
        proved, cannot_say = WITHOUT_A_LESSON if cashed[number].is_fraud else SLOPPY if is_sloppy else REAL
        drawn = self.dice.randrange(100)
        self.asked[place_id] = self.asked.get(place_id, 0) + 1
        if drawn < proved:
            return Finding.PROVED
        if drawn < proved + cannot_say:
            return Finding.CANNOT_SAY
        self.not_proved[place_id] = self.not_proved.get(place_id, 0) + 1
        return Finding.NOT_PROVED
