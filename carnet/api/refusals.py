"""What the door itself refuses, before any operation is called."""

from typing import ClassVar

from carnet.kernel.refusals import Refusal


class RequestRefused(Refusal):
    """Base of the refusals of the API's own door."""

    code: ClassVar[str] = "request-refused"


class TokenMissing(RequestRefused):
    """No bearer token came with the request."""

    code = "token-missing"


class KeyMissing(RequestRefused):
    """A request that moves value carries no idempotency key. Facts: field."""

    code = "idempotency-key-missing"


class BodyTypeUnsupported(RequestRefused):
    """The body does not say it is JSON."""

    code = "body-type-unsupported"


class BodyTooLarge(RequestRefused):
    """The body is over the limit. Facts: kilobytes_max."""

    code = "body-too-large"


class BodyNotJson(RequestRefused):
    """The body cannot be read as one JSON value."""

    code = "body-not-json"


class RequestInvalid(RequestRefused):
    """A field is missing, unknown or malformed. Facts: field (the first), errors (each field with its fault)."""

    code = "request-invalid"


class CursorInvalid(RequestRefused):
    """A cursor that this list never gave: changed, or of another list, other filters, another organisation. Facts: field."""

    code = "cursor-invalid"


class BatchHeldBack(RequestRefused):
    """All or none was asked, and one of them could not be taken."""

    code = "batch-held-back"


class AddressUnknown(RequestRefused):
    """Nothing answers at this address."""

    code = "address-unknown"


class MethodNotAllowed(RequestRefused):
    """The address answers to other methods. Facts: allowed."""

    code = "method-not-allowed"


class MetricsClosed(RequestRefused):
    """The counters are for whoever runs this installation."""

    code = "metrics-closed"


class TooBusy(RequestRefused):
    """More requests wait than can be answered soon."""

    code = "too-busy"


class DatabaseAway(RequestRefused):
    """The database does not answer: nothing was done, the same key may be tried again."""

    code = "database-away"


class DiskFull(RequestRefused):
    """There is no room left to write: nothing was done, the same key may be tried again."""

    code = "disk-full"


class AnswerFailed(RequestRefused):
    """A fault of the program. Whether something was done is told by trying the same key again."""

    code = "answer-failed"
