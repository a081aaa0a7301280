"""When somebody who agreed may be asked whether a lesson took place; and how long their number waits for it. Pure.

A consent of its own, beside that of reminders, given and taken back as freely (docs/sources/personal-data.md).
"""

from datetime import date, timedelta

from carnet.distribution.rules.reminders import ContactEnd
from carnet.kernel.text_messages import is_a_day_to_write

# One question a person in so many days, whatever the number of booklets.
ASKED_APART_DAYS = 90
# Whoever used their last voucher may still be asked about that lesson; then the number goes.
KEPT_TO_ASK_DAYS = 14


def may_be_asked(*, has_consented: bool, asked_on: date | None, today: date) -> bool:
    """Whether a question may be sent on that day. `asked_on`: the latest day anything was asked of that number."""
    free = asked_on is None or today - asked_on >= timedelta(days=ASKED_APART_DAYS)
    return has_consented and free and is_a_day_to_write(today)


def waits_to_be_asked(reason: ContactEnd, *, has_consented: bool, asked_on: date | None, moved_on: date, today: date) -> bool:
    """Whether a contact that has served is kept a little: its vouchers are used, and the question about the last lesson was not asked."""
    since = today - moved_on <= timedelta(days=KEPT_TO_ASK_DAYS)
    return reason is ContactEnd.USED and has_consented and since and (asked_on is None or asked_on < moved_on)
