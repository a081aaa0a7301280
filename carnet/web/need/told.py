"""The tables that say how need is counted: indicators and their sources, one place under the weights, the wealthy centres."""

from typing import Any

from django.utils.translation import gettext as _

from carnet.kernel.actors import Actor
from carnet.observatory.queries import reach as observatory
from carnet.parties.rules import allowed
from carnet.places.rules.areas import AreaLevel
from carnet.planning.queries import need as queries
from carnet.planning.rules.fragility import Axis, own_score
from carnet.planning.rules.need import AreaNeed, Component, Weights, pulls
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.local import words as local_words
from carnet.web.need import words

# Five lines of the index as it was published, cited to be discussed: name, axes in the order of `Axis`, score, people.
# Source: docs/sources/need.md#fragility-2020
CENTRES: tuple[tuple[str, tuple[int, int, int, int], int], ...] = (
    ("Graslin-Commerce", (137, 104, 271, 36), 120),
    ("Guist’hau", (150, 104, 203, 65), 123),
    ("Madeleine", (184, 104, 307, 31), 140),
)
OTHERS: tuple[tuple[str, tuple[int, int, int, int], int], ...] = (
    ("Bout des Landes", (189, 104, 127, 68), 124),
    ("Pin Sec", (245, 104, 121, 120), 159),
)


def level(code: AreaLevel, area: str) -> str:
    """What a territory is, beside its name."""
    told = {
        AreaLevel.COMMUNE: _("commune, %(code)s"),
        AreaLevel.EPCI: _("intercommunalité"),
        AreaLevel.DEPARTEMENT: _("département, %(code)s"),
        AreaLevel.REGION: _("région"),
        AreaLevel.NATION: _("pays"),
    }
    return told[code] % {"code": area}


def indicators_table(needs: tuple[AreaNeed, ...], weights: Weights) -> Table:
    """Each component of a territory: its weight, what is usual around, of which years, from whom, and for how many communes it is not known."""
    columns = [
        Column(_("Indicateur")), Column(_("Poids"), number=True), Column(_("Autour"), number=True), Column(_("Année")), Column(_("Source")),
        Column(_("Communes connues"), number=True), Column(_("Secret"), number=True), Column(_("Inconnu"), number=True),
    ]  # fmt: skip
    rows = []
    for each in Component:
        values = [need.components[each] for need in needs]
        known = [value for value in values if value.is_known]
        secret = sum(1 for value in values if value.known.value == "SECRET")
        reference = next((value.reference for value in values if value.reference is not None), None)
        years = sorted({value.vintage for value in known if value.vintage})
        rows.append([
            words.component(each), formats.number(weights.of(each)), words.share(reference, each), ", ".join(map(str, years)),
            " ; ".join(sorted({value.source for value in known if value.source})), formats.number(len(known)), formats.number(secret),
            formats.number(len(values) - len(known) - secret),
        ])  # fmt: skip
    return Table(_("D’où viennent les indicateurs"), columns, rows)


def components_table(view: AreaNeed, weights: Weights) -> Table:
    """One place, component by component: here, around, points, weight, effect; the effects and 100 make the score."""
    columns = [
        Column(_("Indicateur")), Column(_("Ici"), number=True), Column(_("Autour"), number=True), Column(_("Points"), number=True),
        Column(_("Poids"), number=True), Column(_("Effet sur le score"), number=True), Column(_("D’où vient le chiffre")),
    ]  # fmt: skip
    effects = {each.component: words.effect(each.pull) for each in pulls(view.points, weights)}
    rows = [
        [
            words.component(each), words.share(value.share, each, value.known), words.share(value.reference, each), words.points(value.points, value.known),
            formats.number(weights.of(each)), effects.get(each, "–"), words.source(value),
        ]
        for each, value in view.components.items()
    ]  # fmt: skip
    total = ["100 + " + _("les effets"), "", "", "", "", words.score(view), ""] if view.score is not None else ()
    return Table(_("Indicateur par indicateur"), columns, rows, total=total)


def reasons_table() -> Table:
    """What each component counts, what it weighs at first, and why."""
    columns = [Column(_("Indicateur")), Column(_("Ce qui est compté")), Column(_("Poids de départ"), number=True), Column(_("Pourquoi"))]
    usual = Weights.usual()
    rows = [[words.component(each), words.measured(each), formats.number(usual.of(each)), words.reason(each)] for each in Component]
    return Table(_("Neuf indicateurs, chacun visible"), columns, rows)


def imported_table(actor: Actor) -> Table:
    """What files were read, by indicator and year."""
    columns = [
        Column(_("Chiffre")), Column(_("Année"), number=True), Column(_("Territoires"), number=True), Column(_("Secret ou absent"), number=True),
        Column(_("Source")), Column(_("Lu le")),
    ]  # fmt: skip
    rows: list[list[Any]] = []
    if allowed(actor.roles, "observatory.import-indicators"):
        rows += [
            [local_words.indicator(each.indicator), str(each.vintage), formats.number(each.communes), formats.number(each.secret), each.source,
             formats.day(each.imported_at)]
            for each in observatory.imported(actor=actor)
        ]  # fmt: skip
    rows += [
        [words.area_indicator(each.indicator), str(each.vintage), formats.number(each.areas), formats.number(each.untold), each.source,
         formats.day(each.imported_at)]
        for each in queries.imported_areas(actor=actor)
    ]  # fmt: skip
    return Table(_("Fichiers lus"), columns, rows, empty=_("Aucun fichier de quartiers, de réseaux ou de trajets n’a été lu."))


def centres_table() -> Table:
    """Three centres of Nantes under the published index, and under our weights."""
    return _axes_table(_("Trois quartiers du centre de Nantes, indice publié de 2020"), CENTRES)


def missed_table() -> Table:
    """Where ours may be wrong, and where both agree."""
    return _axes_table(_("Deux autres quartiers de Nantes, pour comparer"), OTHERS)


def _axes_table(caption: str, rows: tuple[tuple[str, tuple[int, int, int, int], int], ...]) -> Table:
    columns = [
        Column(_("Quartier")), Column(_("Information"), number=True), Column(_("Interfaces"), number=True),
        Column(_("Administratif"), number=True), Column(_("Numérique, école"), number=True),
        Column(_("Publié"), number=True), Column(_("Le nôtre"), number=True),
    ]  # fmt: skip
    lines = []
    for name, axes, score in rows:
        ours = own_score(dict(zip(Axis, map(float, axes), strict=True)))
        lines.append([Cell(name), *(formats.number(each) for each in axes), formats.number(score), formats.number(round(ours))])
    return Table(caption, columns, lines)
