"""Computing the answer to a version of a plan, in a worker or at a screen. Loaded by its own name, when it is asked: it needs the solver."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.planning.models import PlanVersion
from carnet.planning.queries import solving
from carnet.planning.rules import plan_results
from carnet.planning.rules.allotment import Problem, Progress
from carnet.planning.rules.plan_ground import problem_of, read_asked, read_ground
from carnet.planning.rules.plans import ENDED, PlanUnknown, VersionState, may_take

# For each of at most eleven searches: less in all than whoever takes a version over waits.
SECONDS = 20.0
_log = structlog.get_logger(__name__)
Told = Callable[[int, int], None]


def run_version(
    *, version_id: int, programme_id: int, at: datetime, seconds: float = SECONDS, progress: Told | None = None
) -> VersionState:
    """Answer a version, unless somebody else is at it or did; return where it stands. `progress(done, total)` follows each step.

    The caller names the tenant. The version is taken, computed without holding any lock, then answered: two processes do nothing twice, and
    whoever was killed is replaced after five minutes. A refusal ends it as FAILED, with its code and facts.
    `seconds`: at most, for the plan, for each other method and for what each guarantee costs.
    Raises: PlanUnknown.
    """
    actor = Actor.system(f"plan version {version_id}", programme_ids={programme_id})
    with acting_as(actor):
        version = _locked(version_id)
        state = VersionState(version.state)
        if not may_take(state, version.taken_at, at):
            return state
        version.state, version.taken_at, version.done = VersionState.RUNNING.value, at, 0
        version.save(update_fields=["state", "taken_at", "done"])
        total = version.total
        problem = problem_of(read_ground(version.problem), read_asked(version.asked))
    steps = _Steps(actor, version_id, total, progress)
    try:
        result = _answer(problem, seconds, steps)
    except Refusal as refusal:
        _log.warning("plan refused", version=version_id, code=refusal.code)
        return _end(actor, version_id, at, error=refusal)
    return _end(actor, version_id, at, result=result)


def _answer(problem: Problem, seconds: float, steps: "_Steps") -> dict[str, Any]:
    solved = solving.solve(problem, seconds=seconds, progress=steps)
    compared = {each.allotment.method: each for each in solving.compare(problem, solved, seconds=seconds)}
    return plan_results.written(plan_results.answered(solved, compared))


class _Steps:
    """Notes each step of a computation in a transaction of its own: the plan first, then once more without each guarantee."""

    def __init__(self, actor: Actor, version_id: int, total: int, told: Told | None) -> None:
        self.actor, self.version_id, self.total, self.told = actor, version_id, total, told
        self.seen: set[str | None] = set()

    def __call__(self, now: Progress) -> bool:
        """Go on, whatever was found."""
        if now.guarantee not in self.seen:
            self.seen.add(now.guarantee)
            done = min(len(self.seen) - 1, self.total)
            with acting_as(self.actor):
                PlanVersion.objects.filter(id=self.version_id, state=VersionState.RUNNING.value).update(done=done)
            if self.told is not None:
                self.told(done, self.total)
        return True


def _end(
    actor: Actor, version_id: int, at: datetime, *, result: dict[str, Any] | None = None, error: Refusal | None = None
) -> VersionState:
    with acting_as(actor):
        version = _locked(version_id)
        if VersionState(version.state) in ENDED:
            return VersionState(version.state)
        version.ended_at = at
        if error is not None:
            version.state, version.error = VersionState.FAILED.value, error.code
            version.error_facts = json.loads(json.dumps(error.facts, default=str))
        else:
            version.state, version.result, version.done = VersionState.DONE.value, result, version.total
        version.save(update_fields=["state", "error", "error_facts", "result", "done", "ended_at"])
    return VersionState(version.state)


def _locked(version_id: int) -> PlanVersion:
    row = PlanVersion.objects.select_for_update(of=("self",)).filter(id=version_id).first()
    if row is None:
        raise PlanUnknown(version=version_id)
    return row
