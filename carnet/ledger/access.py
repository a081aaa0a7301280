"""The only way from an identifier to a row of the ledger. The database shows a tenant only its own."""

from carnet.kernel.identifiers import BookletSerial, VoucherSerial
from carnet.ledger.models import Booklet, Series, Voucher
from carnet.ledger.rules import BookletUnknown, RangeReversed, SeriesUnknown, VoucherSerialUnknown


def series(series_id: int, *, lock: bool = False) -> Series:
    """The series, if the actor may see it. Raises: SeriesUnknown."""
    rows = Series.objects.select_for_update(of=("self",)) if lock else Series.objects
    found = rows.filter(id=series_id).first()
    if found is None:
        raise SeriesUnknown(series_id=series_id)
    return found


def booklet(booklet_id: int) -> Booklet:
    """The booklet, if the actor holds it or it is of the actor's programme. Raises: BookletUnknown."""
    found = Booklet.objects.filter(id=booklet_id).first()
    if found is None:
        raise BookletUnknown(booklet_id=booklet_id)
    return found


def voucher(*, series_id: int, voucher_id: int) -> Voucher:
    """The voucher, if its booklet may be seen. Raises: VoucherSerialUnknown."""
    found = Voucher.objects.filter(series_id=series_id, id=voucher_id).first()
    if found is None:
        raise VoucherSerialUnknown(voucher_id=voucher_id)
    return found


def series_of_serial(serial: VoucherSerial) -> Series:
    """The series that holds a printed serial. Raises: VoucherSerialUnknown."""
    found = Series.objects.filter(issuer_prefix=serial.prefix, first_serial__lte=serial.number).order_by("-first_serial").first()
    if found is None or serial.number >= found.first_serial + found.voucher_count:
        raise VoucherSerialUnknown(serial=serial.printed())
    return found


def series_of_booklet_serial(serial: BookletSerial) -> Series:
    """The series that holds a booklet's printed serial. Raises: BookletUnknown."""
    found = (
        Series.objects.filter(issuer_prefix=serial.prefix, first_booklet_serial__lte=serial.number)
        .order_by("-first_booklet_serial")
        .first()
    )
    if found is None or serial.number >= found.first_booklet_serial + found.voucher_count // found.booklet_size:
        raise BookletUnknown(serial=serial.printed())
    return found


def check_range(row: Series, first_booklet_id: int, last_booklet_id: int) -> tuple[int, int]:
    """First and last voucher ids of a range of booklets of one series. Raises: RangeReversed."""
    last_of_series = row.first_booklet_id + row.voucher_count // row.booklet_size - 1
    if not row.first_booklet_id <= first_booklet_id <= last_booklet_id <= last_of_series:
        raise RangeReversed(first_booklet_id=first_booklet_id, last_booklet_id=last_booklet_id)
    first = row.first_voucher_id + (first_booklet_id - row.first_booklet_id) * row.booklet_size
    last = row.first_voucher_id + (last_booklet_id - row.first_booklet_id + 1) * row.booklet_size - 1
    return first, last
