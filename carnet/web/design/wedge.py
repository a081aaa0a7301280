"""What a scanner types when it believes in another keyboard than the one the device has.

A scanner sends the places of keys, not letters. Set for an American keyboard and plugged into a French one, the digits of a code come out as
the top row without Shift; the address in a QR code, or the number on a cover, with its letters moved too. `static/design/scanner.js` says the
same for codes that stay on the device; a test compares them.
"""

import re

# The top row without Shift: France; Belgium and Macintosh.
TOP_ROWS = ("&é\"'(-è_çà", "&é\"'(§è!çà")
# https:// typed that way: the colon is where M is, the slash where ! or = is.
STARTS = (re.compile(r"HTTPS?M!!", re.IGNORECASE), re.compile(r"HTTPS?M==", re.IGNORECASE))
SLASHES = ("!", "=")
# The number of a booklet or of a voucher, as `kernel.identifiers` reads it.
SERIAL = re.compile(r"[A-Z][A-Z0-9]{1,3}-?C?[0-9]{8,9}-?[0-9]{2}")
MOVED = {"A": "Q", "Q": "A", "Z": "W", "W": "Z", "?": "M", ",": "M", "M": ":", ":": ".", ")": "-"}


def untangled(typed: str) -> str:
    """The code that was meant. What is not recognised comes back as it was typed."""
    plain = typed.strip()
    for row in TOP_ROWS:
        if plain and set(row + " ").issuperset(plain):
            return "".join(_digit(row, key) if key != " " else key for key in plain)
    for row, start, slash in zip(TOP_ROWS, STARTS, SLASHES, strict=True):
        if start.match(plain):
            return "".join(
                "/" if key == slash else _digit(row, key) if key in row else MOVED.get(key.upper(), key.upper()) for key in plain
            )
    for row in TOP_ROWS:
        meant = "".join(_digit(row, key) if key in row else MOVED.get(key.upper(), key.upper()) for key in plain)
        if SERIAL.fullmatch(meant) and not SERIAL.fullmatch(plain.upper()):
            return meant
    return plain


def _digit(row: str, key: str) -> str:
    return str((row.index(key) + 1) % 10)
