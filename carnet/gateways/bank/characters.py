"""The characters a SEPA bank accepts, and how French is brought into them.

Source: docs/sources/payments-and-banks.md#characters, EPC217-08 "SEPA requirements for an extended character set": a-z A-Z 0-9 / - ? : ( ) . , ' +
and space. Accents fall, ligatures open, the rest becomes a space; nothing is silently left out.
"""

import re
import unicodedata

_ALLOWED = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_SPELLED = str.maketrans(
    {
        "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
        "ł": "l", "Ł": "L", "€": "EUR", "&": "+", "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'",
        "«": "'", "»": "'", "“": "'", "”": "'", '"': "'", "–": "-", "—": "-", "‑": "-", "_": "-",
        "…": "...", "°": "o", ";": ",", "[": "(", "]": ")", "{": "(", "}": ")",
    }
)  # fmt: skip


def to_sepa(text: str, *, length_max: int) -> str:
    """`text` in SEPA characters, single-spaced, cut to `length_max` characters (never an identifier).

    A name that has no letter left (another script altogether) gives the empty string: the caller
    refuses it rather than paying to nobody.
    """
    spelled = unicodedata.normalize("NFKD", text.translate(_SPELLED)).translate(_SPELLED)
    bare = "".join(character for character in spelled if not unicodedata.combining(character))
    spaced = " ".join(_ALLOWED.sub(" ", bare).split())
    return spaced[:length_max].rstrip() if re.search(r"[A-Za-z0-9]", spaced) else ""


def is_reference(text: str, *, length_max: int = 35) -> bool:
    """Whether `text` may identify a payment as it is: SEPA characters, no edge or double slash."""
    return (
        0 < len(text) <= length_max
        and not _ALLOWED.search(text)
        and text == text.strip()
        and not text.startswith("/")
        and not text.endswith("/")
        and "//" not in text
    )
