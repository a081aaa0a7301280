"""Our servers as they are served, on the day of the benchmark's campaign."""

from carnet.settings.dev import *  # noqa: F403

CARNET_CLOCK = "2026-03-03T10:00:00+00:00"
