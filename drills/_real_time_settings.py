"""As the benchmarks', at the machine's own time, which the drill moves."""

from benchmarks._settings import *  # noqa: F403

CARNET_CLOCK = None
