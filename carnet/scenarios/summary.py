"""What a play came to, as the ledger says it."""

from typing import Any

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties
from carnet.redemption import queries as redemption
from carnet.scenarios.play import Played
from carnet.settlement import queries as settlement


def summarise(played: Played, *, seconds: float) -> dict[str, Any]:
    """The summary of design section 3. Counts are vouchers; money is whole cents; it speaks of this play only."""
    with acting_as(programme_ids=[played.programme_id]):
        counted = ledger.counts(programme_id=played.programme_id)
        table = ledger.money(programme_id=played.programme_id)
        names = parties.organisations(table.by_funder)
        used = redemption.places_used(programme_id=played.programme_id)
    with acting_as_everything(why="a play proves the whole ledger before it says it is done"):
        verified = not ledger.verify() and not redemption.verify() and not settlement.verify()
    return {
        "scenario": played.scenario.name,
        "seconds": round(seconds, 1),
        "ledger_verified": verified,
        "vouchers": counted.as_dict(),
        "money_cents": table.total.as_dict(),
        "by_funder": [{"name": names[funder_id].name, **money.as_dict()} for funder_id, money in table.by_funder.items()],
        "places": len(used),
        "prescribers": len(played.cast.desk_ids),
        "files": played.files,
    }
