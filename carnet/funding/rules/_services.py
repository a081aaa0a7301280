"""The services a programme accepts, by their codes. The catalogue itself, and its words, belong to `places`."""

import re
from collections.abc import Sequence

from carnet.funding.rules._refusals import ServiceCodeWrong, ServicesMissing

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_services(codes: Sequence[str]) -> None:
    """Refuse an empty list, or a code that no catalogue could hold.

    Raises: ServicesMissing, ServiceCodeWrong.
    """
    if not codes:
        raise ServicesMissing
    for code in codes:
        if not _CODE.fullmatch(code):
            raise ServiceCodeWrong(service=code)
