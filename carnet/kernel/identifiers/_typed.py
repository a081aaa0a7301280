"""What people put between characters when they copy an identifier, taken away in one place."""

import re
import unicodedata

# Spaces of every width (no-break and narrow no-break included), dots, dashes, bullets, underscores.
_BETWEEN = re.compile(r"[\s.·•_‐-―−\-\u200b\u2060\ufeff]+")


def squeezed(text: str) -> str:
    """`text` in upper case without anything people put between characters.

    Digits of other scripts and of full width become ASCII digits.
    """
    if text.isascii():  # nearly always: nothing to fold
        return _BETWEEN.sub("", text).upper()
    joined = _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()
    return "".join(_ascii_digit(character) for character in joined)


def _ascii_digit(character: str) -> str:
    if character.isascii() or not character.isdecimal():
        return character
    return str(unicodedata.decimal(character))


def grouped(text: str, sizes: tuple[int, ...], *, between: str = " ") -> str:
    """`text` cut into groups of the given sizes; what is left makes a last group."""
    groups: list[str] = []
    position = 0
    for size in sizes:
        groups.append(text[position : position + size])
        position += size
    groups.append(text[position:])
    return between.join(group for group in groups if group)
