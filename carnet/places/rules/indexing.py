"""What a search compares instead of words: numbers for lists, plain letters for names. PostgreSQL says the same (migration 0006)."""

from collections.abc import Iterable
from hashlib import md5

# One letter for one letter; what is longer is written out first.
_ACCENTED = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ’-"
_PLAIN = "aaaaaaceeeeiiiinooooouuuuyy' "
_LETTERS = str.maketrans(_ACCENTED, _PLAIN)


def tag(word: str) -> int:
    """A word of a place's lists or traits as a number, signed on four bytes."""
    return int.from_bytes(md5(word.encode(), usedforsecurity=False).digest()[:4], "big", signed=True)


def tags(words: Iterable[str]) -> list[int]:
    """The numbers of several words."""
    return [tag(word) for word in words]


def plain(name: str) -> str:
    """A name as it is looked for and sorted: small letters without accents."""
    return name.lower().replace("œ", "oe").replace("æ", "ae").translate(_LETTERS)
