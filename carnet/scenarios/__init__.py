"""Whole campaigns played through the same operations as the screens, from the first euro to the last statement.

*Scenario*: how big, where, with whom, and how people behave (a TOML file; some are shipped). *Season*: the
dates of one play, counted back from today. *Summary*: what it all came to, as the ledger says it.

Always true: everything played is marked as simulated; places are real, their payments invented; the same
seed plays the same campaign; a play touches nothing but its own programme.
"""

from carnet.scenarios.plan import SHIPPED, Scenario, ScenarioUnreadable, load
from carnet.scenarios.play import Played, play, seal
from carnet.scenarios.sleeping import compare as compare_stock
from carnet.scenarios.summary import summarise

__all__ = ["SHIPPED", "Played", "Scenario", "ScenarioUnreadable", "compare_stock", "load", "play", "seal", "summarise"]
