"""One value at a time: what the standard wants of it, and what a careful reader can mend.

Each function returns the value as the standard writes it, or None when it cannot be read.
"""

import re
from datetime import date, datetime
from urllib.parse import urlsplit

from carnet.kernel.identifiers import (
    CommuneCode,
    CommuneCodeInvalid,
    PhoneNumber,
    PhoneNumberInvalid,
    Rna,
    RnaInvalid,
    Siret,
    SiretInvalid,
)

# Control characters but tab and line ends, and halves of characters a JSON file may hold.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_PIVOT = re.compile(r"[a-zA-Z0-9]{9,14}")
_PHONE = re.compile(r"\+(33|590|594|262|596|269|687|689|508|681)\d{6,9}")
# The number of an overseas place is written 0590 41 74 97: its first digits are the country's code too.
_OVERSEAS_PREFIX = {
    "590": "590", "690": "590", "691": "590", "594": "594", "694": "594", "596": "596", "696": "596", "697": "596",
    "262": "262", "263": "262", "269": "262", "639": "262", "692": "262", "693": "262",
}  # fmt: skip
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
_HOST = re.compile(r"([^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}")
URL_CHARACTERS_MAX = 2000
# What the official npm validator 2.3.0 (MIT) takes of a postal address and of the only address of a page.
_NOT_POSTAL_FOR_NPM = re.compile(r"[^0-9A-Za-zÀ-ÖØ-öø-ÿœ-ŸŒ\-,()°.&:+–|;'’/\s]")
_NOT_COMMUNE_FOR_NPM = re.compile(r"[^A-Za-z\dÀ-ÖØ-öø-ÿœ-ŸŒ\-'’\s]")
_URL_FOR_NPM = re.compile(
    r"[A-Za-z]{3,9}:(?://)?(?:[;:&=+$,\w-]+@)?[A-Za-z0-9.-]+(?:(?:/[+~,%@/.\w_-]*)?\??[-+=&;%@.\w_]*#?[.!/\\\w]*)?", re.ASCII
)


def cleaned(text: str) -> tuple[str, bool]:
    """`text` without characters no screen shows, trimmed; and whether any had to go."""
    kept = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return kept.strip(), _UNPRINTABLE.search(text) is not None


def is_pivot(text: str) -> bool:
    """True for the shape of a pivot: SIRET, RNA or another number of 9 to 14 characters."""
    return _PIVOT.fullmatch(text) is not None


def is_pivot_for_npm(pivot: str) -> bool:
    """True for the pivots the official npm validator takes: 14 characters, or an RNA number."""
    return len(pivot) == 14 or re.fullmatch(r"W[a-zA-Z0-9]{9}", pivot) is not None


def is_url_for_npm(url: str) -> bool:
    """True for the addresses of a page the official npm validator takes."""
    return _URL_FOR_NPM.fullmatch(url) is not None


def address_for_npm(text: str) -> str:
    """A postal address without the signs the official npm validator refuses there (``"``, ``«``, ``#``)."""
    return _NOT_POSTAL_FOR_NPM.sub(" ", re.sub('["“”«»]', "'", text))


def commune_for_npm(text: str) -> str:
    """The name of a commune without the signs the official npm validator refuses there: parentheses, commas, dots."""
    return _NOT_COMMUNE_FOR_NPM.sub(" ", text)


def is_known_organisation_number(pivot: str) -> bool:
    """True when `pivot` is a SIRET whose key is right (La Poste's exception included) or an RNA number."""
    try:
        Siret.parse(pivot) if pivot.isdigit() else Rna.parse(pivot)
    except (SiretInvalid, RnaInvalid):
        return False
    return True


def commune_code(text: str) -> str | None:
    """An INSEE commune code; a lost first zero is given back."""
    try:
        return str(CommuneCode.parse(text))
    except CommuneCodeInvalid:
        return None


def postcode(text: str) -> str | None:
    """A postal code of five digits; spaces and a lost first zero are mended."""
    plain = re.sub(r"[\s.]", "", text)
    plain = re.sub(r"^(?:F-?)(?=\d{5}$)", "", plain)
    if re.fullmatch(r"[1-9]\d{3}", plain):
        plain = f"0{plain}"
    return plain if re.fullmatch(r"\d{5}", plain, re.ASCII) else None


def number(text: str) -> float | None:
    """A finite number; a decimal comma is read."""
    plain = text.replace("\u202f", "").replace(" ", "").replace(",", ".")
    return float(plain) if re.fullmatch(r"[+-]?\d{1,4}(\.\d{0,20})?", plain, re.ASCII) else None


def phone(text: str) -> str | None:
    """An international number as the standard writes it: ``+33240123456``, ``+590590417497``."""
    if _PHONE.fullmatch(text):
        return text
    try:
        parsed = str(PhoneNumber.parse(text))
    except PhoneNumberInvalid:
        return None
    country = _OVERSEAS_PREFIX.get(parsed[3:6]) if parsed.startswith("+33") else None
    written = f"+{country}{parsed[3:]}" if country else parsed
    return written if _PHONE.fullmatch(written) else None


def email(text: str) -> str | None:
    """An e-mail address; ``mailto:`` is taken off."""
    plain = text.strip().removeprefix("mailto:")
    return plain if len(plain) <= 254 and _EMAIL.fullmatch(plain) and ".." not in plain else None


def url(text: str) -> str | None:
    """A web address with its scheme; ``www.ville.fr`` becomes ``https://www.ville.fr``. Only http and https."""
    plain = text.strip()
    if not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", plain):
        plain = f"https://{plain}"
    if len(plain) > URL_CHARACTERS_MAX or re.search(r"\s", plain):
        return None
    try:
        parts = urlsplit(plain)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or parts.username or not _HOST.fullmatch(host):
        return None
    return plain


def day(text: str) -> date | None:
    """A day: ``2024-04-02``, a moment of it, or the French ``02/04/2024``."""
    try:
        if found := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", text, re.ASCII):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return date.fromisoformat(text)
        return datetime.fromisoformat(text).date() if re.match(r"\d{4}-\d{2}-\d{2}[T ]", text) else None
    except ValueError:
        return None
