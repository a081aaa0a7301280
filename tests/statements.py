"""The guard on hot statements: every one names its series, so that a database spread over machines by series could serve it from one.

Source: docs/decisions/0005-ids-and-series-id.md, "Beyond one writer"; the rule costs the ordinary path nothing.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

import carnet

# Whatever the folder of the checkout is called, and wherever its .venv is.
PACKAGE = f"{Path(carnet.__file__).parent}/"
HOT_TABLES = ("ledger_voucher", "ledger_movement", "redemption_redemption")
ANY_HOT = "|".join(HOT_TABLES)
HOT = re.compile(rf'\b(?:from|join|into|update|only|using)\s+"?({ANY_HOT})"?(?![\w])', re.IGNORECASE)
FAN_OUT = re.compile(r"/\*\s*fan-out:\s*\S[^*]*\*/", re.IGNORECASE)
# A key set equal to something, on either side; a range of keys would visit every machine.
NAMED = re.compile(r'series_id"?\)?\s*(?:=|in\b)|=\s*"?(?:\w+"?\.)?"?series_id\b|using\s*\([^)]*\bseries_id\b', re.IGNORECASE)
INSERT = re.compile(rf'insert\s+into\s+"?(?:{ANY_HOT})"?\s*\(([^)]*)\)', re.IGNORECASE)
DEFINITION = re.compile(r"\s*(create|alter|drop|comment|grant|revoke|do|select carnet_guard|copy)\b", re.IGNORECASE)

# The ORM writes no comment in its statements: these functions answer for theirs. (file, function): why it visits every series.
FAN_OUT_FUNCTIONS = {
    ("carnet/ledger/queries/_money.py", "_groups"): "figures of a whole programme or agreement",
    ("carnet/ledger/queries/_money.py", "unissued"): "an agreement's money before and across its series, once per activation or repayment",
    ("carnet/ledger/queries/_money.py", "on_use_debts"): "what funders of a whole agreement owe each other",
    ("carnet/ledger/queries/_money.py", "movements"): "an auditor reads a whole programme's movements, page by page",
    (
        "carnet/redemption/queries/_redemptions.py",
        "any_between",
    ): "whether a whole programme used anything in a month, once per month to pay",
}


class SeriesNotNamed(AssertionError):
    """A statement on a hot table that does not say which series it is about."""


def check(statement: str) -> None:
    """Refuse a statement on a hot table that neither names its series nor says why it visits them all."""
    hot = HOT.search(statement)
    if not hot or DEFINITION.match(statement) or FAN_OUT.search(statement):
        return
    inserted = INSERT.search(statement)
    named = "series_id" in inserted.group(1) if inserted else bool(NAMED.search(statement))
    if not named:
        raise SeriesNotNamed(
            f"{hot.group(1)} without its series_id; name it, or write /* fan-out: why */ in the statement:\n{statement[:1500]}"
        )


def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if HOT.search(str(sql)) and asked_by_the_project():
        check(str(sql))
    return execute(sql, params, many, context)


def asked_by_the_project() -> bool:
    """False for what a test itself asks, and for the functions that answer for their statements."""
    frame = sys._getframe(1)
    asked = False
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(PACKAGE):
            asked = True
            if (f"carnet/{file.removeprefix(PACKAGE)}", frame.f_code.co_name) in FAN_OUT_FUNCTIONS:
                return False
        frame = frame.f_back
    return asked


def watch_connection(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if watch not in connection.execute_wrappers:
        connection.execute_wrappers.append(watch)


def watch_every_connection() -> None:
    """From now on, in every thread of this process."""
    connection_created.connect(watch_connection, dispatch_uid="hot statements name their series")
