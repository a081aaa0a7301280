"""What rules judge, read set by set: one module a rule or a few alike. Counts by place and days, never anything of a person's."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from carnet.controls.rules.signals.rule import About


@dataclass(frozen=True, slots=True)
class Ground:
    """Which programme, and which whole periods of legal days (half-open, one after another), evidence is asked for."""

    programme_id: int
    periods: tuple[tuple[date, date], ...]

    @property
    def from_on(self) -> date:
        """The first day looked at."""
        return self.periods[0][0]

    @property
    def until_on(self) -> date:
        """The first day no longer looked at."""
        return self.periods[-1][1]


# By rule. Each reads at most a few statements whatever the number of vouchers, seeing every tenant: bank accounts and devices are compared.
READERS: Mapping[str, Callable[[Ground], Iterable[About]]] = {}
