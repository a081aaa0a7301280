"""A key for each person, in a file of its own beside the other keys: destroyed with them, it makes every copy of the database silent about them.

A copy of the database holds what was sealed and never the key. Files (0600), sealed by the wrapping key like the others:

``people/f2/person-K7WM2QXA.key``    32 random bytes; the two letters spread files over 256 folders
"""

import hashlib
import re
from pathlib import Path

# What begins everything sealed under a person's key; what was sealed before there were any begins with a random nonce.
UNDER_A_PERSON = b"carnet person 1\x00"
_NAME = re.compile(r"[a-z]+-[A-Za-z0-9-]{1,60}")
FOLDER = "people"


def path_of(ring: Path, person: str) -> Path:
    """Where the key of that person is. `person`: a word and a number drawn at random, never a name."""
    if not _NAME.fullmatch(person):
        raise ValueError("a person's key is called by a word and a number")
    return ring / FOLDER / hashlib.sha256(person.encode()).hexdigest()[:2] / f"{person}.key"


def about(person: str) -> bytes:
    """What the file of a person's key is sealed for."""
    return f"person key {person}".encode("ascii")
