"""Turning traces on in a process of ours, the statements of its database included: their kind and their table, never what they hold."""

import importlib.metadata
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.backends.signals import connection_created

from carnet.gateways import traces

STATEMENTS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "COPY", "SET", "SAVEPOINT", "RELEASE", "ROLLBACK", "LISTEN"})
FUNCTIONS = ("redeem_many", "check_vouchers", "reverse_redemption", "reserve_voucher", "release_reservation")
AFTER = re.compile(r'\b(?:from|into|update|join)\s+(?:only\s+)?"?([a-z_][a-z0-9_]*)', re.IGNORECASE)


def begin_from_settings(service: str) -> None:
    """What each served process and each worker calls as it starts. `service`: which program it is."""
    if settings.TRACES_URL:
        begin(url=settings.TRACES_URL, percent=settings.TRACES_PERCENT, service=service)


def begin(*, url: str, percent: int, service: str, collector: traces.Collector | None = None) -> Callable[[], None]:
    """Turn traces on, statements included; return what turns them off again."""
    stop = traces.begin(url=url, percent=percent, service=service, version=importlib.metadata.version("carnet"), collector=collector)
    connection_created.connect(_watch, dispatch_uid="carnet.tracing")
    for connection in connections.all(initialized_only=True):
        _watch(connection=connection)

    def end() -> None:
        connection_created.disconnect(dispatch_uid="carnet.tracing")
        for connection in connections.all(initialized_only=True):
            while _statement in connection.execute_wrappers:
                connection.execute_wrappers.remove(_statement)
        stop()

    return end


def _watch(*, connection: Any, **_signal: Any) -> None:
    if _statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_statement)


def _statement(execute: Callable[..., Any], sql: Any, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
    """Around each statement of a traced request or task: its kind and its table."""
    if not traces.is_here():
        return execute(sql, parameters, many, context)
    kind, table = described(sql if isinstance(sql, str) else "")
    with traces.span(f"{kind} {table}".strip(), kind="CLIENT", system="postgresql", statement=kind) as span:
        if table:
            span.tell(table=table)
        return execute(sql, parameters, many, context)


@lru_cache(maxsize=2_048)
def described(sql: str) -> tuple[str, str]:
    """The kind of a statement, and the first table (or function) of ours that it names. A word that is neither is not told."""
    first = sql.lstrip(" \n\t(").partition(" ")[0].strip().upper()
    tables = _tables()
    table = next((found.lower() for found in AFTER.findall(sql) if found.lower() in tables), "")
    return (first if first in STATEMENTS else "OTHER"), table


@lru_cache(maxsize=1)
def _tables() -> frozenset[str]:
    return frozenset(FUNCTIONS) | {model._meta.db_table for model in apps.get_models(include_auto_created=True)}  # noqa: SLF001 - Django's public word
