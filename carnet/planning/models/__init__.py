"""Tables of planning."""

from carnet.planning.models._gaps import GapWeek
from carnet.planning.models._need import AreaFigure, Neighbourhood, Weighing
from carnet.planning.models._plans import Plan, PlanDestination, PlanOrder, PlanVersion

__all__ = ["AreaFigure", "GapWeek", "Neighbourhood", "Plan", "PlanDestination", "PlanOrder", "PlanVersion", "Weighing"]
