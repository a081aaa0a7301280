"""Whole campaigns played through the same operations as the screens, from the first euro to the last statement.

*Scenario*: how big, where, with whom, and how people behave (a TOML file; some are shipped). *Season*: the
dates of one play, counted back from today. *Summary*: what it all came to, as the ledger says it.

Always true: everything played is marked as simulated; places are real, their payments invented; the same
seed plays the same campaign; a play touches nothing but its own programme.
"""

from carnet.scenarios.assisted import HelpersScenario, PlayedHelpers, helpers_scenario, play_helpers, summarise_helpers
from carnet.scenarios.connected import (
    ConnectionScenario,
    PlayedConnections,
    connection_scenario,
    play_connections,
    summarise_connections,
)
from carnet.scenarios.council import report_to_council
from carnet.scenarios.national import NationalScenario, PlayedNation, PlayInterrupted, national_scenario, play_nation
from carnet.scenarios.plan import SHIPPED, Scenario, ScenarioUnreadable, load, values_of
from carnet.scenarios.play import Played, count, play, seal
from carnet.scenarios.released import release_months
from carnet.scenarios.sleeping import compare as compare_stock
from carnet.scenarios.summary import summarise

__all__ = [
    "SHIPPED",
    "ConnectionScenario",
    "HelpersScenario",
    "NationalScenario",
    "PlayInterrupted",
    "Played",
    "PlayedConnections",
    "PlayedHelpers",
    "PlayedNation",
    "Scenario",
    "ScenarioUnreadable",
    "compare_stock",
    "count",
    "load",
    "open_scenario",
    "play",
    "play_connections",
    "play_helpers",
    "play_nation",
    "release_months",
    "report_to_council",
    "seal",
    "summarise",
    "summarise_connections",
    "summarise_helpers",
]


def open_scenario(name_or_path: str) -> Scenario | HelpersScenario | ConnectionScenario | NationalScenario:
    """Whichever a shipped name or a TOML file describes: a campaign, a nation's, months of assisted procedures, homes connected.

    Raises: ScenarioUnreadable.
    """
    values = values_of(name_or_path)
    if "programmes" in values:
        return national_scenario(values)
    if "homes" in values:
        return connection_scenario(values)
    return helpers_scenario(values) if "structures" in values else load(name_or_path)
