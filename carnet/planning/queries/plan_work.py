"""Versions of plans that wait for an answer. Loads neither numpy nor a solver."""

from carnet.planning.models import PlanVersion
from carnet.planning.rules.plans import VersionState


def waiting_versions() -> tuple[tuple[int, int], ...]:
    """Each version that waits or is being answered, with its programme, the oldest first. Inside the announced tenant."""
    rows = PlanVersion.objects.filter(state__in=[VersionState.WAITING.value, VersionState.RUNNING.value]).order_by("id")
    return tuple(rows.values_list("id", "programme_id"))
