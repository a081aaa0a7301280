"""A report in words, tables and charts: the page and the paper tell the same sections, in the same order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.observatory.rules import DEFINITIONS, SMALL_COUNT, Cut, Measure, Unit
from carnet.observatory.rules.boards import Line, total
from carnet.observatory.rules.charts import Gap, Value
from carnet.observatory.rules.council import COMPARED, PARTS_SHOWN, CouncilFigures, KeptReport, Part, Promise, since_last
from carnet.observatory.rules.objectives import Standing, Target
from carnet.observatory.rules.reach import Estimate, per_thousand
from carnet.places.rules.areas import AreaLevel
from carnet.web.boards import words
from carnet.web.design import charts, formats
from carnet.web.design.charts import Chart
from carnet.web.design.components import Column, Table
from carnet.web.local import words as local_words

Block = str | Table | Chart

STANDINGS = {
    Standing.REACHED: gettext_lazy("atteint"),
    Standing.MISSED: gettext_lazy("pas atteint à la date"),
    Standing.LIKELY: gettext_lazy("sera sans doute atteint"),
    Standing.OPEN: gettext_lazy("peut être atteint"),
    Standing.UNLIKELY: gettext_lazy("ne sera sans doute pas atteint"),
    Standing.TOO_SOON: gettext_lazy("trop tôt pour le dire"),
}
_TARGETS = {
    Target.ORDERED: Measure.ORDERED,
    Target.ACTIVATED: Measure.ACTIVATED,
    Target.HANDED_OVER: Measure.HANDED_OVER,
    Target.USED: Measure.USED,
    Target.PAID: Measure.PAID,
}
_MAP_TITLES = {
    AreaLevel.COMMUNE: gettext_lazy("Chèques utilisés dans chaque commune"),
    AreaLevel.DEPARTEMENT: gettext_lazy("Chèques utilisés dans chaque département"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what is under it, in order."""

    title: str
    blocks: tuple[Block, ...]


def title_of(figures: CouncilFigures) -> str:
    """``Nantes, 2026``."""
    return f"{figures.name}, {words.span_words(figures.span)}"


def sections_of(report: KeptReport, *, published_url: str) -> list[Section]:
    """Everything a report tells. `published_url` is where its numbers are found again."""
    figures = report.figures
    return [
        Section(_("En bref"), _brief(figures)),
        Section(_("Ce qui était promis"), _promised(figures)),
        Section(_("Ce qui a été fait"), _done(figures)),
        Section(_("L’argent de chaque financeur"), _money(figures)),
        Section(_("À qui cela a servi"), _served(figures)),
        Section(_("Ce qui a changé depuis le dernier rapport"), _changed(report)),
        Section(_("Ce que nous ne savons pas"), _unknown(figures)),
        Section(_("Définitions, et où recompter"), _definitions(figures, published_url)),
    ]


def _now(figures: CouncilFigures, measure: Measure) -> Value:
    change = figures.figures.get(measure)
    return change.now if change else Gap.MISSING


def _brief(figures: CouncilFigures) -> tuple[Block, ...]:
    told = {
        "span": words.span_words(figures.span),
        "handed": words.value_words(Measure.HANDED_OVER, _now(figures, Measure.HANDED_OVER)),
        "people": words.value_words(Measure.PEOPLE, _now(figures, Measure.PEOPLE)),
        "used": words.value_words(Measure.USED, _now(figures, Measure.USED)),
        "paid": charts.written(total([each.paid for each in figures.funders]), charts.Unit.EUROS),
    }
    late = words.unfinished(figures.span, figures.latest_on)
    return (
        _("Période : %(span)s. Chèques remis par les guichets : %(handed)s. Personnes servies : %(people)s.") % told,
        _("Chèques utilisés dans les lieux : %(used)s. Payé à ces lieux : %(paid)s.") % told,
        *([late] if late else []),
    )


def _promised(figures: CouncilFigures) -> tuple[Block, ...]:
    if not figures.promises:
        return (_("Aucun objectif daté n’est écrit. L’opérateur ou l’État peut en écrire un, que tout le monde suit."),)
    columns = [
        Column(_("Objectif")),
        Column(_("Promis"), number=True),
        Column(_("Avant le")),
        Column(_("Fait"), number=True),
        Column(_("Où on en est")),
    ]
    rows = [
        [
            _promise_name(each),
            formats.number(each.target),
            formats.day(each.due_on),
            formats.number(each.so_far),
            str(STANDINGS[each.standing]) + _likely(each),
        ]
        for each in figures.promises
    ]
    note = _("Un objectif est d’un programme entier, jamais de ce seul territoire.")
    return (note, Table(_("Objectifs"), columns, rows))


def _promise_name(promise: Promise) -> str:
    name = words.name_of(_TARGETS[promise.measure]) if promise.measure in _TARGETS else _("Lieux qui acceptent les chèques")
    return f"{name}, {promise.programme}" if promise.programme else name


def _likely(promise: Promise) -> str:
    if promise.low is None or promise.high is None:
        return ""
    told = local_words.without_invented_digits(promise.so_far, {"low": promise.low, "high": promise.high})
    return _(" (entre %(low)s et %(high)s)") % {name: formats.number(value) for name, value in told.items()}


def _done(figures: CouncilFigures) -> tuple[Block, ...]:
    before = figures.span.before
    columns = [Column(_("Chiffre")), Column(words.span_words(figures.span), number=True), Column(words.span_words(before), number=True)]
    rows = [
        [
            words.name_of(measure),
            words.value_words(measure, figures.figures[measure].now),
            words.value_words(measure, figures.figures[measure].before),
        ]
        for measure in COMPARED
        if measure in figures.figures
    ]
    blocks: list[Block] = [Table(_("Les chiffres, et ceux de la période d’avant"), columns, rows)]
    if len(figures.months) > 1:
        labels = [f"{on:%m/%y}" for on, _handed, _used in figures.months]
        series = {
            words.name_of(Measure.HANDED_OVER): [handed for _on, handed, _used in figures.months],
            words.name_of(Measure.USED): [used for _on, _handed, used in figures.months],
        }
        blocks.append(charts.lines(_("Chèques remis et utilisés, mois par mois"), labels, series))
    if figures.parts and figures.parts_level is not None:
        shown = charts.choropleth(
            str(_MAP_TITLES[figures.parts_level]),
            {part.key: part.value for part in figures.parts},
            names={part.key: part.name for part in figures.parts},
        )
        blocks.append(_shortened(shown))
    return tuple(blocks)


def _shortened(chart: Chart) -> Chart:
    """The same with the first lines of its table: a council reads the largest, the open data hold them all."""
    left = len(chart.table.rows) - PARTS_SHOWN
    if left <= 0:
        return replace(chart, rest=())
    more = ngettext("Et %(count)s autre, dans les données ouvertes.", "Et %(count)s autres, dans les données ouvertes.", left)
    table = replace(chart.table, rows=list(chart.table.rows)[:PARTS_SHOWN])
    return replace(chart, table=table, rest=(more % {"count": formats.number(left)},))


def _money(figures: CouncilFigures) -> tuple[Block, ...]:
    if not figures.funders:
        return (_("Aucun argent n’a été compté sur ce territoire pendant cette période."),)
    columns = [
        Column(_("Financeur")),
        Column(_("Chèques remis"), number=True),
        Column(_("Chèques utilisés"), number=True),
        Column(_("Payé aux lieux"), number=True),
    ]
    rows = [
        [each.name, *(charts.written(cents, charts.Unit.EUROS) for cents in (each.handed_over, each.used, each.paid))]
        for each in figures.funders
    ]
    sums = [total([getattr(each, name) for each in figures.funders]) for name in ("handed_over", "used", "paid")]
    drawn = charts.bars(
        _("Payé aux lieux, par financeur"),
        [(each.name, each.paid) for each in figures.funders],
        unit=charts.Unit.EUROS,
        head=_("Financeur"),
    )
    total_row = [_("Total"), *(charts.written(cents, charts.Unit.EUROS) for cents in sums)]
    note = _("Ce qui est remis est compté où est le guichet ; ce qui est utilisé et payé, où est le lieu.")
    table = Table(_("Ce que chacun a mis"), columns, rows, total_row)
    return (note, replace(drawn, table=table) if len(figures.funders) > 1 else table)


def _served(figures: CouncilFigures) -> tuple[Block, ...]:
    blocks: list[Block] = []
    newcomers = words.newcomers(figures.figures)
    if newcomers is not None and newcomers.value != "–":
        blocks.append(
            _("%(label)s : %(value)s, %(detail)s.") % {"label": newcomers.label, "value": newcomers.value, "detail": newcomers.detail}
        )
    blocks += _needed(figures)
    if figures.publics:
        rows = [[words.public_words(part.key), charts.written(part.value)] for part in figures.publics]
        blocks.append(Table(_("Ce que les guichets ont coché"), [Column(_("Public")), Column(_("Personnes servies"), number=True)], rows))
    if figures.services:
        items = [(_service(part), part.value) for part in figures.services[:PARTS_SHOWN]]
        blocks.append(charts.bars(_("Chèques utilisés, par service"), items, head=_("Service")))
    return tuple(blocks) or (_("Rien n’est compté sur cette période."),)


def _service(part: Part) -> str:
    return words.line_words(Cut.SERVICE, Line(part.key, part.name, (part.value,)))


def _needed(figures: CouncilFigures) -> list[Block]:
    if figures.need is None or figures.need.middle == 0:
        return []
    need = {name: formats.number(getattr(figures.need, name)) for name in ("low", "middle", "high")}
    told = [
        _(
            "Personnes en difficulté avec le numérique : environ %(middle)s, entre %(low)s et %(high)s. C’est une estimation (INSEE), jamais un compte."
        )
        % need
    ]
    handed = _now(figures, Measure.HANDED_OVER)
    rate = (
        None if isinstance(handed, Gap) else per_thousand(round(handed), Estimate(figures.need.low, figures.need.middle, figures.need.high))
    )
    if rate is not None and rate.high:
        told.append(
            _("Chèques remis pour 1 000 d’entre elles : environ %(middle)s, entre %(low)s et %(high)s.")
            % {name: local_words.figure(value) for name, value in (("low", rate.low), ("middle", rate.middle), ("high", rate.high))}
        )
    return list(told)


def _changed(report: KeptReport) -> tuple[Block, ...]:
    changes = since_last(report.figures, report.before)
    if report.before is None:
        return (_("C’est le premier rapport de votre organisation sur ce territoire : il n’y a rien à comparer."),)
    if not changes or report.before_made_at is None:
        return (
            _("Le rapport n° %(number)s portait sur une période d’une autre longueur (%(span)s) : les deux ne se comparent pas.")
            % {"number": report.previous, "span": words.span_words(report.before.span)},
        )
    head = _("Rapport n° %(number)s (%(span)s), fait le %(day)s.") % {
        "number": report.previous,
        "span": words.span_words(report.before.span),
        "day": formats.day(report.before_made_at),
    }
    columns = [Column(_("Chiffre")), Column(_("Alors"), number=True), Column(_("Maintenant"), number=True), Column(_("Écart"), number=True)]
    rows = [
        [
            words.name_of(measure),
            words.value_words(measure, change.before),
            words.value_words(measure, change.now),
            _difference(measure, change.difference),
        ]
        for measure, change in changes.items()
    ]
    said: list[Block] = [head, Table(_("Depuis le dernier rapport"), columns, rows)]
    if report.before.span == report.figures.span:
        said.insert(1, _("C’est la même période : les écarts viennent de ce qui a été compté ou corrigé depuis."))
    return tuple(said)


def _difference(measure: Measure, difference: int | None) -> str:
    if difference is None:
        return "–"
    unit = charts.Unit.DAYS if DEFINITIONS[measure].unit is Unit.DAYS else charts.Unit.COUNT
    sign = "+" if difference > 0 else formats.MINUS if difference < 0 else ""
    return f"{sign}{charts.written(abs(difference), unit)}"


def _unknown(figures: CouncilFigures) -> tuple[Block, ...]:
    hidden = ngettext(
        "%(count)s nombre est caché : il compterait moins de %(least)s personnes, ou permettrait de les retrouver.",
        "%(count)s nombres sont cachés : ils compteraient moins de %(least)s personnes, ou permettraient de les retrouver.",
        figures.hidden_count,
    ) % {"count": formats.number(figures.hidden_count), "least": SMALL_COUNT}
    return (
        *([hidden] if figures.hidden_count else []),
        _("Où les personnes habitent : un chèque est compté où est le guichet qui le remet, puis où est le lieu qui l’accepte."),
        _("Si quelqu’un est venu deux fois : aucun nom n’est gardé, une personne qui reçoit deux remises compte deux fois."),
        _("Si les leçons ont aidé : un compte de chèques ne le dit pas. Une évaluation le dit, avec sa méthode."),
        _("Ce qui s’est passé après %(month)s, dernier mois publié.") % {"month": formats.month(figures.latest_on)},
    )


def _definitions(figures: CouncilFigures, published_url: str) -> tuple[Block, ...]:
    shown = [measure for measure in COMPARED if measure in figures.figures]
    rows = [[words.name_of(measure), _(DEFINITIONS[measure].definition)] for measure in shown]
    return (
        _(
            "Les nombres de personnes et de chèques sont ceux des données ouvertes %(release)s : %(url)s. Empreinte de leur manifeste : %(digest)s."
        )
        % {"release": figures.release, "url": published_url, "digest": figures.release_digest},
        _("L’argent vient des mêmes comptes que le grand livre, au centime près, à la date de ce rapport."),
        *([_("Programmes comptés : %(names)s.") % {"names": ", ".join(figures.programmes)}] if figures.programmes else []),
        Table(_("Définitions"), [Column(_("Chiffre")), Column(_("Ce qui est compté"))], rows),
    )


def facts_of(report: KeptReport, organisation: str) -> Sequence[tuple[str, str]]:
    """What the head of a report says of itself."""
    return (
        (_("Rapport"), _("n° %(number)s, fait le %(day)s") % {"number": report.number, "day": formats.day(report.made_at)}),
        (_("Fait par"), organisation),
    )
