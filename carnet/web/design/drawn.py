"""The specimens of charts and maps: invented numbers, of every kind, with a hidden one, an unknown one and a zero."""

from django.utils.translation import gettext as _

from carnet.places import queries as places
from carnet.places.rules.areas import AreaLevel
from carnet.web.design import charts
from carnet.web.design.charts import HIDDEN, MISSING, Chart, Unit, Value

_METROPOLE = "244400404"
_MONTHS = ("01/26", "02/26", "03/26", "04/26", "05/26", "06/26", "07/26", "08/26", "09/26", "10/26", "11/26", "12/26")


def specimens() -> list[Chart]:
    """One chart of each kind."""
    handed: list[Value] = [320, 410, 460, 455, 500, 380, 120, 0, 640, 720, HIDDEN, MISSING]
    used: list[Value] = [40, 180, 260, 330, 390, 350, 210, 60, 280, 450, 510, MISSING]
    source = _("Nombres inventés, pour montrer le dessin.")
    return [
        charts.lines(_("Chèques remis et utilisés"), _MONTHS, {_("Remis"): handed, _("Utilisés"): used}, source=source),
        charts.columns(
            _("Chèques qui seront utilisés"),
            [charts.bar(month, 400 - 30 * rank, low=360 - 30 * rank, high=450 - 25 * rank) for rank, month in enumerate(_MONTHS[:8])],
            source=source,
        ),
        charts.bars(
            _("Payé par financeur"),
            [(_("Métropole"), 4_125_000), (_("État, à l’usage"), 8_250_000), (_("Caisse de retraite"), 0), (_("Fondation"), HIDDEN)],
            unit=Unit.EUROS,
            source=source,
        ),
        charts.range_bars(
            _("Savent envoyer un courriel"),
            [(_("Avant"), 31.5, 26.0, 37.4), (_("Après"), 58.2, 51.9, 64.2), (_("Six mois après"), MISSING, 0, 0)],
            unit=Unit.PERCENT,
            source=source,
        ),
        charts.funnel(
            _("De la commande au paiement"),
            [(_("Commandés"), 10_000), (_("Remis"), 6_400), (_("Utilisés"), 4_100), (_("Payés"), 3_900)],
            source=source,
        ),
        charts.choropleth(_("Chèques utilisés par commune"), _communes(), source=source),
        charts.choropleth(
            _("Chèques utilisés par département"), {"44": 8123, "49": 210, "53": HIDDEN, "72": 0, "85": 1450, "974": 30, "35": MISSING}, source=source
        ),
    ]  # fmt: skip


def _communes() -> dict[str, Value]:
    """Nantes Métropole, each commune by its population, the smallest without a number to show."""
    inside = places.atlas().inside(places.area(AreaLevel.EPCI, _METROPOLE), AreaLevel.COMMUNE)
    ranked = sorted(inside, key=lambda each: each.population)
    gaps: list[Value] = [MISSING, MISSING, HIDDEN, HIDDEN, 0, 0]
    counted: list[Value] = [each.population // 400 for each in ranked[len(gaps) :]]
    return {each.code: value for each, value in zip(ranked, [*gaps, *counted], strict=True)}
