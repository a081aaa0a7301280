"""Problems of allotment as large as a region: drawn by lot, or the real communes and places of Pays de la Loire."""

import math
import random
from dataclasses import replace

from carnet.planning.rules.allotment import Demand, Desk, Guarantees, Prices, Problem, Site, Way

COMMUNES, POINTS = 1300, 500
BOOKLET_CENTS = 5000
PAYS_DE_LA_LOIRE = ("44", "49", "53", "72", "85")
_SIDE_KM, _MINUTES_MAX = 180.0, 45


def drawn(seed: int) -> Problem:
    """1,300 communes around twelve towns and in the country, 500 points that hand over and teach, every guarantee asked for."""
    chance = random.Random(seed)
    towns = [(chance.uniform(0, _SIDE_KM), chance.uniform(0, _SIDE_KM)) for _ in range(12)]
    where = [_somewhere(chance, towns) for _ in range(COMMUNES)]
    demands = tuple(_commune(chance, rank) for rank in range(COMMUNES))
    homes = chance.choices(range(COMMUNES), weights=[each.population**0.7 for each in demands], k=POINTS)
    desks = tuple(Desk(f"d{rank}", "", demands[home].code, chance.choice((None, 60, 120))) for rank, home in enumerate(homes))
    sites = tuple(Site(f"s{rank}", "", demands[home].code, chance.choice((10, 20, 30, 60))) for rank, home in enumerate(homes))
    near = [
        (commune.code, rank, minutes)
        for commune, here in zip(demands, where, strict=True)
        for rank, home in enumerate(homes)
        if (minutes := round(3 + math.dist(here, where[home]) * 1.3 / 50 * 60)) <= _MINUTES_MAX
    ]
    to_desks = tuple(Way(code, f"d{rank}", minutes) for code, rank, minutes in near)
    to_sites = tuple(Way(code, f"s{rank}", minutes) for code, rank, minutes in near)
    asked = Guarantees(booklets=10_000, floor=1, priority_permille=150, minutes_max=30, desk_minimum=5)
    return Problem(demands, desks, sites, to_desks, to_sites, asked, Prices(BOOKLET_CENTS))


def _somewhere(chance: random.Random, towns: list[tuple[float, float]]) -> tuple[float, float]:
    if chance.random() < 0.6:
        x, y = chance.choice(towns)
        return chance.gauss(x, 12), chance.gauss(y, 12)
    return chance.uniform(0, _SIDE_KM), chance.uniform(0, _SIDE_KM)


def _commune(chance: random.Random, rank: int) -> Demand:
    population = int(min(300_000, max(80, chance.paretovariate(1.0) * 500)))
    need = max(20, min(250, round(chance.gauss(100, 30))))
    return Demand(f"{rank:05}", "", population, round(population * 0.154), need, chance.choice((0, 50, 100, 200, 400)))


def real() -> Problem:
    """The communes of Pays de la Loire and the places of the shipped file; need by lot, since no open file of it ships."""
    from carnet.places import queries as directory
    from carnet.planning.queries.plan_samples import sample
    from carnet.planning.rules import plan_files
    from carnet.planning.rules.plan_ground import Asked, problem_of
    from carnet.planning.rules.travel import Mode

    chance = random.Random(44)
    scores = {each.code: [(chance.randrange(60, 160), 1)] for each in directory.gazetteer() if each.department in PAYS_DE_LA_LOIRE}
    texts: list[str] = ["", "", ""]
    for departement in PAYS_DE_LA_LOIRE:
        files = sample(departement, scores=scores, booklets_each=60, in_need_permille=154)
        assert files is not None
        for rank, text in enumerate(files.values()):
            texts[rank] += text if not texts[rank] else text.split("\r\n", 1)[1]
    found = plan_files.read(*texts, booklet_cents=BOOKLET_CENTS, mode=Mode.CAR, density=directory.density)
    assert found.ground is not None, found.faults[:3]
    problem = problem_of(found.ground, Asked(budget_cents=10_000 * BOOKLET_CENTS, floor=1, minutes_max=30, desk_minimum=5))
    return replace(problem, desks=found.ground.desks)
