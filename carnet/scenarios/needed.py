"""A demonstration's need: figures of the communes of Loire-Atlantique and of eight neighbourhoods, all invented, and weights somebody keeps.

INSEE's and ARCEP's files do not ship: an installation brings them. What is here has their columns, plausible sizes, and a source that says it
was invented; neighbourhoods have codes INSEE does not use. An installation that has figures of its own keeps them alone.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.observatory.operations.indicators import import_indicators
from carnet.observatory.queries import reach
from carnet.parties.rules import Role
from carnet.places import queries as places
from carnet.places.rules.geography import Commune
from carnet.places.rules.travel import Density
from carnet.planning.operations.need import import_areas, keep_weights
from carnet.planning.rules.need import Component, Weights
from carnet.scenarios.play import Played

SOURCE = "Inventé pour la démonstration"
DEPARTMENT, NANTES = "44", "44109"
# Under so many people, INSEE hides poverty; ours hides it too.
SECRET_UNDER = 1_000
# What the country changes, in per cent: seniors, without a diploma, poverty, alone at 55 and over, slow network, minutes to a library, to services.
_USUAL: dict[Density, tuple[float, ...]] = {
    Density.DENSE: (16.0, 17.0, 14.0, 7.0, 1.0, 7.0, 8.0),
    Density.MIDDLING: (20.0, 20.0, 9.0, 7.5, 2.0, 9.0, 11.0),
    Density.RURAL: (21.0, 25.0, 9.5, 6.5, 9.0, 13.0, 19.0),
}
# How far a commune may be from its kind, either way, as a part of it.
_SPREAD = 0.35
# Weights under which wealthy centres ring, as the published index does: who lives alone, and with one parent.
LIKE_THE_PUBLISHED = {
    Component.ALONE: 45,
    Component.SINGLE_PARENT: 15,
    Component.POVERTY: 15,
    Component.UNSCHOOLED: 15,
    Component.SENIORS: 10,
}
# Neighbourhoods of Nantes that are nowhere: name, people, seniors, without a diploma, poverty, alone of all ages, one parent, in per cent.
_NEIGHBOURHOODS: tuple[tuple[str, int, float, float, float, float, float], ...] = (
    ("Le vieux centre (quartier inventé)", 4_200, 13, 7, 10, 71, 17),
    ("Les allées (quartier inventé)", 3_600, 15, 8, 9, 68, 16),
    ("Le campus (quartier inventé)", 3_900, 6, 6, 27, 66, 14),
    ("La cité du nord (quartier inventé)", 3_100, 14, 44, 46, 41, 38),
    ("La cité de l’est (quartier inventé)", 2_700, 17, 41, 43, 43, 35),
    ("Les jardins (quartier inventé)", 2_900, 31, 24, 11, 47, 15),
    ("Le bord du fleuve (quartier inventé)", 4_800, 12, 15, 13, 52, 22),
    ("Le village (quartier inventé)", 2_200, 27, 19, 7, 33, 12),
)


def tell_the_need(current: Played, *, at: datetime) -> bool:
    """The need around the open season; False when the installation has figures of its own, and nothing is read."""
    admin = current.cast.actor(Role.OPERATOR_ADMIN, current.programme_id, at)
    return read_invented(admin, next(iter(current.cast.funder_ids.values())), at=at)


def read_invented(admin: Actor, funder_id: int, *, at: datetime) -> bool:
    """Read the invented files as an operator would, and keep weights; nothing when there are figures already."""
    if reach.oldest_vintage() is not None:
        return False
    communes = [found for code in sorted(places.territory([DEPARTMENT])) if (found := places.commune(code)) is not None]
    with acting_as(admin):
        import_indicators(content=_communes(communes), source=SOURCE, actor=admin, request_id=uuid4(), at=at)
        for content in (_network(communes), _minutes(communes), _neighbourhoods()):
            import_areas(content=content, source=SOURCE, actor=admin, request_id=uuid4(), at=at)
    _keep_weights(admin, funder_id, at)
    return True


def _keep_weights(admin: Actor, funder_id: int, at: datetime) -> None:
    funder = Actor(
        kind="system", label="demonstration", organisation_id=funder_id, organisation_ids=frozenset({funder_id}), roles=frozenset({Role.FUNDER.value}),
    )  # fmt: skip
    seniors = {Component.SENIORS: 50, Component.ALONE: 20, Component.UNSCHOOLED: 20, Component.SERVICES: 10}
    poverty = {Component.POVERTY: 50, Component.UNSCHOOLED: 30, Component.SINGLE_PARENT: 20}
    for actor, name, words, weights in (
        (admin, "Comme l’indice publié", "Pour voir sonner les centres : vivre seul y pèse presque la moitié.", LIKE_THE_PUBLISHED),
        (admin, "Plan seniors", "Le plan de lutte contre l’isolement vise les plus de 65 ans.", seniors),
        (funder, "Minima sociaux", "Le comité a choisi de regarder d’abord la pauvreté.", poverty),
    ):
        with acting_as(actor):
            keep_weights(name=name, words=words, weights=Weights(weights), actor=actor, request_id=uuid4(), at=at)


def _communes(communes: Sequence[Commune]) -> bytes:
    """A base-cc file: ages, diplomas, households, poverty."""
    names = (
        "CODGEO", "P20_POP", "P20_POP0014", "P20_POP1529", "P20_POP3044", "P20_POP4559", "P20_POP6074", "P20_POP7589", "P20_POP90P", "P20_POP65P",
        "P20_POP75P", "P20_NSCOL15P", "P20_NSCOL15P_DIPLMIN", "C20_MEN", "C20_MENPSEUL", "C20_FAM", "C20_FAMMONO", "P20_POP5579_PSEUL",
        "P20_POP80P_PSEUL", "TP6021",
    )  # fmt: skip
    return _csv([names, *(_commune(each) for each in communes)])


def _commune(each: Commune) -> list[str]:
    people = each.population
    seniors, unschooled, poverty, alone = (_of(each, rank) for rank in range(4))
    senior = people * seniors / 100
    old, ancient = senior * 0.40, senior * 0.05
    sixties = senior - old - ancient + people * 0.055
    young = people - sixties - old - ancient
    ages = [young * part for part in (0.25, 0.22, 0.26, 0.27)]
    schooled, households, families = people * 0.68, people / 2.2, people * 0.27
    single, one_parent = households * _mix(each, 9, 34.0) / 100, families * _mix(each, 10, 14.0) / 100
    lonely = people * alone / 100
    counts = [
        *ages, sixties, old, ancient, senior, old + ancient, schooled, schooled * unschooled / 100, households, single, families, one_parent,
        lonely * 0.65, lonely * 0.35,
    ]  # fmt: skip
    return [each.code, str(people), *(f"{count:.1f}" for count in counts), "s" if people < SECRET_UNDER else f"{poverty:.0f}"]


def _network(communes: Sequence[Commune]) -> bytes:
    """Premises and those that can have 30 Mbit/s; nobody told of one commune in thirty."""
    rows: list[Sequence[str]] = [("code_insee", "nbr", "elig_thd30", "date")]
    for each in communes:
        premises = max(20, each.population // 2)
        covered = round(premises * (1 - _of(each, 4) / 100))
        rows.append(
            (each.code, "nd", "nd", "2024-12-31") if _draw(each, 20) > 0.93 else (each.code, str(premises), str(covered), "2024-12-31")
        )
    return _csv(rows)


def _minutes(communes: Sequence[Commune]) -> bytes:
    rows: list[Sequence[str]] = [("code", "annee", "minutes_bibliotheque", "minutes_services")]
    rows += [(each.code, "2024", f"{_of(each, 5):.0f}", f"{_of(each, 6):.0f}") for each in communes]
    return _csv(rows)


def _neighbourhoods() -> bytes:
    """A base-ic file of neighbourhoods that are nowhere; the ages of those who live alone are left out, as in a file of households alone."""
    rows: list[Sequence[str]] = [(
        "IRIS", "COM", "LIBIRIS", "P20_POP", "P20_POP65P", "P20_NSCOL15P", "P20_NSCOL15P_DIPLMIN", "C20_MEN", "C20_MENPSEUL", "C20_FAM", "C20_FAMMONO",
        "DISP_TP6021",
    )]  # fmt: skip
    for rank, (name, people, seniors, unschooled, poverty, single, one_parent) in enumerate(_NEIGHBOURHOODS, 1):
        schooled, households, families = people * 0.66, people / 1.8, people * 0.22
        counts = (
            people * seniors / 100, schooled, schooled * unschooled / 100, households, households * single / 100, families, families * one_parent / 100,
        )  # fmt: skip
        rows.append([f"{NANTES}99{rank:02d}", NANTES, name, str(people), *(f"{count:.1f}" for count in counts), f"{poverty}"])
    return _csv(rows)


def _of(each: Commune, rank: int) -> float:
    """One usual value of the kind of commune it is, a little more or less."""
    density = places.density(each.point) if each.point is not None else Density.RURAL
    return _mix(each, rank, _USUAL[density][rank])


def _mix(each: Commune, rank: int, usual: float) -> float:
    return usual * (1 + _SPREAD * _draw(each, rank))


def _draw(each: Commune, rank: int) -> float:
    """A number from -1 to 1 that a commune always has again, nearer to zero as a rule."""
    digest = sha256(f"{each.code}/{rank}".encode()).digest()
    return (digest[0] + digest[1] + digest[2]) / 382.5 - 1


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
