"""One line being judged, and the place it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from carnet.places.rules.faults import Fault, FaultCode, Outcome
from carnet.places.rules.standard import Version
from carnet.places.rules.tables import RawLine


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One line that makes a place: the values of its columns (`standard.COLUMNS`) and what did not fit them."""

    line: int
    columns: Mapping[str, Any]
    extras: Mapping[str, Any]
    commune_found: bool = False  # its commune's code was not in the file


@dataclass(slots=True)
class Line:
    """One line being judged."""

    raw: RawLine
    version: Version
    today: date
    columns: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    commune_found: bool = False

    def tell(self, code: FaultCode, outcome: Outcome, name: str, value: str = "", detail: str = "") -> None:
        self.faults.append(Fault(self.raw.line, code, outcome, name, value, detail))

    def set_aside(self, code: FaultCode, name: str, value: str, detail: str = "") -> None:
        """Keep under `extras`, beside what was already set aside for the same field."""
        kept = self.extras.get(name)
        self.extras[name] = f"{kept}|{value}" if kept and kept != value else value
        self.tell(code, Outcome.SET_ASIDE, name, value, detail)

    def refuse(self, code: FaultCode, name: str, value: str = "", detail: str = "") -> None:
        self.tell(code, Outcome.REFUSED, name, value, detail)

    @property
    def is_refused(self) -> bool:
        return any(fault.outcome is Outcome.REFUSED for fault in self.faults)
