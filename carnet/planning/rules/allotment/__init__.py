"""How many booklets go to which desk, for which commune: the problem, what an allotment is worth, what it must respect. Pure; no solver here.

    problem = Problem(demands, desks, sites, to_desks, to_sites, guarantees, prices)
    shares = per_head(problem)                    booklets by commune, and where they can be given and used
    check(problem, allotment)                     every guarantee it breaks, by name and by how much
    carnet.planning.queries.solving.solve(...)    the best one, with its proof

Everything is a whole number, so that two machines and a person with a spreadsheet find the same: people, booklets, cents, minutes, thousandths of
people, hundredths of a point. The model in full: docs/planning.md.
"""

from carnet.planning.rules.allotment._checking import Breach, allotted, check, kept_by, priority_booklets
from carnet.planning.rules.allotment._problem import Problem
from carnet.planning.rules.allotment._refusals import GuaranteesContradict, PlanRefused, ProblemWrong, SolverStopped
from carnet.planning.rules.allotment._sharing import (
    FIXED_BOOKLETS,
    affordable,
    by_formula,
    formula_shares,
    head_shares,
    nearest,
    payable_everywhere,
    per_head,
)
from carnet.planning.rules.allotment._solved import Compared, ConstraintCost, Progress, Solved
from carnet.planning.rules.allotment._value import Step, covered, curves, steps, worth, yardstick
from carnet.planning.rules.allotment._words import (
    TRANCHES,
    Allotment,
    Demand,
    Desk,
    Flow,
    Guarantee,
    Guarantees,
    Method,
    Prices,
    Site,
    Tranche,
    Way,
)

__all__ = [
    "FIXED_BOOKLETS",
    "TRANCHES",
    "Allotment",
    "Breach",
    "Compared",
    "ConstraintCost",
    "Demand",
    "Desk",
    "Flow",
    "Guarantee",
    "Guarantees",
    "GuaranteesContradict",
    "Method",
    "PlanRefused",
    "Prices",
    "Problem",
    "ProblemWrong",
    "Progress",
    "Site",
    "Solved",
    "SolverStopped",
    "Step",
    "Tranche",
    "Way",
    "affordable",
    "allotted",
    "by_formula",
    "check",
    "covered",
    "curves",
    "formula_shares",
    "head_shares",
    "kept_by",
    "nearest",
    "payable_everywhere",
    "per_head",
    "priority_booklets",
    "steps",
    "worth",
    "yardstick",
]
