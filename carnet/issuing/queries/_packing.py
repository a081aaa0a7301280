"""The packing list of an order: which booklets are in which box, and where each box goes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from carnet.issuing.models import Order, Packing
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties


@dataclass(frozen=True, slots=True)
class BoxView:
    """One box. Ranks of booklets from 1, both included; serials once the order is drawn, empty before.

    `nearest`: the places named on the covers of its booklets, as mappings of the fields of `carnet.gateways.printer.NearPlace`.
    """

    box: int
    first_rank: int
    last_rank: int
    first_serial: str
    last_serial: str
    to_organisation_id: int
    to_organisation: str
    point_id: int | None
    place_name: str
    address: str
    nearest: tuple[Mapping[str, Any], ...]

    @property
    def booklet_count(self) -> int:
        """How many booklets are in it."""
        return self.last_rank - self.first_rank + 1


def packing(order_id: int) -> tuple[BoxView, ...]:
    """The boxes of an order in the order of their numbers, inside the announced tenant; empty before it is packed."""
    rows = list(Packing.objects.filter(order_id=order_id).order_by("box"))
    if not rows:
        return ()
    names = parties.organisations({row.to_organisation_id for row in rows})
    series_id = Order.objects.filter(id=order_id).values_list("series_id", flat=True).first()
    series = ledger.series(series_id) if series_id else None

    def serial(rank: int) -> str:
        return ledger.serial_of_booklet(series, series.first_booklet_id + rank - 1) if series else ""

    return tuple(
        BoxView(
            box=row.box,
            first_rank=row.first_rank,
            last_rank=row.last_rank,
            first_serial=serial(row.first_rank),
            last_serial=serial(row.last_rank),
            to_organisation_id=row.to_organisation_id,
            to_organisation=names[row.to_organisation_id].name if row.to_organisation_id in names else "",
            point_id=row.point_id,
            place_name=row.place_name,
            address=row.address,
            nearest=tuple(row.nearest),
        )
        for row in rows
    )
