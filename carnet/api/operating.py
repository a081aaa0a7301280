"""What whoever runs the site asks of it: is it up, can it serve, how is it doing."""

import hmac
import os

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess

from carnet.api.monitoring import of_the_installation
from carnet.api.problems import as_response, json_reply
from carnet.api.refusals import MetricsClosed
from carnet.api.tokens import bearer
from carnet.web import clock, relayed

LOOPBACK = ("127.0.0.1", "::1", "")
_tables: dict[str, bool] = {}


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; and to `carnet doctor`, by which address it knows whoever asks."""
    response = as_response(json_reply({"status": "ok"}))
    if relayed.ASKED in request.headers and (address := relayed.seen(request)):
        response[relayed.ANSWERED] = address
    return response


def readyz(_request: HttpRequest) -> HttpResponse:
    """It can do its work: the database answers, its tables are up to date, the keys are at hand."""
    checks = {"database": _database_answers()}
    checks["tables"] = checks["database"] and _tables_are_up_to_date()
    checks["keys"] = _keys_are_at_hand()
    ready = all(checks.values())
    return as_response(json_reply({"status": "ready" if ready else "not-ready", "checks": checks}, status=200 if ready else 503))


def metrics(request: HttpRequest) -> HttpResponse:
    """Counters, for this machine or whoever holds `CARNET_METRICS_TOKEN`. Raises: MetricsClosed."""
    asked = bearer(request.headers.get("Authorization"))
    expected = settings.METRICS_TOKEN
    held = bool(expected and asked and hmac.compare_digest(asked.encode(), expected.encode()))
    is_local = settings.METRICS_ON_LOOPBACK and request.META.get("REMOTE_ADDR", "") in LOOPBACK and "X-Forwarded-For" not in request.headers
    if not (held or (is_local and not expected)):
        raise MetricsClosed
    return HttpResponse(generate_latest(_registry()) + of_the_installation(at=clock.now()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    # With several processes, prometheus-client adds them up from the folder this variable names.
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return registry


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone()[0])
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it does not answer
        return False


def _tables_are_up_to_date() -> bool:
    # Once they are, they stay so as long as this process runs its own code.
    if not _tables.get("up to date"):
        executor = MigrationExecutor(connection)
        _tables["up to date"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _tables["up to date"]


def _keys_are_at_hand() -> bool:
    return not settings.KEYS_DIR.exists() or os.access(settings.KEYS_DIR, os.R_OK | os.X_OK)
