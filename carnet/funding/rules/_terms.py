"""A programme's terms as one value: what may be set, and what freezes once vouchers exist."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from carnet.funding.rules._refusals import (
    BookletSizeWrong,
    FrozenOnceIssued,
    NameMissing,
    ProgrammeEnded,
    UndoWindowWrong,
    VoucherValueNotPositive,
)
from carnet.funding.rules._services import check_services, check_voucher_counts
from carnet.funding.rules._states import PaymentFrequency
from carnet.funding.rules._territory import check_perimeter
from carnet.funding.rules._windows import Windows, check_windows

BOOKLET_SIZE_MAX = 50
UNDO_WINDOW_MINUTES_MAX = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class ProgrammeTerms:
    """Everything an operator decides about a programme. Value in cents; the undo window in minutes."""

    name: str
    perimeter: tuple[str, ...]
    public: str
    voucher_value_cents: int
    booklet_size: int
    service_codes: tuple[str, ...]
    undo_window_minutes: int
    windows: Windows
    payment_frequency: PaymentFrequency
    phone: str
    print_title: str
    print_notice: str
    brand_colour: str = ""  # "#rrggbb", or empty for the neutral look; the door has checked that it reads well
    phone_hours: str = ""  # when somebody answers at `phone`, as OpenStreetMap writes hours; empty when not said
    service_voucher_counts: Mapping[str, int] = field(default_factory=dict, hash=False)  # services that cost more than one voucher


def check_terms(terms: ProgrammeTerms) -> None:
    """Refuse a programme that could not work.

    Raises: NameMissing, PerimeterEmpty, PerimeterCodeWrong, VoucherValueNotPositive, BookletSizeWrong,
    ServicesMissing, ServiceCodeWrong, ServiceCostWrong, UndoWindowWrong and the refusals of check_windows.
    """
    if not terms.name.strip():
        raise NameMissing
    check_perimeter(terms.perimeter)
    if terms.voucher_value_cents <= 0:
        raise VoucherValueNotPositive(cents=terms.voucher_value_cents)
    if not 1 <= terms.booklet_size <= BOOKLET_SIZE_MAX:
        raise BookletSizeWrong(size=terms.booklet_size, least=1, most=BOOKLET_SIZE_MAX)
    check_services(terms.service_codes)
    check_voucher_counts(terms.service_voucher_counts, service_codes=terms.service_codes, booklet_size=terms.booklet_size)
    if not 0 <= terms.undo_window_minutes <= UNDO_WINDOW_MINUTES_MAX:
        raise UndoWindowWrong(minutes=terms.undo_window_minutes, most=UNDO_WINDOW_MINUTES_MAX)
    check_windows(terms.windows)


def check_change(*, current: ProgrammeTerms, proposed: ProgrammeTerms, vouchers_exist: bool, ended_at: datetime | None) -> None:
    """Refuse to change what is printed on vouchers, or a programme that was ended.

    Once vouchers exist, their value, the size of booklets and how long they are good for are promises on
    paper. Texts, services, perimeter, hand-over window and payments may still change for what follows.

    Raises: ProgrammeEnded, FrozenOnceIssued and the refusals of check_terms.
    """
    if ended_at is not None:
        raise ProgrammeEnded(ended_at=ended_at)
    check_terms(proposed)
    if vouchers_exist:
        frozen = tuple(_frozen_changes(current, proposed))
        if frozen:
            raise FrozenOnceIssued(fields=frozen)


def _frozen_changes(current: ProgrammeTerms, proposed: ProgrammeTerms) -> Iterator[str]:
    for name in ("voucher_value_cents", "booklet_size"):
        if getattr(current, name) != getattr(proposed, name):
            yield name
    for name in ("printed_until", "months_after_hand_over", "grace_days"):
        if getattr(current.windows, name) != getattr(proposed.windows, name):
            yield name
