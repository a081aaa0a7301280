"""The charts and tables of a study, for its page, its comparison and its paper."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from carnet.connectivity.queries.studies import KeptStudy
from carnet.connectivity.rules.study.assumptions import BY_KEY, Key, Range
from carnet.connectivity.rules.study.outcome import Outcome
from carnet.connectivity.rules.study.simulation import Studied
from carnet.web.connection_studies import words
from carnet.web.connection_studies.words import round_euros
from carnet.web.design import charts, formats
from carnet.web.design.charts import Chart, Unit
from carnet.web.design.components import Cell, Column, Figure, Table

_WEIGHTS_DRAWN = 8


def figures(found: Studied) -> list[Figure]:
    """What is looked for first."""
    homes = found.spreads["homes"]
    between = _("entre %(low)s et %(high)s")
    return [
        Figure(
            formats.number(homes.middle),
            _("Ménages connectés"),
            between % {"low": formats.number(homes.low), "high": formats.number(homes.high)},
        ),
        _amount(found, "total", _("Coût de tout, sur la durée")),
        _amount(found, "left", _("Reste à financer")),
        Figure(
            "–" if found.month_cents is None else formats.euros(found.month_cents),
            _("La connexion d’un ménage, par mois, aux valeurs probables"),
        ),
    ]


def _amount(found: Studied, measure: str, label: str) -> Figure:
    spread = found.spreads[measure]
    between = _("entre %(low)s et %(high)s") % {"low": round_euros(spread.low), "high": round_euros(spread.high)}
    return Figure(round_euros(spread.middle), label, between)


def interval_chart(found: Studied) -> Chart:
    """What it costs, what households pay, what is left: the middle of the draws and eight in ten of them."""
    named = (("total", _("Coût de tout")), ("household", _("Payé par les ménages")), ("left", _("Reste à financer")))
    items = [
        (label, _euros(spread.middle), _euros(spread.low), _euros(spread.high))
        for name, label in named
        if (spread := found.spreads[name]).low >= 0
    ]
    note = _("%(draws)s tirages, graine %(seed)s. La barre : le milieu des tirages.") % {
        "draws": formats.number(found.draws),
        "seed": found.seed,
    }
    return replace(charts.range_bars(_("Combien, et avec quelle incertitude"), items, unit=Unit.EUROS), notes=(note,))


def _euros(cents: int) -> int:
    """Cents rounded to a whole euro: an estimate has no cents."""
    return (cents + 50) // 100 * 100


def weight_chart(found: Studied) -> Chart:
    """Which assumption moves the comparison most, alone."""
    heavy = [each for each in found.weights if each.span][:_WEIGHTS_DRAWN]
    bars = [(str(words.KEY_WORDS[each.key]), _euros(each.span)) for each in heavy]
    drawn = charts.bars(_("Ce qui pèse le plus dans la comparaison"), bars, unit=Unit.EUROS, head=_("Hypothèse"))
    note = _("Chaque hypothèse va seule de sa valeur basse à sa valeur haute : voilà ce que cela change à l’écart avec le marché.")
    return replace(drawn, notes=(note,))


def weights(found: Studied) -> Table:
    """What each assumption changes alone: to the comparison with the market, and to what is left to pay."""
    columns = [
        Column(_("Hypothèse")),
        Column(_("Écart avec le marché, au plus bas"), number=True),
        Column(_("Au plus haut"), number=True),
        Column(_("Reste à financer, au plus bas"), number=True),
        Column(_("Au plus haut"), number=True),
    ]
    rows = [
        [
            str(words.KEY_WORDS[each.key]),
            *(round_euros(cents) for cents in (each.saved_low, each.saved_high, each.left_low, each.left_high)),
        ]
        for each in found.weights
    ]
    return Table(_("Ce que chaque hypothèse change, seule"), columns, rows)


def scenarios(found: Studied) -> Table:
    """Three levels of take-up, side by side."""
    cases = (found.prudent, found.likely, found.ambitious)
    columns = [
        Column(_("Quoi")),
        Column(_("Peu la prennent"), number=True),
        Column(_("Comme probable"), number=True),
        Column(_("Beaucoup la prennent"), number=True),
    ]
    return Table(_("Trois niveaux de demande"), columns, [[label, *(_of(each, name) for each in cases)] for label, name in outcome_lines()])


def outcome_lines() -> list[tuple[str, str]]:
    """The lines of an outcome, as they are called and as `Outcome` or `Joined` calls them."""
    return [
        (_("Ménages sans connexion à cause du prix"), "offline"),
        (_("Autres ménages en difficulté"), "difficulty"),
        (_("Ménages qui changent d’offre"), "switched"),
        (_("Ménages connectés"), "homes"),
        (_("Installer"), "set_up_cents"),
        (_("Abonnements et réseau"), "monthly_cents"),
        (_("Ordinateurs prêtés"), "computers_cents"),
        (_("Aide et leçons"), "lessons_cents"),
        (_("Coût de tout"), "total_cents"),
        (_("Payé par les ménages"), "household_cents"),
        (_("Payé par le bailleur"), "landlord_cents"),
        (_("Reste à financer"), "left_cents"),
        (_("Payer la différence avec le marché"), "market_gap_cents"),
        (_("Écart avec le marché"), "saved_cents"),
    ]


def _of(found: Outcome, name: str) -> str:
    if name.endswith("_cents"):
        return round_euros(getattr(found, name))
    return formats.number(getattr(found.joined, name))


def residences(kept: KeptStudy) -> Table:
    """Residence by residence: who is expected, and what equipping comes to for each."""
    columns = [
        Column(_("Résidence")),
        Column(_("Commune")),
        Column(_("Logements"), number=True),
        Column(_("Fibre")),
        Column(_("Ménages attendus"), number=True),
        Column(_("Équiper, par ménage attendu"), number=True),
    ]
    rows = []
    for each, homes in zip(kept.residences, kept.studied.homes, strict=True):
        cost = _equipping(kept.ranges, each.has_fibre, each.dwellings)
        rows.append([
            each.name, each.commune, formats.number(each.dwellings), _("oui") if each.has_fibre else _("non"), formats.number(homes),
            round_euros(cost // homes) if homes else "–",
        ])  # fmt: skip
    total = [_("Total"), "", formats.number(kept.studied.size.dwellings), "", formats.number(sum(kept.studied.homes)), ""]
    return Table(_("Résidence par résidence, aux valeurs probables"), columns, rows, total)


def _equipping(ranges: dict[Key, Range], has_fibre: bool, dwellings: int) -> int:
    return ranges[Key.SET_UP_RESIDENCE].likely if has_fibre else dwellings * ranges[Key.SET_UP_DWELLING].likely


def assumptions(ranges: dict[Key, Range]) -> list[Table]:
    """Every assumption with its three values and its source, group by group."""
    columns = [
        Column(_("Hypothèse")),
        Column(_("Basse"), number=True),
        Column(_("Probable"), number=True),
        Column(_("Haute"), number=True),
        Column(_("D’où elle vient")),
    ]
    return [Table(str(title), columns, [_assumption(key, ranges[key]) for key in keys]) for title, keys in words.GROUPS]


def _assumption(key: Key, values: Range) -> list[Any]:
    unit = BY_KEY[key].unit
    return [
        str(words.KEY_WORDS[key]),
        *(words.written(each, unit) for each in (values.low, values.likely, values.high)),
        words.source(key, values),
    ]


def comparison(studies: Sequence[tuple[str, str, KeptStudy]]) -> Table:
    """Several studies side by side: (name, address, study). Only the assumptions that differ are shown, then what each comes to."""
    columns = [Column(_("Étude")), *(Column(name, number=True) for name, _url, _kept in studies)]
    kept = [each for _name, _url, each in studies]
    rows: list[list[Any]] = [[_("Ouvrir"), *(Cell(_("ouvrir"), url=url) for _name, url, _kept in studies)]]
    rows.append([_("Logements"), *(formats.number(each.studied.size.dwellings) for each in kept)])
    chosen = [words.choice_words(each.choices) for each in kept]
    rows += [[lines[0][0], *(value for _label, value in lines)] for lines in zip(*chosen, strict=True) if len(set(lines)) > 1]
    for key in Key:
        values = [each.ranges[key] for each in kept]
        if len(set(values)) > 1:
            rows.append([str(words.KEY_WORDS[key]), *(_range_words(key, each) for each in values)])
    rows += [[label, *(_of(each.studied.likely, name) for each in kept)] for label, name in outcome_lines()]
    rows.append([_("Tirages moins chers que le marché"), *(formats.percent(each.studied.cheaper, each.studied.draws) for each in kept)])
    rows.append([_("Ménages à partir desquels les deux se valent"), *(_even(each.studied) for each in kept)])
    return Table(_("Côte à côte"), columns, rows)


def _range_words(key: Key, values: Range) -> str:
    unit = BY_KEY[key].unit
    if values.low == values.high:
        return words.written(values.likely, unit)
    return " / ".join(words.written(each, unit) for each in (values.low, values.likely, values.high))


def _even(found: Studied) -> str:
    return _("jamais") if found.even.homes is None else formats.number(found.even.homes)


def changes(before: Studied, after: Studied) -> Table:
    """What other assumptions change, beside the study they come from."""
    columns = [
        Column(_("Quoi")),
        Column(_("Étude"), number=True),
        Column(_("Essai"), number=True),
        Column(_("Différence"), number=True),
    ]
    rows: list[list[Any]] = []
    for label, name in outcome_lines():
        values = [getattr(each.likely, name) if name.endswith("_cents") else getattr(each.likely.joined, name) for each in (before, after)]
        write = round_euros if name.endswith("_cents") else formats.number
        gap = values[1] - values[0]
        rows.append([label, *(write(each) for each in values), f"+{write(gap)}" if gap > 0 else _less(gap, write)])
    rows.append([_("Ménages à partir desquels les deux se valent"), _even(before), _even(after), ""])
    return Table(_("Ce que l’essai change"), columns, rows)


def _less(gap: int, write: Any) -> str:
    return "=" if gap == 0 else f"{formats.MINUS}{write(-gap)}"
