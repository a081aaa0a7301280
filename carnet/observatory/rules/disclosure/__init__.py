"""Which counts of a release must be hidden, so that nothing published together or one month after another gives them back.

Words:   a *cell* is a count in a published table; a *sum* says that a cell is the sum of others, and everybody knows it; *primary*: hidden for
         what it tells by itself; *secondary*: hidden because the sums would give a primary one back; *said elsewhere*: already public, it
         cannot be hidden any more.
Always:  what is hidden comes with a witness, a whole table that fits everything published and puts the cell elsewhere; an attacker's
         program that knows nothing of how it was hidden checks the same by the bounds it finds.
Imports a solver: import this package where releases are made or attacked, never where pages are shown.
Source:  docs/sources/confidentiality.md.
"""

from carnet.observatory.rules.disclosure._attack import Interval, attack
from carnet.observatory.rules.disclosure._cells import Cell, Key, Sum, Tables, Wanted, is_primary, wanted
from carnet.observatory.rules.disclosure._history import merged
from carnet.observatory.rules.disclosure._rolling import Dimension, rolled_up
from carnet.observatory.rules.disclosure._suppress import Suppressed, after, bound_to, faults, suppress

__all__ = [
    "Cell",
    "Dimension",
    "Interval",
    "Key",
    "Sum",
    "Suppressed",
    "Tables",
    "Wanted",
    "after",
    "attack",
    "bound_to",
    "faults",
    "is_primary",
    "merged",
    "rolled_up",
    "suppress",
    "wanted",
]
