"""What a play came to, as the ledger says it."""

from collections.abc import Sequence
from typing import Any

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties
from carnet.redemption import queries as redemption
from carnet.scenarios.national import PlayedNation
from carnet.scenarios.play import Played
from carnet.settlement import queries as settlement


def summarise(played: Played | PlayedNation, *, seconds: float) -> dict[str, Any]:
    """The summary of design section 3. Counts are vouchers; money is whole cents; it speaks of this play only.

    Several programmes are one sum: a funder of the same name in two of them is one line, a place that took vouchers of both one place.
    """
    programmes = played.programmes if isinstance(played, PlayedNation) else (played,)
    vouchers: dict[str, int] = {}
    money: dict[str, int] = {}
    by_funder: dict[str, dict[str, int]] = {}
    used: set[int] = set()
    for each in programmes:
        with acting_as(programme_ids=[each.programme_id]):
            table = ledger.money(programme_id=each.programme_id)
            names = parties.organisations(table.by_funder)
            _add(vouchers, ledger.counts(programme_id=each.programme_id).as_dict())
            used |= set(redemption.places_used(programme_id=each.programme_id))
        _add(money, table.total.as_dict())
        for funder_id, amounts in table.by_funder.items():
            _add(by_funder.setdefault(names[funder_id].name, {}), amounts.as_dict())
    with acting_as_everything(why="a play proves the whole ledger before it says it is done"):
        verified = not ledger.verify() and not redemption.verify() and not settlement.verify()
    return {
        "scenario": played.scenario.name,
        "seconds": round(seconds, 1),
        "ledger_verified": verified,
        "vouchers": vouchers,
        "money_cents": money,
        "by_funder": [{"name": name, **amounts} for name, amounts in by_funder.items()],
        "places": len(used),
        "prescribers": sum(len(each.cast.desk_ids) for each in programmes),
        "files": _files(programmes),
    }


def _add(whole: dict[str, int], part: dict[str, int]) -> None:
    for name, count in part.items():
        whole[name] = whole.get(name, 0) + count


def _files(programmes: Sequence[Played]) -> list[str]:
    return [name for each in programmes for name in each.files]
