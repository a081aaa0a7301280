"""From the figures of a place to the shares that are compared: one definition for each component, written here alone. Pure.

| component | share |
| --- | --- |
| SENIORS | inhabitants of 65 and over / inhabitants |
| UNSCHOOLED | without a diploma, or with the primary one / inhabitants of 15 and over who left school |
| POVERTY | poor households, as published |
| ALONE | inhabitants of 55 and over who live alone / inhabitants; for want of them, households of one person / households |
| SINGLE_PARENT | families of one parent / families; for want of families, / households |
| NETWORK | premises that cannot have 30 Mbit/s / premises |
| PLACE, LIBRARY, SERVICES | minutes on the road to the nearest |

Numerator and denominator are of one vintage: the latest that has both. Source: docs/sources/need.md#components.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from carnet.observatory.rules.indicators import Indicator, Known
from carnet.observatory.rules.reach import Figures, Told
from carnet.planning.rules.need import UNKNOWN, Basis, Component, Share


def alternatives(figures: Figures, others: Mapping[Component, Share]) -> dict[Component, tuple[Share, ...]]:
    """Every way each component of one place may be told, the usual first. `others`: measured as a share already (network, minutes)."""
    found = {
        Component.SENIORS: (ratio(figures, [Indicator.POP65P], Indicator.POP),),
        Component.UNSCHOOLED: (ratio(figures, [Indicator.NSCOL15P_DIPLMIN], Indicator.NSCOL15P),),
        Component.POVERTY: (_published(figures, Indicator.TP60),),
        Component.ALONE: (
            ratio(figures, [Indicator.POP5579_PSEUL, Indicator.POP80P_PSEUL], Indicator.POP),
            ratio(figures, [Indicator.MENPSEUL], Indicator.MEN, Basis.ALL_AGES),
        ),
        Component.SINGLE_PARENT: (
            ratio(figures, [Indicator.FAMMONO], Indicator.FAM),
            ratio(figures, [Indicator.FAMMONO], Indicator.MEN, Basis.OF_HOUSEHOLDS),
        ),
    }
    return {component: (others[component],) if component in others else found.get(component, (UNKNOWN,)) for component in Component}


def shares(told: Mapping[Component, Sequence[Share]]) -> dict[Component, Share]:
    """Of each component the first way that is known; when none is, why the usual one is not."""
    return {component: next((each for each in ways if each.value is not None), ways[0]) for component, ways in told.items()}


def from_commune(own: Mapping[Component, Share], commune: Mapping[Component, Share]) -> dict[Component, Share]:
    """A neighbourhood's shares; what its files leave out is its commune's, and says so. A secret of the neighbourhood stays secret."""
    return {component: _lent(own.get(component, UNKNOWN), commune.get(component, UNKNOWN)) for component in Component}


def ratio(figures: Figures, parts: Sequence[Indicator], whole: Indicator, basis: Basis = Basis.USUAL) -> Share:
    """Per cent of `whole` that the sum of `parts` is, of the latest vintage that has them all; secret when one of them is, else missing."""
    vintages = set(figures.get(whole, {})).intersection(*(set(figures.get(part, {})) for part in parts))
    for vintage in sorted(vintages, reverse=True):
        told = [figures[each][vintage] for each in (*parts, whole)]
        share = _share(told, vintage, basis)
        if share is not UNKNOWN:
            return share
    return UNKNOWN


def _share(told: Sequence[Told], vintage: int, basis: Basis) -> Share:
    values = [each.value for each in told if each.value is not None]
    if len(values) < len(told):
        is_secret = any(each.known is Known.SECRET for each in told)
        return Share(None, Known.SECRET if is_secret else Known.MISSING, vintage, told[-1].source, basis)
    *parts, whole = values
    if whole <= 0:
        return UNKNOWN
    return Share(float(100 * sum(parts, Decimal(0)) / whole), Known.VALUE, vintage, told[0].source, basis)


def _published(figures: Figures, indicator: Indicator) -> Share:
    vintage = max(figures.get(indicator, {}), default=None)
    if vintage is None:
        return UNKNOWN
    told = figures[indicator][vintage]
    return Share(None if told.value is None else float(told.value), told.known, vintage, told.source)


def _lent(own: Share, commune: Share) -> Share:
    if own.value is not None or own.known is Known.SECRET or commune.value is None:
        return own
    return replace(commune, is_lent=True)
