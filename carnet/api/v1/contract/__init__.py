"""What each endpoint promises: its words, who may call it, an example of the request and of the answer, every code it refuses with.

The OpenAPI document (``carnet.api.v1.description``), the reference page and the tests of the whole API read this one table; a test
refuses an endpoint without its line, keyed by its ``operation_id``.
"""

from carnet.api.v1.contract._held import HELD
from carnet.api.v1.contract._open import OPEN
from carnet.api.v1.contract._words import ALWAYS, OF_SPENDING, OF_VOUCHER, SPENT_OR_ENDED, WITH_BODY, WITH_KEY, WITH_TOKEN, Contract

__all__ = ["ALWAYS", "CONTRACTS", "OF_SPENDING", "OF_VOUCHER", "SPENT_OR_ENDED", "WITH_BODY", "WITH_KEY", "WITH_TOKEN", "Contract"]

CONTRACTS: dict[str, Contract] = {**HELD, **OPEN}
