"""How somebody is looked for: by address, telephone, number, or names; whatever the accents, the capitals and the order. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from carnet.privacy.rules._refusals import TooVague

# Words of a name stand close to each other: in two columns of a row, on one line of a file.
NEAR = 200
PHONE_DIGITS = 9  # what is the same in 06 12 34 56 78 and +33 6 12 34 56 78
LEAST_LETTERS = 4


class SoughtBy(StrEnum):
    """What somebody is found by."""

    EMAIL = "EMAIL"
    PHONE = "PHONE"
    NUMBER = "NUMBER"
    NAME = "NAME"


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom one looks for. `words`: all of them are to be found. For a number, the number itself."""

    by: SoughtBy
    words: tuple[str, ...]


def sought(text: str) -> Sought:
    """What was typed, understood. Raises: TooVague."""
    text = text.strip()
    if "@" in text:
        return Sought(SoughtBy.EMAIL, (text.casefold(),))
    digits = re.sub(r"\D", "", text)
    if len(digits) >= PHONE_DIGITS and re.fullmatch(r"[+\d\s().-]+", text):
        return Sought(SoughtBy.PHONE, (digits[-PHONE_DIGITS:],))
    # A mandate is printed M-XXXX-XXXX: its letter says what it numbers.
    compact = re.sub(r"[\s-]", "", re.sub(r"^[A-Za-z]-(?=[A-Za-z0-9]{4}-)", "", text)).upper()
    if re.fullmatch(r"[A-Z0-9]{6,12}", compact) and re.search(r"\d", compact):
        return Sought(SoughtBy.NUMBER, (compact,))
    words = tuple(words_of(text))
    if not words or sum(map(len, words)) < LEAST_LETTERS:
        raise TooVague
    return Sought(SoughtBy.NAME, words)


def words_of(text: str) -> list[str]:
    """The words of a text, without capitals nor accents."""
    return re.findall(r"[^\W_]+", _plain(text))


def holds(text: str, whom: Sought) -> bool:
    """Whether a text is about whoever is sought: every word of their name, near each other; their address; their telephone's digits."""
    if whom.by is SoughtBy.EMAIL:
        return re.search(rf"(?<![\w.+-]){re.escape(whom.words[0])}(?![\w-])", text.casefold()) is not None
    if whom.by is SoughtBy.PHONE:
        return any(re.sub(r"\D", "", found).endswith(whom.words[0]) for found in re.findall(r"\+?\d(?:[\s.()-]?\d){8,14}", text))
    if whom.by is SoughtBy.NUMBER:
        return whom.words[0] in re.sub(r"[\s-]", "", text).upper()
    return _near(_plain(text), whom.words)


def marked(whom: Sought) -> str:
    """The same person asked for in the same way is the same text: what a keyed hash is made of."""
    return f"{whom.by.value} {' '.join(sorted(whom.words))}"


def _near(text: str, words: tuple[str, ...]) -> bool:
    places = [[found.start() for found in re.finditer(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", text)] for word in words]
    if not all(places):
        return False
    return any(all(any(abs(other - first) <= NEAR for other in each) for each in places[1:]) for first in places[0])


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
