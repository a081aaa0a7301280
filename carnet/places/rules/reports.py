"""What an import did, told to whoever sent the file."""

from dataclasses import dataclass
from datetime import datetime

from carnet.places.rules.faults import Fault


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
