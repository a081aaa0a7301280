"""One line of `carnet doctor`."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    name: str
    well: bool
    says: str
    # Well today, and not for long: said, and no reason to stop anything.
    warns: bool = False
