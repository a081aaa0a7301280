"""Keeps social-security and bank numbers out of free text, where nobody expects or protects them."""

import re
import unicodedata

from carnet.kernel.identifiers._bank import SEPA_IBAN_LENGTHS
from carnet.kernel.refusals import Refusal

# Sex, year, month (20 and above: month unknown), department (2A, 2B), commune, order, then the key.
_NIR = re.compile(
    r"(?<![0-9A-Z])([1-478][\s.-]?[0-9]{2}[\s.-]?(?:0[1-9]|1[0-2]|[2-9][0-9])[\s.-]?"
    r"(?:[0-9]{2}|2[AB])[\s.-]?[0-9]{3}[\s.-]?[0-9]{3})(?:[\s.-]?([0-9]{2}))?(?![0-9])"
)
_IBAN = re.compile(r"(?<![0-9A-Z])[A-Z]{2}[0-9]{2}(?:[\s.-]?[0-9A-Z]){11,60}(?![0-9A-Z])")


class NirInText(Refusal):
    """The text seems to hold a social-security number."""

    code = "nir-in-text"


class IbanInText(Refusal):
    """The text seems to hold a bank account number."""

    code = "iban-in-text"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper()


def holds_nir(text: str) -> bool:
    """True if `text` holds a social-security number: 15 characters with a right key, or 13 alone."""
    return any(_nir_key_holds(found[1], found[2]) for found in _NIR.finditer(_plain(text)))


def _nir_key_holds(body: str, key: str | None) -> bool:
    if key is None:
        return True
    digits = re.sub(r"[\s.-]", "", body).replace("2A", "19").replace("2B", "18")
    return 97 - int(digits) % 97 == int(key)


def holds_iban(text: str) -> bool:
    """True if `text` holds a bank account number with a right key, however it is spaced."""
    for found in _IBAN.finditer(_plain(text)):
        compact = re.sub(r"[\s.-]", "", found[0])
        # A word may follow the number after a space: only the length of its country is read.
        length = SEPA_IBAN_LENGTHS.get(compact[:2])
        if length and len(compact) >= length and _iban_key_holds(compact[:length]):
            return True
    return False


def _iban_key_holds(compact: str) -> bool:
    rearranged = compact[4:] + compact[:4]
    return int("".join(str(int(symbol, 36)) for symbol in rearranged)) % 97 == 1


def check_free_text(text: str) -> str:
    """Return `text` unchanged. Raises: NirInText, IbanInText."""
    if holds_nir(text):
        raise NirInText()
    if holds_iban(text):
        raise IbanInText()
    return text
