"""The services a programme accepts, by their codes. The catalogue itself, and its words, belong to `places`."""

import re
from collections.abc import Collection, Mapping, Sequence

from carnet.funding.rules._refusals import ServiceCodeWrong, ServiceCostWrong, ServicesMissing

# A service is a lesson or two, not a booklet.
SERVICE_VOUCHERS_MAX = 5
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


def check_voucher_counts(counts: Mapping[str, int], *, service_codes: Collection[str], booklet_size: int) -> None:
    """Refuse a service that costs less than two vouchers here (one is what is not said), more than a booklet holds, or that is not accepted.

    `counts`: vouchers by service code. Raises: ServiceCostWrong.
    """
    most = min(SERVICE_VOUCHERS_MAX, booklet_size)
    for code, count in counts.items():
        if code not in service_codes or type(count) is not int or not 2 <= count <= most:
            raise ServiceCostWrong(service=code, count=count, most=most)


def vouchers_of(counts: Mapping[str, int], service: str) -> int:
    """How many vouchers a service costs: one unless the programme says more."""
    return counts.get(service, 1)
