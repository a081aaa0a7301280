"""What whoever runs the site asks of it: is it up, can it serve, how is it doing."""

import hmac
import os

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, generate_latest, multiprocess

from carnet.api.problems import as_response, json_reply
from carnet.api.refusals import MetricsClosed
from carnet.api.tokens import bearer
from carnet.gateways.database import acting_as_everything
from carnet.notices import queries as notices
from carnet.redemption import queries as redemption
from carnet.web import clock

LOOPBACK = ("127.0.0.1", "::1", "")
_tables: dict[str, bool] = {}


def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return as_response(json_reply({"status": "ok"}))


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
    return HttpResponse(generate_latest(_registry()) + _of_the_database(), content_type=CONTENT_TYPE_LATEST)


def _of_the_database() -> bytes:
    """What is the same asked of any process: how much guessing there is, so that an alarm can be set on it. Nothing while the database is away."""
    try:
        with acting_as_everything(why="figures of the whole installation, without a name"):
            seen, locked = redemption.guessing_everywhere(at=clock.now()), redemption.locked_serials()
            sending = notices.webhooks_everywhere(at=clock.now())
    except Error:
        return b""
    registry = CollectorRegistry()
    Gauge("carnet_guesses", "Unknown and mistyped codes of the last quarter of an hour", registry=registry).set(seen.guess_count)
    Gauge("carnet_guessing_pressing", "1 while so many codes are guessed that allowances are lowered", registry=registry).set(
        seen.is_pressing
    )
    Gauge("carnet_serials_locked", "Serials that wait for a person to unlock them (200 at most)", registry=registry).set(len(locked))
    Gauge("carnet_webhooks_waiting", "Events that wait to be sent to an address", registry=registry).set(sending.waiting_count)
    Gauge("carnet_webhooks_late_seconds", "How long the oldest of them should have left", registry=registry).set(sending.late_seconds)
    Gauge("carnet_webhooks_failing", "Addresses that have failed since their latest success", registry=registry).set(sending.failing_count)
    Gauge("carnet_webhooks_given_up", "Events of the last 30 days given up after every try", registry=registry).set(sending.given_up_count)
    return generate_latest(registry)


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
