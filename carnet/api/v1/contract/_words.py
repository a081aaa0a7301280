"""What a promise is made of, and the codes many endpoints refuse with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from carnet.parties.rules import SCOPE_ACTIONS, Scope

# What any endpoint may answer, whatever was asked.
ALWAYS = ("request-invalid", "answer-failed", "database-away", "disk-full", "too-busy")
# Where a token is needed.
WITH_TOKEN = ("token-missing", "token-invalid", "not-allowed")
# Where a body is read.
WITH_BODY = ("body-not-json", "body-too-large", "body-type-unsupported")
# Where value moves.
WITH_KEY = ("idempotency-key-missing", "idempotency-key-invalid", "idempotency-mismatch", "idempotency-in-flight")
# Of one voucher presented.
OF_VOUCHER = ("code-mistyped", "voucher-unknown", "place-not-accepted", "place-required", "too-many-attempts")
SPENT_OR_ENDED = ("voucher-already-redeemed", "voucher-lapsed", "voucher-not-active", "voucher-reserved")
OF_SPENDING = (
    *OF_VOUCHER,
    *SPENT_OR_ENDED,
    "service-not-accepted",
    "voucher-count-wrong",
    "attended-invalid",
    "workshop-session-unknown",
)


@dataclass(frozen=True, slots=True)
class Contract:
    """One endpoint's promise. `action` None: anybody. `answer`: the example of a success, whose status is `status`."""

    title: str
    explains: str
    action: str | None
    codes: tuple[str, ...]
    answer: Mapping[str, Any]
    status: int = 200
    request: Mapping[str, Any] | None = None
    query: str = ""
    keyed: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The scopes of a token that may call it: any one of them."""
        return tuple(scope for scope in Scope if self.action in SCOPE_ACTIONS[scope])

    @property
    def all_codes(self) -> tuple[str, ...]:
        """Every code it may refuse with."""
        found = [*ALWAYS, *self.codes]
        if self.action is not None:
            found += WITH_TOKEN
        if self.request is not None:
            found += WITH_BODY
        if self.keyed:
            found += WITH_KEY
        return tuple(dict.fromkeys(found))
