"""Answering versions of plans, out of the way of whoever asked. The solver is loaded by the worker that does it, and by nobody else."""

from importlib import import_module

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


# Whoever was killed is replaced: a version taken long ago may be taken again.
@app.task(name="planning.run-version", queue="planning", retry=RetryStrategy(max_attempts=8, wait=60))
def run_plan_version(*, version_id: int, programme_id: int) -> None:
    """Answer one version of a plan."""
    running = import_module("carnet.planning.operations.plan_runs")
    running.run_version(version_id=version_id, programme_id=programme_id, at=timezone.now())


def enqueue(*, version_id: int, programme_id: int) -> None:
    """Hand a version to the workers, in the caller's transaction. The same version waits once in the queue."""
    run_plan_version.configure(lock=f"plan-version-{version_id}").defer(version_id=version_id, programme_id=programme_id)
