"""What paper says of dates, in French: the language of the paper is not that of a reader's screen."""

from datetime import datetime, timedelta

from carnet.kernel.periods import legal_day

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def printed_validity(*, printed_until: datetime, months_after_hand_over: int | None) -> str:
    """Until when a voucher is good. `printed_until` is exclusive: the day written is the last one included."""
    last = legal_day(printed_until - timedelta(microseconds=1))
    day = "1er" if last.day == 1 else str(last.day)
    written = f"{day} {_MONTHS[last.month - 1]} {last.year}"
    if months_after_hand_over is None:
        return f"Valable jusqu’au {written} inclus"
    return f"Valable {months_after_hand_over} mois après la remise, au plus tard le {written}"
