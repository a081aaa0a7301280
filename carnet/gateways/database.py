"""PostgreSQL as an outside system: which tenant's rows a transaction may see.

Every table of money, vouchers, people and mandates is under forced row-level security. A door opens
one transaction and names the actor's programmes and organisations with ``SET LOCAL`` (safe with
connection pools); without them there are no rows. See docs/architecture.md, "Walls between tenants".
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from carnet.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Tenant:
    """What the current transaction may see, as the three settings the policies read."""

    programmes: str = "{}"
    organisations: str = "{}"
    everything: str = ""


_NOBODY = Tenant()
_current: ContextVar[Tenant] = ContextVar("carnet_tenant", default=_NOBODY)


def current_tenant() -> Tenant:
    """What the running code last asked to see (for error messages and tests)."""
    return _current.get()


@contextmanager
def acting_as(
    actor: Actor | None = None,
    *,
    programme_ids: Iterable[int] = (),
    organisation_ids: Iterable[int] = (),
) -> Iterator[None]:
    """Open a transaction (or a savepoint) that sees the rows of `actor`, or of the ids given.

    Leaving the block restores what the surrounding block could see. Whoever is somebody never reads from a replica.
    """
    if actor is not None and actor.kind != "anonymous" and connection.alias != DEFAULT_DB_ALIAS:
        raise RuntimeError("a replica answers nobody in particular")
    programmes = set(programme_ids) | (set(actor.programme_ids) if actor else set())
    organisations = set(organisation_ids) | (set(actor.organisation_ids) if actor else set())
    with _seeing(Tenant(_array(programmes), _array(organisations))):
        yield


@contextmanager
def acting_as_everything(*, why: str) -> Iterator[None]:
    """Open a transaction that sees every tenant's rows: verification, sealing, whole-site figures.

    `why` is a short reason kept in the code's own words, so that each use can be reviewed.
    """
    if not why.strip():
        raise ValueError("say why every tenant's rows are needed")
    with _seeing(Tenant(everything="on")):
        yield


@contextmanager
def _seeing(tenant: Tenant) -> Iterator[None]:
    before = _current.get()
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        _announce(tenant)
        token = _current.set(tenant)
        try:
            yield
        finally:
            _current.reset(token)
        # Reached without an exception only: a rolled-back savepoint restores the settings by itself, and so does the transaction's end.
        if not is_outermost:
            _announce(before)


def take_one_core() -> None:
    """Statements of this transaction take one core of the database's machine: long work leaves the others to whoever is served."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")


def _announce(tenant: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('carnet.programmes', %s, true), set_config('carnet.organisations', %s, true),"
            " set_config('carnet.everything', %s, true)",
            [tenant.programmes, tenant.organisations, tenant.everything],
        )


def _array(ids: Iterable[int]) -> str:
    return "{" + ",".join(str(int(each)) for each in sorted(ids)) + "}"


def limit_served_connections() -> None:
    """Of this process, which serves people: no statement, no wait for a lock, no forgotten transaction lasts. Before the first connection.

    Given while connecting. Through a pooler between transactions, which passes nothing on, they are the login's own, as is its role
    (docs/operating/high-availability.md): such a login owns nothing, so that without them it reads nothing.
    """
    if settings.DATABASE_POOLER is not None:
        connections.settings[DEFAULT_DB_ALIAS].update(settings.DATABASE_POOLER)
    for described in connections.settings.values():
        options = described.get("OPTIONS", {})
        if "options" in options:
            options["options"] += "".join(f" -c {name}={value}" for name, value in settings.DATABASE_LIMITS.items())
