"""Indicators and evaluations in words: tables, sentences, what is supposed, and what may be said. Loaded when a page asks: it needs numpy."""

import math
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.observatory.rules import evaluations, surveys
from carnet.observatory.rules.evaluations import Assumption, Claim, Design, Doubt, Level, Result
from carnet.observatory.rules.surveys import INDICATOR_BY_KEY, Among, IndicatorRow, IndicatorTable
from carnet.web.design import charts, formats
from carnet.web.design.charts import Chart, Unit
from carnet.web.design.components import Column, Figure, Row, Table
from carnet.web.spreadsheets import Sheet

CUT_WORDS = {
    "age": gettext_lazy("Âge"),
    "age_eurostat": gettext_lazy("Âge, tranches d’Eurostat"),
    "income": gettext_lazy("Niveau de vie"),
    "education": gettext_lazy("Diplôme"),
    "equipment": gettext_lazy("Équipement"),
    "household": gettext_lazy("Ménage"),
    "area": gettext_lazy("Territoire"),
}
DESIGN_WORDS = {
    Design.WAITING_LIST: gettext_lazy("Liste d’attente tirée au sort"),
    Design.STEPPED_WEDGE: gettext_lazy("Démarrage échelonné tiré au sort"),
    Design.MATCHED: gettext_lazy("Personnes venues, comparées à d’autres semblables"),
    Design.DIFFERENCES: gettext_lazy("Avant et après, ici et ailleurs"),
}
LEVEL_WORDS = {
    Level.PEOPLE: gettext_lazy("Numéros de personnes"),
    Level.POINTS: gettext_lazy("Points d’accueil"),
    Level.COMMUNES: gettext_lazy("Communes"),
}
ASSUMPTION_WORDS = {
    Assumption.DRAW_FOLLOWED: gettext_lazy("Seul le sort a décidé qui commence. Chacun reste compté du côté que le sort lui a donné."),
    Assumption.NO_SPILL: gettext_lazy("Ce que les uns ont reçu n’a rien changé pour les autres."),
    Assumption.SAME_MEASURE: gettext_lazy("On a mesuré la même chose, de la même façon, des deux côtés."),
    Assumption.LOST_ALIKE: gettext_lazy("Ceux dont on n’a pas de résultat ressemblent aux autres."),
    Assumption.CONSTANT: gettext_lazy("L’intervalle suppose le même écart pour tous."),
    Assumption.NOTHING_HIDDEN: gettext_lazy(
        "Rien d’autre que ce qui est noté ne distingue ceux qui sont venus. Personne ne peut le vérifier."
    ),
    Assumption.SOMEBODY_ALIKE: gettext_lazy("Chaque personne venue a quelqu’un qui lui ressemble parmi les autres."),
    Assumption.SAME_PATH: gettext_lazy("Sans le programme, ici aurait évolué comme ailleurs. Le passé l’éclaire, il ne le prouve pas."),
    Assumption.NOTHING_ELSE_THEN: gettext_lazy("Rien d’autre n’a commencé ici au même moment."),
}
DOUBT_WORDS = {
    Doubt.NOT_DRAWN: gettext_lazy("Personne n’a été tiré au sort : on ne peut pas dire pourquoi les deux groupes diffèrent."),
    Doubt.NOT_SEALED: gettext_lazy("Le plan n’était pas scellé avant les résultats : c’est une exploration."),
    Doubt.SEALED_LATE: gettext_lazy("Des résultats ont été mesurés avant que le plan soit scellé."),
    Doubt.LOST_MANY: gettext_lazy("Plus de vingt résultats sur cent manquent."),
    Doubt.LOST_UNEVENLY: gettext_lazy("Il manque plus de résultats d’un côté que de l’autre."),
    Doubt.FEW_UNITS: gettext_lazy("Moins de dix unités : le hasard pèse lourd."),
    Doubt.NOT_FOLLOWED: gettext_lazy("Certains n’ont pas fait ce que le sort disait. Ils restent comptés de son côté."),
    Doubt.NOT_ALIKE: gettext_lazy("Les deux groupes restent différents sur ce qui est noté. Voyez le tableau."),
    Doubt.DROPPED: gettext_lazy("Des personnes venues n’ont personne qui leur ressemble : elles ne sont pas comptées."),
    Doubt.NO_PAST: gettext_lazy("Une seule période avant : on ne voit pas si les deux évoluaient de même."),
    Doubt.PAST_DIFFERS: gettext_lazy("Les deux évoluaient déjà autrement avant : l’écart peut venir de là."),
}
# Indicators that a page shows first, as a chart, in few enough words for a telephone.
FIRST = {
    "no_use_3_months": gettext_lazy("Sans internet, trois mois"),
    "no_use_12_months": gettext_lazy("Sans internet, un an"),
    "lacks_one_2015": gettext_lazy("Manque une compétence, 2015"),
    "lacks_one_2021": gettext_lazy("Manque une compétence, 2021"),
    "illectronism_2019": gettext_lazy("Illectronisme, 2019"),
    "illectronism_2021": gettext_lazy("Illectronisme, 2021"),
}


# --- indicators ---------------------------------------------------------------------------------------------------------


def indicator_name(key: str) -> str:
    """An indicator with whom it is of, and its edition."""
    found = INDICATOR_BY_KEY[key]
    name = _(found.label)
    if found.domain is not None:
        name = _("Sans compétence : %(domain)s") % {"domain": formats.within(name)}
    if found.among is Among.USERS:
        name = _("%(name)s (parmi les usagers)") % {"name": name}
    if found.edition is not None and not key.startswith("illectronism"):
        name = _("%(name)s, version %(year)s") % {"name": name, "year": found.edition.value}
    return name


def cell_name(cut: Sequence[str], key: Sequence[str]) -> str:
    """``60-74, Sans diplôme``; everybody when nothing is cut."""
    return ", ".join(_value(name, value) for name, value in zip(cut, key, strict=True)) or _("Ensemble")


def _value(name: str, value: str) -> str:
    if value == surveys.UNSAID:
        return _("non dit")
    column = surveys.COLUMN_BY_NAME.get(name)
    return _(column.choices[value]) if column is not None and value in column.choices else value


def cut_name(cut: Sequence[str]) -> str:
    """``Âge``, ``Âge et diplôme``."""
    return _(" et ").join(str(CUT_WORDS[name]) for name in cut) or _("Ensemble")


def percent(share: float) -> str:
    """A share as a percentage with one decimal."""
    return f"{formats.decimal(100 * share)}{formats.NO_BREAK}%"


def row_sentence(row: IndicatorRow, *, least: int) -> str:
    """One line for a terminal."""
    name = f"{indicator_name(row.indicator)} — {cell_name(row.cut, row.key)}"
    if row.share is None:
        return _("%(name)s : caché (moins de %(least)s réponses, ou de quoi les retrouver)") % {"name": name, "least": least}
    return _("%(name)s : %(value)s, entre %(low)s et %(high)s (%(count)s réponses)") % {
        "name": name,
        "value": percent(row.share.value),
        "low": percent(row.share.low),
        "high": percent(row.share.high),
        "count": formats.number(row.count),
    }


def method_sentences(table: IndicatorTable) -> list[str]:
    """How it was counted, in plain words."""
    told = [
        _("Réponses comptées : %(answers)s ; mises de côté : %(set_aside)s.")
        % {"answers": formats.number(table.answers), "set_aside": formats.number(table.set_aside)},
        _("%(strata)s strates, %(clusters)s unités tirées d’abord, %(degrees)s degrés de liberté.")
        % {
            "strata": formats.number(table.strata),
            "clusters": formats.number(table.clusters),
            "degrees": formats.number(table.degrees),
        },
        _("Les cases de moins de %(least)s réponses sont cachées.") % {"least": formats.number(table.least)},
        _("L’intervalle contient la vraie valeur dans 95 enquêtes sur 100."),
    ]
    if table.lonely:
        told.append(
            ngettext(
                "%(count)s strate n’a qu’une unité : l’intervalle est élargi.",
                "%(count)s strates n’ont qu’une unité : l’intervalle est élargi.",
                table.lonely,
            )
            % {"count": formats.number(table.lonely)}
        )
    for edition, names in table.missing.items():
        if names:
            told.append(
                _("Version %(year)s : ces activités ne sont pas dans le fichier, et comptent comme non faites : %(names)s.")
                % {"year": edition.value, "names": ", ".join(names)}
            )
    return told


def indicator_table(table: IndicatorTable, cut: tuple[str, ...], indicator: str = "") -> Table:
    """For a page: every indicator of everybody; of a cut, one indicator, a line per cell."""
    rows = [row for row in table.rows if row.cut == cut and (not cut or row.indicator == indicator)]
    first = Column(cut_name(cut) if cut else _("Indicateur"))
    figures = [_("Estimation"), _("Entre"), _("Erreur type"), _("Effet de plan"), _("Réponses")]
    lines = [[cell_name(row.cut, row.key) if cut else indicator_name(row.indicator), *_figures(row)] for row in rows]
    caption = indicator_name(indicator) if cut else _("Tous les indicateurs")
    return Table(caption, [first, *(Column(name, number=True) for name in figures)], lines, empty=_("Rien à compter."))


def _figures(row: IndicatorRow) -> list[str]:
    if row.share is None:
        return [_("caché") if row.is_hidden else "–", "", "", "", ""]
    share = row.share
    return [
        _("%(value)s (peu sûr)") % {"value": percent(share.value)} if row.is_unsure else percent(share.value),
        _("%(low)s et %(high)s") % {"low": percent(share.low), "high": percent(share.high)},
        percent(share.error),
        "" if share.design_effect is None else formats.decimal(share.design_effect),
        formats.number(row.count),
    ]


def indicator_sheet(table: IndicatorTable) -> Sheet:
    """Every line, for a spreadsheet: figures with every decimal that means something."""
    columns = [
        "indicator",
        "cut",
        "cell",
        "name",
        "estimate",
        "low",
        "high",
        "standard_error",
        "design_effect",
        "answers",
        "hidden",
        "unsure",
    ]

    def lines() -> Iterable[list[str | int]]:
        for row in table.rows:
            share = row.share
            figures = (
                ["", "", "", "", ""] if share is None else [_exact(each) for each in (share.value, share.low, share.high, share.error)]
            )
            effect = "" if share is None or share.design_effect is None else _exact(share.design_effect)
            yield [
                row.indicator, ",".join(row.cut), cell_name(row.cut, row.key), indicator_name(row.indicator), *figures[:4], effect,
                "" if row.is_hidden else row.count, int(row.is_hidden), int(row.is_unsure),
            ]  # fmt: skip

    return Sheet(_("Indicateurs"), columns, lines)


def _exact(figure: float) -> str:
    return f"{figure:.6f}".replace(".", formats.decimal_mark())


def indicator_chart(table: IndicatorTable, cut: tuple[str, ...], keys: Sequence[str] = tuple(FIRST)) -> Chart:
    """The first indicators of everybody; of a cut, one indicator by cell."""
    rows = [row for row in table.rows if row.cut == cut and row.indicator in keys and (row.count or row.is_hidden)]
    items = [
        (str(FIRST[row.indicator]) if not cut else cell_name(cut, row.key), *_ranged(row))
        for row in rows
        if row.share is not None or row.is_hidden
    ]
    title = _("L’essentiel, et sa marge") if not cut else f"{indicator_name(keys[0])}, {formats.within(cut_name(cut))}"
    return charts.range_bars(title, items, unit=Unit.PERCENT, head=cut_name(cut))


def _ranged(row: IndicatorRow) -> tuple[charts.Value, float, float]:
    if row.share is None:
        return charts.HIDDEN, 0.0, 0.0
    return round(100 * row.share.value, 1), round(100 * row.share.low, 1), round(100 * row.share.high, 1)


# --- evaluations --------------------------------------------------------------------------------------------------------


def plan_rows(plan: evaluations.Plan) -> list[Row]:
    """What a plan says, line by line."""
    told = [
        Row(_("Question"), plan.question),
        Row(_("Comparaison"), str(DESIGN_WORDS[plan.design])),
        Row(_("Ce qui est mesuré"), plan.outcome),
        Row(_("Mieux quand c’est"), _("plus grand") if plan.higher_is_better else _("plus petit")),
    ]
    if plan.design.is_drawn:
        told += [
            Row(str(LEVEL_WORDS[plan.level]), formats.number(len(plan.units))),
            Row(_("Graine du tirage"), plan.seed),
            *([Row(_("D’où vient la graine"), plan.seed_source)] if plan.seed_source else []),
            Row(_("Test"), _("tirages au sort refaits : tous, ou %(draws)s") % {"draws": formats.number(plan.draws)}),
        ]
    if plan.covariates:
        told.append(Row(_("Semblables par"), ", ".join(plan.covariates)))
    if plan.first_period:
        told.append(Row(_("Première période après"), plan.first_period))
    told.append(Row(_("Empreinte du plan (SHA-256)"), plan.digest))
    return told


def draw_sheet(plan: evaluations.Plan) -> Sheet:
    """Who begins when, with what each is ordered by, so that anybody recomputes it."""
    steps = evaluations.draw(plan)
    columns = ["id", "stratum", "step", "sha256"]
    lines = sorted((unit.stratum, evaluations.rank_of(plan.seed, unit), unit.id) for unit in plan.units)
    return Sheet(_("Tirage"), columns, lambda: [[name, stratum, steps[name], rank] for stratum, rank, name in lines])


def said(plan: evaluations.Plan, result: Result) -> str:
    """The sentence that the design allows, and no more."""
    facts = {"outcome": plan.outcome, "low": figure(result.low), "high": figure(result.high), "gap": figure(abs(result.effect))}
    more = result.effect > 0
    if result.claim is Claim.CAUSED and more:
        return _("Commencer plus tôt a augmenté « %(outcome)s » de %(gap)s (entre %(low)s et %(high)s).") % facts
    if result.claim is Claim.CAUSED:
        return _("Commencer plus tôt a diminué « %(outcome)s » de %(gap)s (entre %(low)s et %(high)s).") % facts
    if result.claim is Claim.NOT_SHOWN:
        return (
            _(
                "Rien n’est montré sur « %(outcome)s » : l’écart est entre %(low)s et %(high)s. Cela ne dit pas que le programme ne change rien."
            )
            % facts
        )
    if result.claim is Claim.TOGETHER and more:
        return _("« %(outcome)s » est plus grand de %(gap)s (entre %(low)s et %(high)s). On ne peut pas dire pourquoi.") % facts
    if result.claim is Claim.TOGETHER:
        return _("« %(outcome)s » est plus petit de %(gap)s (entre %(low)s et %(high)s). On ne peut pas dire pourquoi.") % facts
    return _("On ne voit pas d’écart sur « %(outcome)s » (entre %(low)s et %(high)s). On ne peut pas dire pourquoi.") % facts


def figure(value: float) -> str:
    """A figure of any unit with three that count; an end that is nowhere says so."""
    if math.isinf(value):
        return _("sans limite")
    digits = 0 if value == 0 else max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:.{min(digits, 6)}f}".replace(".", formats.decimal_mark())
    return text.replace("-", "−")


def p_value(value: float) -> str:
    """How often chance alone would show as much: never written as zero."""
    return _("moins de 0,001") if value < 0.001 else f"{value:.3f}".replace(".", formats.decimal_mark())


def result_figures(result: Result) -> list[Figure]:
    """Three figures first."""
    sides = _("ceux qui ont commencé, moins les autres") if result.design.is_drawn else _("ici, ou venus, moins les autres")
    first, second = (formats.number(each) for each in result.compared)
    return [
        Figure(figure(result.effect), _("écart"), sides),
        Figure(f"{figure(result.low)} → {figure(result.high)}", _("intervalle à 95 %%") % {}),
        Figure(_("%(first)s et %(second)s") % {"first": first, "second": second}, _("comparés")),
    ]


def result_rows(result: Result) -> list[Row]:
    """How the figure was tested, and how solid it is."""
    rows = [Row(_("Valeur p"), p_value(result.p_value)), Row(_("Sans résultat, ou sans semblable"), formats.number(result.lost))]
    details = result.details
    if means := details.get("means"):
        rows.insert(
            0, Row(_("En moyenne"), _("%(first)s, et %(second)s pour les autres") % {"first": figure(means[0]), "second": figure(means[1])})
        )
    if "draws" in details:
        kind = _("tous ceux qui étaient possibles") if details["is_exact"] else _("tirés au hasard, par la graine du plan")
        rows.append(Row(_("Autres tirages comparés"), f"{formats.number(details['draws'])}, {kind}"))
        if details["not_followed"]:
            rows.append(Row(_("N’ont pas fait ce que le sort disait"), formats.number(details["not_followed"])))
    if details.get("gamma") is not None:
        rows.append(
            Row(_("Cause cachée (borne de Rosenbaum)"),
                _("elle devrait rendre la venue %(gamma)s fois plus probable, à ressemblance égale") % {"gamma": figure(details["gamma"])})
        )  # fmt: skip
    if details.get("e_value") is not None:
        rows.append(
            Row(_("Cause cachée (E-value)"),
                _("elle devrait être liée à la venue et au résultat par un rapport de %(value)s") % {"value": figure(details["e_value"])})
        )  # fmt: skip
    if details.get("before_p_value") is not None:
        rows.append(
            Row(_("Écart d’évolution avant"),
                _("%(effect)s par période (valeur p %(p)s)") % {"effect": figure(details["before_effect"]), "p": p_value(details["before_p_value"])})
        )  # fmt: skip
    return rows


def result_tables(result: Result) -> list[Table]:
    """What the design shows beside: who is alike, how each went."""
    tables = []
    if balance := result.details.get("balance"):
        columns = [Column(_("Ce qui est noté")), Column(_("Écart avant"), number=True), Column(_("Écart après"), number=True)]
        rows = [[each["covariate"], figure(each["before"]), figure(each["after"])] for each in balance]
        tables.append(Table(_("Se ressemblent-ils ? (en écarts types ; 0,1 au plus)"), columns, rows))
    return tables


def result_chart(result: Result) -> Chart | None:
    """The two paths, when there are several periods: before and after."""
    trends = result.details.get("trends")
    if not trends:
        return None
    here, elsewhere = [each["here"] for each in trends], [each["elsewhere"] for each in trends]
    labels = [each["period"] for each in trends]
    known = [[charts.MISSING if value is None else value for value in side] for side in (here, elsewhere)]
    return charts.lines(_("Ici et ailleurs, période par période"), labels, {_("Ici"): known[0], _("Ailleurs"): known[1]}, head=_("Période"))


def assumptions(design: Design) -> list[str]:
    """What has to be true for the figure to mean what it seems to."""
    return [str(ASSUMPTION_WORDS[each]) for each in evaluations.ASSUMPTIONS[design]]


def doubts(result: Result) -> list[str]:
    """What is doubtful, most serious first."""
    return [str(DOUBT_WORDS[each]) for each in result.doubts]


def columns_of(plan: evaluations.Plan) -> list[str]:
    """The columns its results must have."""
    told = {
        Design.WAITING_LIST: [_("unit : le numéro tiré au sort"), _("outcome : la mesure")],
        Design.STEPPED_WEDGE: [
            _("unit : le numéro tiré au sort"),
            _("period : 0 avant le premier départ, puis 1, 2, 3…"),
            _("outcome : la mesure"),
        ],
        Design.MATCHED: [_("came : yes ou no, la personne est-elle venue ?"), _("outcome : la mesure"), *plan.covariates],
        Design.DIFFERENCES: [
            _("unit : un numéro par unité"),
            _("came : yes ici, no ailleurs"),
            _("period : l’année, le mois…"),
            _("outcome : la mesure"),
        ],
    }
    return [*told[plan.design], _("measured_on : le jour de la mesure (facultatif)")]
