"""What an import did, told to whoever sent the file."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from carnet.places.rules.faults import Fault
from carnet.places.rules.files import fault_of


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one file held and what it changed. `read_count` = created + updated + unchanged + refused.

    `import_id` is None after a dry run, which changes nothing. `absent_count`: open places of this provenance that the
    file no longer names; they are left as they are, an operator ends them.
    """

    import_id: int | None
    provenance: str
    file_name: str
    version: str
    imported_at: datetime
    read_count: int
    created_count: int
    updated_count: int
    unchanged_count: int
    refused_count: int
    absent_count: int
    communes_found_count: int
    faults: tuple[Fault, ...]

    @property
    def kept_count(self) -> int:
        """Lines that made, or are already, a place."""
        return self.read_count - self.refused_count


def report_as_json(report: ImportReport) -> dict[str, Any]:
    """A report as it is kept between two steps; long values of faults are cut."""
    said = {each.name: getattr(report, each.name) for each in fields(report)}
    return {**said, "imported_at": report.imported_at.isoformat(), "faults": [fault.as_json() for fault in report.faults]}


def report_from_json(kept: dict[str, Any]) -> ImportReport:
    """The report `report_as_json` kept."""
    faults = tuple(fault_of(each) for each in kept["faults"])
    return ImportReport(**{**kept, "imported_at": datetime.fromisoformat(kept["imported_at"]), "faults": faults})
