"""Where the books of clearing do not say what the signed messages do, for whoever verifies everything."""

from carnet.continuity.queries import clearing_proofs
from carnet.ledger.rules import Fault


def verify() -> list[Fault]:
    """Recompute every claim, decision and payment of clearing, and compare with our tables and our ledger.

    Our own books only: what a partner or a stranger signs is on the partner's page, and makes no night sound broken.
    """
    return [fault for each in clearing_proofs.verify() for fault in each.own_faults]
