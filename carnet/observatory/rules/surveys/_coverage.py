"""How often the interval holds the truth, on populations whose truth is known: the proof of the intervals, at any size asked."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from carnet.observatory.rules.surveys._variance import sample_of, share

_CLUSTERS, _PEOPLE = 40, 10


@dataclass(frozen=True, slots=True)
class Coverage:
    """One population: the true share, the likeness of neighbours (0: none), and of how many samples the interval held the truth."""

    truth: float
    likeness: float
    held: int
    drawn: int

    @property
    def rate(self) -> float:
        """Between 0 and 1: 0.95 is what is promised."""
        return self.held / self.drawn


def coverage(*, draws: int, seed: int) -> Iterator[Coverage]:
    """Samples of two strata, forty clusters of ten people, weights of 1 to 3; shares of 2 to 50 %, neighbours alike or not."""
    strata = ["a"] * (_CLUSTERS * _PEOPLE // 2) + ["b"] * (_CLUSTERS * _PEOPLE // 2)
    clusters = [str(each) for each in np.repeat(np.arange(_CLUSTERS), _PEOPLE)]
    everybody = np.ones(_CLUSTERS * _PEOPLE, dtype=np.bool_)
    rng = np.random.default_rng(seed)
    for truth in (0.02, 0.1, 0.3, 0.5):
        for likeness in (0.0, 0.1):
            held = 0
            for _draw in range(draws):
                sample = sample_of(rng.uniform(1, 3, len(strata)).tolist(), strata, clusters)
                spread = (1 - likeness) / likeness if likeness else 0.0
                chances = rng.beta(truth * spread, (1 - truth) * spread, _CLUSTERS) if likeness else np.full(_CLUSTERS, truth)
                found = share(sample, everybody, rng.random(len(strata)) < np.repeat(chances, _PEOPLE))
                held += found is not None and found.low <= truth <= found.high
            yield Coverage(truth, likeness, held, draws)
