"""Where a programme is: communes, departments, EPCI (intercommunal bodies), or the whole country."""

import re
from collections.abc import Sequence

from carnet.funding.rules._refusals import PerimeterCodeWrong, PerimeterEmpty

WHOLE_COUNTRY = "FR"
_COMMUNE = re.compile(r"(\d{2}|2[AB])\d{3}")
_DEPARTMENT = re.compile(r"0[1-9]|1\d|2[1-9AB]|[3-8]\d|9[0-5]|97[1-6]")
_EPCI = re.compile(r"\d{9}")


def check_perimeter(codes: Sequence[str]) -> None:
    """Refuse an empty perimeter or a code of none of the four shapes.

    The shape tells the level: "FR" the country, "44" or "2A" or "974" a department, "44109" a commune
    (INSEE), "244400404" an EPCI (SIREN).

    Raises: PerimeterEmpty, PerimeterCodeWrong.
    """
    if not codes:
        raise PerimeterEmpty
    for code in codes:
        known = code == WHOLE_COUNTRY or any(pattern.fullmatch(code) for pattern in (_COMMUNE, _DEPARTMENT, _EPCI))
        if not known:
            raise PerimeterCodeWrong(perimeter_code=code)


def is_in_perimeter(*, commune: str, epci: str | None, perimeter: Sequence[str]) -> bool:
    """Whether an INSEE commune, of that EPCI if it has one, belongs to the perimeter."""
    department = commune[:3] if commune.startswith("97") else commune[:2]
    reachable = {WHOLE_COUNTRY, department, commune}
    if epci:
        reachable.add(epci)
    return not reachable.isdisjoint(perimeter)
