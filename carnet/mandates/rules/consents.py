"""Consent given from afar, by text message: two texts, one answer, a day to give it, every step kept. Pure.

Off unless the programme turns it on. The first text says what will be done, by whom, until when; the second asks. A person who is asked
says yes in words that mean nothing else: "oui, mais pas l'argent" is no yes.
"""

import re
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

from carnet.mandates.rules._refusals import MandatesRefused

# A person has a day to answer; a yes serves for a signature within another.
ANSWERED_WITHIN = timedelta(hours=24)
SIGNED_WITHIN = timedelta(hours=24)
# An answer that is neither is asked again, twice; then the structure calls.
ASKED_AGAIN_MAX = 2
# A couple has one telephone. A third person of one structure behind one number is somebody else answering for them.
PEOPLE_OF_A_NUMBER_MAX = 2
# What one structure may ask for in a day: consent from afar is the exception.
ASKED_PER_DAY_MAX = 30


class ConsentState(StrEnum):
    """ASKED waits for its answer; AGREED waits for a signature; the others are over."""

    ASKED = "ASKED"
    AGREED = "AGREED"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    SIGNED = "SIGNED"


OPEN_STATES = frozenset({ConsentState.ASKED, ConsentState.AGREED})


class ConsentStep(StrEnum):
    """What a line of the proof tells. SENT ones keep the very words; answers keep how they were read, and a keyed mark of the words."""

    RECAP_SENT = "RECAP_SENT"
    REQUEST_SENT = "REQUEST_SENT"
    ASKED_AGAIN = "ASKED_AGAIN"
    SAID_YES = "SAID_YES"
    SAID_NO = "SAID_NO"
    UNCLEAR = "UNCLEAR"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    SIGNED = "SIGNED"


class Answer(StrEnum):
    """How a text is read."""

    YES = "YES"
    NO = "NO"
    UNCLEAR = "UNCLEAR"


class RemoteConsentClosed(MandatesRefused):
    """The programme has not turned consent by text message on, or this installation sends none."""

    code = "remote-consent-closed"


class ConsentNotGiven(MandatesRefused):
    """No yes was given from afar for exactly this: this person, these procedures, this long. Facts: state."""

    code = "remote-consent-not-given"


class ConsentUnknown(MandatesRefused):
    """No such request, or another structure's."""

    code = "remote-consent-unknown"


class ConsentWaits(MandatesRefused):
    """A question already waits for its answer at this number."""

    code = "remote-consent-waits"


class ConsentNumberTaken(MandatesRefused):
    """This number already answered for PEOPLE_OF_A_NUMBER_MAX other people. Facts: people."""

    code = "remote-consent-number-taken"


class TooManyConsents(MandatesRefused):
    """The structure has asked for as many as it may in a day. Facts: most."""

    code = "remote-consents-too-many"


class ConsentOver(MandatesRefused):
    """It was answered, cancelled or left to expire: there is nothing to take back. Facts: state."""

    code = "remote-consent-over"


_YES = frozenset(
    {
        "oui", "oui merci", "oui s il vous plait", "oui svp", "oui d accord", "d accord", "daccord", "oui je suis d accord", "je suis d accord",
        "oui j accepte", "j accepte", "oui oui",
    }
)  # fmt: skip
_NO = frozenset(
    {
        "non", "non merci", "pas d accord", "je ne suis pas d accord", "non je ne suis pas d accord", "je refuse", "non je refuse", "refuse",
        "stop", "arret", "arretez", "non non",
    }
)  # fmt: skip
STOP = frozenset({"stop", "arret", "arretez"})


def read_answer(text: str) -> Answer:
    """Yes, no, or neither. Capitals, accents, marks and spaces do not matter; any other word does."""
    said = _plain(text)
    if said in _YES:
        return Answer.YES
    return Answer.NO if said in _NO else Answer.UNCLEAR


def is_stop(text: str) -> bool:
    """Whether the person wishes to hear nothing more from this number."""
    return _plain(text) in STOP


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text[:200]).casefold()
    kept = "".join(each for each in letters if not unicodedata.combining(each))
    return re.sub(r"[^a-z0-9]+", " ", kept).strip()


def state_at(state: ConsentState, *, expires_at: datetime, at: datetime) -> ConsentState:
    """What a request has come to, whether or not a timer has passed since."""
    return ConsentState.EXPIRED if state in OPEN_STATES and at >= expires_at else state


def check_may_ask(*, is_turned_on: bool, asked_today: int, people_of_number: int) -> None:
    """Raises: RemoteConsentClosed, TooManyConsents, ConsentNumberTaken. `people_of_number`: others it already answered for here."""
    if not is_turned_on:
        raise RemoteConsentClosed
    if asked_today >= ASKED_PER_DAY_MAX:
        raise TooManyConsents(most=ASKED_PER_DAY_MAX)
    if people_of_number >= PEOPLE_OF_A_NUMBER_MAX:
        raise ConsentNumberTaken(people=PEOPLE_OF_A_NUMBER_MAX)
