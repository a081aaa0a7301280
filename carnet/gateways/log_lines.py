"""What a log line never holds: an address, a telephone number, an IBAN, a secret code, a token. Whatever library wrote the line.

The house writes ids and words. This is the second lock: frames, addresses of pages and messages of others pass here last, as they are written.
"""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

MASKED = "[…]"
# The order matters: the longest first. Numbers of the house (ids, serials, amounts, ports, moments) are shorter, or are not written so.
PERSONAL = re.compile(
    r"""
    [\w.+-]+@[\w-]+(?:\.[\w-]+)+                              # an e-mail address
    | \b[A-Z]{2}\d{2}(?:[\s\u00a0]?[A-Z0-9]{4}){3,7}(?:[\s\u00a0]?[A-Z0-9]{1,4})?\b  # an IBAN
    | \b[A-Za-z2-7]{136}\b                                    # the token of a QR code
    | \b(?:\d[\s\u00a0.]?){17}\d\b                            # a voucher's secret
    | (?<![\w.:+-])(?:\+33|0033|0)[\s\u00a0.]?[1-9](?:[\s\u00a0.-]?\d{2}){4}(?![\w:])  # a French telephone number
    | \b[12][\s\u00a0]?\d{2}[\s\u00a0]?[01]\d[\s\u00a0]?[0-9AB]{2}[\s\u00a0]?\d{3}[\s\u00a0]?\d{3}(?:[\s\u00a0]?\d{2})?\b  # a social security number
    | \b(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{32,}\b                # a secret link, a bearer's token; not a long name
    """,
    re.VERBOSE,
)
# Long, and no secret: the names of what happened, and whose id it is.
KEPT = frozenset({"timestamp", "logger", "level", "request", "operation", "action"})


def masked(text: str) -> str:
    """The same text with what could name or pay somebody taken out."""
    return PERSONAL.sub(MASKED, text)


def no_fault_of_ours(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: a request that Django refuses as suspicious is somebody's doing, so it is a warning, without a fault's frames."""
    if str(event.get("logger", "")).startswith("django.security.") and event.get("level") == "error":
        event["level"] = "warning"
        event.pop("exc_info", None)
    return event


def without_personal_data(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor, the last before the line is written."""
    return {name: value if name in KEPT else _masked(value) for name, value in event.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(each) for each in value]
    return value if isinstance(value, int | float | bool | None) else masked(str(value))
