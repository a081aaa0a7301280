"""What the pages of need say: components, what each measures, where a figure comes from, why a score is doubted."""

from django.utils.translation import gettext as _

from carnet.observatory.rules.indicators import Indicator, Known
from carnet.planning.rules.area_files import AreaIndicator, FileKind
from carnet.planning.rules.need import UNITS, AreaNeed, Basis, Component, ComponentValue, Doubt, Pull, Unit
from carnet.web.design import formats
from carnet.web.local.words import indicator

PULLS_TOLD = 2
# Under so many points, a component does not move a score enough to be told.
PULL_LEAST = 1.0


def component(code: Component) -> str:
    """A component in a few words."""
    told = {
        Component.SENIORS: _("65 ans et plus"),
        Component.UNSCHOOLED: _("Sans diplôme"),
        Component.POVERTY: _("Pauvreté"),
        Component.ALONE: _("Vivent seuls"),
        Component.SINGLE_PARENT: _("Familles d’un seul parent"),
        Component.NETWORK: _("Réseau trop lent"),
        Component.PLACE: _("Trajet vers un lieu"),
        Component.LIBRARY: _("Trajet vers une bibliothèque"),
        Component.SERVICES: _("Trajet vers les services publics"),
    }
    return told[code]


def short(code: Component) -> str:
    """The same at the head of a narrow column."""
    told = {
        Component.SENIORS: _("65 ans +"),
        Component.UNSCHOOLED: _("Diplôme"),
        Component.POVERTY: _("Pauvreté"),
        Component.ALONE: _("Seuls"),
        Component.SINGLE_PARENT: _("Un parent"),
        Component.NETWORK: _("Réseau"),
        Component.PLACE: _("Lieu"),
        Component.LIBRARY: _("Livres"),
        Component.SERVICES: _("Guichets"),
    }
    return told[code]


def measured(code: Component) -> str:
    """What exactly a component counts."""
    told = {
        Component.SENIORS: _("Habitants de 65 ans et plus, sur cent habitants."),
        Component.UNSCHOOLED: _("Sans diplôme ou avec le certificat d’études, sur cent habitants de 15 ans et plus qui ont fini l’école."),
        Component.POVERTY: _("Ménages sous le seuil de pauvreté, sur cent ménages."),
        Component.ALONE: _("Habitants de 55 ans et plus qui vivent seuls, sur cent habitants."),
        Component.SINGLE_PARENT: _("Familles d’un seul parent, sur cent familles."),
        Component.NETWORK: _("Locaux qui ne peuvent pas avoir 30 Mbit/s par un réseau fixe, sur cent locaux."),
        Component.PLACE: _("Minutes en voiture jusqu’au lieu d’aide le plus proche. C’est une estimation."),
        Component.LIBRARY: _("Minutes jusqu’à la bibliothèque la plus proche."),
        Component.SERVICES: _("Minutes jusqu’aux services publics les plus proches."),
    }
    return told[code]


def reason(code: Component) -> str:
    """Why a component weighs what it weighs at first."""
    told = {
        Component.SENIORS: _("Sans internet en 2021 : 62 % à 75 ans et plus, 24 % de 60 à 74 ans, 2 % de 15 à 24 ans."),
        Component.UNSCHOOLED: _("En difficulté en 2021 : 42 % de ceux qui ont au plus le certificat d’études, 3 % à bac + 3."),
        Component.POVERTY: _(
            "En difficulté en 2021 : environ 20 % des plus modestes, 3 % des plus aisés. Sans accès en 2019, 32 % disaient l’équipement trop cher."
        ),
        Component.ALONE: _("30 % de ceux qui vivent seuls sont en difficulté. Beaucoup sont âgés, et l’âge est déjà compté."),
        Component.SINGLE_PARENT: _("Un seul adulte pour toutes les démarches. Aucun chiffre national ne dit combien cela pèse."),
        Component.NETWORK: _("5 % de ceux qui n’ont pas internet chez eux disent que le réseau manque."),
        Component.PLACE: _("Loin d’un lieu d’aide, on apprend moins seul. Ce choix est le nôtre."),
        Component.LIBRARY: _("Une bibliothèque aide sans chèque : loin d’elle, le chèque compte plus."),
        Component.SERVICES: _("Loin d’un guichet, tout se fait en ligne."),
    }
    return told[code]


def basis(code: Basis) -> str:
    """What was measured instead, when the data did not allow the usual; empty for the usual."""
    told = {
        Basis.USUAL: "",
        Basis.ALL_AGES: _("à tout âge : l’âge de ceux qui vivent seuls manque"),
        Basis.OF_HOUSEHOLDS: _("sur cent ménages : le nombre de familles manque"),
    }
    return told[code]


def unknown(code: Known) -> str:
    """Why there is no figure."""
    return _("secret") if code is Known.SECRET else _("inconnu")


def share(value: float | None, code: Component, known: Known = Known.MISSING) -> str:
    """A share with its unit; or why there is none."""
    if value is None:
        return unknown(known)
    if UNITS[code] is Unit.MINUTES:
        return _("%(minutes)s min") % {"minutes": formats.number(round(value))}
    return f"{formats.decimal(round(value, 1))}{formats.NO_BREAK}%"


def points(value: float | None, known: Known = Known.MISSING) -> str:
    """Points, or why there are none."""
    return unknown(known) if value is None else formats.number(round(value))


def source(value: ComponentValue) -> str:
    """Who published a figure, of which year, and what it counts when it is not the usual."""
    year = str(value.vintage) if value.vintage else ""
    return ", ".join(filter(None, (value.source, year, basis(value.basis), _("chiffre de toute la commune") if value.is_lent else "")))


def score(found: AreaNeed) -> str:
    """A score, rounded; or that too little is known."""
    return _("pas assez connu") if found.score is None else formats.number(round(found.score))


def bounds(found: AreaNeed) -> str:
    """Between what and what a score is, when something is not known; empty when everything is."""
    if found.score is None or found.detail.known_part > 0.995:
        return ""
    low, high = formats.number(round(found.detail.low)), formats.number(round(found.detail.high))
    return _("entre %(low)s et %(high)s") % {"low": low, "high": high}


def known_part(found: AreaNeed) -> str:
    """How much of the weights is known."""
    return f"{formats.number(round(found.detail.known_part * 100))}{formats.NO_BREAK}%"


def people(found: AreaNeed) -> str:
    """People in need in a cell: two digits, and both bounds."""
    low, middle, high = (formats.number(each) for each in found.estimate.shown())
    return _("%(middle)s (%(low)s à %(high)s)") % {"low": low, "middle": middle, "high": high}


def pulled(pulls: tuple[Pull, ...]) -> str:
    """What moves a score most, in a cell: *sans diplôme +18, pauvreté −9*."""
    told = [each for each in pulls[:PULLS_TOLD] if abs(each.pull) >= PULL_LEAST]
    return ", ".join(f"{component(each.component)} {effect(each.pull)}" for each in told) or _("comme autour")


def effect(pull: float) -> str:
    """How many points up or down."""
    return f"{'+' if pull >= 0 else '−'}{formats.number(abs(round(pull)))}"


def doubt(code: Doubt) -> str:
    """Why a high score is looked at again."""
    told = {
        Doubt.WEALTHY_CENTRE: _("Peu de gens y sont sans diplôme, et la pauvreté n’y dépasse pas celle d’autour. À vérifier sur place."),
    }
    return told[code]


def file_kind(code: FileKind) -> str:
    """What a file of areas was."""
    told = {
        FileKind.NEIGHBOURHOODS: _("quartiers (IRIS)"),
        FileKind.NETWORK: _("couverture des réseaux"),
        FileKind.MINUTES: _("temps de trajet"),
    }
    return told[code]


def area_indicator(code: str) -> str:
    """One figure of a file of areas."""
    told = {
        AreaIndicator.UNCOVERED.value: _("Locaux sans 30 Mbit/s, en %"),
        AreaIndicator.LIBRARY_MINUTES.value: _("Minutes jusqu’à une bibliothèque"),
        AreaIndicator.SERVICES_MINUTES.value: _("Minutes jusqu’aux services publics"),
    }
    if code in told:
        return told[code]
    return _("%(name)s, par quartier") % {"name": indicator(Indicator(code))}
