"""Tables of planning."""

from carnet.planning.models._plans import Plan, PlanDestination, PlanOrder, PlanVersion

__all__ = ["Plan", "PlanDestination", "PlanOrder", "PlanVersion"]
