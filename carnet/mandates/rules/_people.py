"""Who the person is: the pivot identity, and the words by which a list finds them without holding any name in clear."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from carnet.kernel.identifiers import check_free_text
from carnet.mandates.rules._refusals import IdentityIncomplete

NAME_MAX = 120
PREFIX_MIN, PREFIX_MAX = 2, 12
WORDS_MAX = 8


@dataclass(frozen=True, slots=True)
class PivotIdentity:
    """What FranceConnect says of somebody, or what two helpers read on a paper. Never a social-security number.

    `birthdate` is YYYY-MM-DD, with 00 where a register knows no month or day. `birthplace`, `birthcountry`: codes of the INSEE, "" when the
    paper does not say. `gender`: "male", "female" or "".
    """

    family_name: str
    given_names: str
    birthdate: str
    gender: str = ""
    birthplace: str = ""
    birthcountry: str = ""
    email: str = ""

    @property
    def name(self) -> str:
        """As it is read on a page."""
        return f"{self.given_names} {self.family_name}"

    @property
    def told_apart(self) -> str:
        """The same text for the same person, however the name was typed. What is hashed to tell whether a paper was seen before."""
        return "|".join((*_words(self.family_name), "", *_words(self.given_names), self.birthdate))


def checked_identity(said: PivotIdentity, *, today: date) -> PivotIdentity:
    """An identity read on a paper, trimmed. Raises: IdentityIncomplete, NirInText, IbanInText."""
    family_name, given_names = (" ".join(each.split())[:NAME_MAX] for each in (said.family_name, said.given_names))
    if not _words(family_name) or not _words(given_names) or not _is_birthdate(said.birthdate, today):
        raise IdentityIncomplete
    check_free_text(f"{family_name} {given_names} {said.email}")
    return PivotIdentity(
        family_name, given_names, said.birthdate, said.gender, said.birthplace[:5], said.birthcountry[:5], said.email.strip()[:254]
    )


def _is_birthdate(text: str, today: date) -> bool:
    """A day that was, or a year alone: some registers know no month, no day."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        born_on = date.fromisoformat(text.replace("-00", "-01"))
    except ValueError:
        return False
    return date(1900, 1, 1) <= born_on <= today


def prefixes(identity: PivotIdentity) -> frozenset[str]:
    """What one may begin to type to find this person: the beginnings of each word of the names, 2 to 12 letters."""
    words = (*_words(identity.family_name), *_words(identity.given_names))
    return frozenset(
        word[:length] for word in words[:WORDS_MAX] for length in range(min(PREFIX_MIN, len(word)), min(PREFIX_MAX, len(word)) + 1)
    )


def asked_prefixes(typed: str) -> tuple[str, ...]:
    """The beginnings that a search asks for: a row answers when it has all of them. Words too short to be looked for are left out."""
    return tuple(dict.fromkeys(word[:PREFIX_MAX] for word in _words(typed)[:WORDS_MAX] if len(word) >= PREFIX_MIN))


def _words(text: str) -> tuple[str, ...]:
    bare = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE"))
    plain = "".join(symbol for symbol in bare if not unicodedata.combining(symbol)).casefold()
    return tuple(re.findall(r"[^\W_]+", plain))
