"""Tables of planning."""

from carnet.planning.models._gaps import GapWeek
from carnet.planning.models._need import AreaFigure, Neighbourhood, Weighing
from carnet.planning.models._plans import AllotmentPlan, PlanDestination, PlanOrder, PlanVersion

__all__ = ["AllotmentPlan", "AreaFigure", "GapWeek", "Neighbourhood", "PlanDestination", "PlanOrder", "PlanVersion", "Weighing"]
