"""How money, numbers, days and codes are written for a person, in French and in English.

Amounts come in whole cents; moments come aware and are written on the legal day of Paris.
"""

from datetime import date, datetime, time, timedelta

from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from carnet.kernel.identifiers import PhoneNumber, PhoneNumberInvalid
from carnet.kernel.money import Euros
from carnet.kernel.periods import PARIS, legal_day

NO_BREAK = "\u00a0"
NARROW_NO_BREAK = "\u202f"
MINUS = "\u2212"


def euros(amount: int | Euros, *, short: bool = False) -> str:
    """`1250` cents as ``12,50 €`` in French, ``€12.50`` in English; `short` drops cents that are zero."""
    cents = amount.cents if isinstance(amount, Euros) else amount
    whole, rest = divmod(abs(cents), 100)
    sign = MINUS if cents < 0 else ""
    figure = number(whole)
    if rest or not short:
        figure += f"{decimal_mark()}{rest:02d}"
    return f"{sign}€{figure}" if _english() else f"{sign}{figure}{NO_BREAK}€"


def number(count: int) -> str:
    """A whole number with its thousands apart: ``12 345`` in French, ``12,345`` in English."""
    return f"{count:,}" if _english() else f"{count:,}".replace(",", NARROW_NO_BREAK)


def decimal(figure: float) -> str:
    """A measure with one decimal: ``4,5`` in French, ``4.5`` in English. Never an amount of money."""
    return f"{figure:.1f}".replace(".", decimal_mark())


def days(figure: float) -> str:
    """A length in days: ``9 j``, ``4,5 j`` in French, ``9 d`` in English."""
    return f"{number(figure) if isinstance(figure, int) else decimal(figure)}{NO_BREAK}{'d' if _english() else 'j'}"


def decimal_mark() -> str:
    """What separates euros from cents: ``,`` in French, ``.`` in English."""
    return "." if _english() else ","


def day(moment: date | datetime) -> str:
    """The day in Paris, in words: ``12 mars 2026``, the first of the month being ``1er``."""
    on = legal_day(moment) if isinstance(moment, datetime) else moment
    if on.day == 1 and not _english():
        return f"1er{NO_BREAK}{date_format(on, 'F Y')}"
    return date_format(on, "j F Y")


def weekday(moment: date | datetime) -> str:
    """The day in Paris with its name: ``jeudi 12 mars 2026``."""
    on = legal_day(moment) if isinstance(moment, datetime) else moment
    return f"{date_format(on, 'l')} {day(on)}"


def month(on: date) -> str:
    """The month of a day: ``mars 2026``."""
    return date_format(on, "F Y")


def moment(at: datetime) -> str:
    """The day and time in Paris: ``12 mars 2026 à 14 h 05``."""
    return _("%(day)s à %(time)s") % {"day": day(at), "time": clock_time(at)}


def clock_time(at: datetime) -> str:
    """The time in Paris: ``14 h 05`` in French, ``14:05`` in English."""
    local = at.astimezone(PARIS)
    return f"{local:%H:%M}" if _english() else f"{local.hour}{NO_BREAK}h{NO_BREAK}{local:%M}"


def wall_time(at: time) -> str:
    """An hour of the clock on a place's wall: ``14 h``, ``14 h 30`` in French, ``14:30`` in English."""
    if _english():
        return f"{at:%H:%M}"
    return f"{at.hour}{NO_BREAK}h" + (f"{NO_BREAK}{at:%M}" if at.minute else "")


def last_day(ends_at: datetime) -> str:
    """The last day inside a period that ends, exclusively, at `ends_at`: what "until" means on paper."""
    return day(legal_day(ends_at - timedelta(microseconds=1)))


def secret(digits: str) -> str:
    """An 18-digit code in groups of three, the way it is printed and dictated."""
    return " ".join(digits[start : start + 3] for start in range(0, len(digits), 3))


def percent(part: int, whole: int) -> str:
    """A share of a whole, to the nearest percent: ``42 %``; nothing of nothing is a dash."""
    if whole == 0:
        return "–"
    return f"{(200 * part + whole) // (2 * whole)}{'' if _english() else NO_BREAK}%"


def basis_points(points: int) -> str:
    """Hundredths of a percent, exactly: ``50 %``, ``33,33 %``."""
    whole, rest = divmod(abs(points), 100)
    figure = number(whole)
    if rest:
        figure += f"{decimal_mark()}{rest:02d}".rstrip("0")
    return f"{MINUS if points < 0 else ''}{figure}{'' if _english() else NO_BREAK}%"


def within(name: str) -> str:
    """The name of a day or of a language inside a sentence: ``vendredi`` in French, ``Friday`` in English."""
    return name if _english() else name[:1].lower() + name[1:]


def phone(typed: str) -> str:
    """A telephone as people read it aloud, ``02 40 00 00 00``; as it was written when it is not one."""
    try:
        return PhoneNumber.parse(typed).printed()
    except PhoneNumberInvalid:
        return typed


def dialled(typed: str) -> str:
    """The same for a link that calls, ``+33240000000``; the digits that were written when it is not one."""
    try:
        return str(PhoneNumber.parse(typed))
    except PhoneNumberInvalid:
        return "".join(each for each in typed if each.isdigit() or each == "+")


def distance(km: float | None) -> str:
    """``à 350 m``, ``à 4,2 km``, never cut in two; nothing when unknown."""
    if km is None:
        return ""
    if km < 1:
        told = _("à %(metres)s m") % {"metres": max(50, round(km * 20) * 50)}
    else:
        told = _("à %(km)s km") % {"km": number_format(round(km, 1), decimal_pos=1) if km < 10 else round(km)}
    return told.replace(" ", NO_BREAK)


def _english() -> bool:
    return (translation.get_language() or "fr").startswith("en")
