"""Our servers as they are served, on the day of the benchmark's campaign."""

from carnet.settings.dev import *  # noqa: F403

CARNET_CLOCK = "2026-03-03T10:00:00+00:00"

# A drill that kills the database on purpose does not need to hear that connections were lost.
LOGGING["loggers"]["psycopg.pool"] = {"level": LOG_LEVEL}  # noqa: F405
