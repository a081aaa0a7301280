"""A programme's own words for some messages: which messages, with which fields, how long. Pure.

A field is written between braces: ``{lieu}``. Nothing else is understood: a text is filled, never run.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from carnet.kernel.identifiers import check_free_text
from carnet.kernel.text_messages import folded, segments
from carnet.notices.rules._webhooks import NoticesRefused

SEGMENTS_MAX = 3
LETTER_MAX, SUBJECT_MAX = 3_000, 120
_FIELD = re.compile(r"\{([^{}]*)\}")


class TextKindUnknown(NoticesRefused):
    """No such message, or one whose words are everybody's."""

    code = "text-kind-unknown"


class TextFieldUnknown(NoticesRefused):
    """A field this message does not have, or a brace alone. Facts: field, allowed."""

    code = "text-field-unknown"


class TextMissing(NoticesRefused):
    """Nothing was written; a letter needs a subject too."""

    code = "text-missing"


class TextTooManySegments(NoticesRefused):
    """Too long for text messages. Facts: segments, most."""

    code = "text-too-many-segments"


class StopMissing(NoticesRefused):
    """A reminder says how to stop it: the word STOP."""

    code = "stop-missing"


class Medium(StrEnum):
    """Where the words are read."""

    TEXT = "TEXT"
    LETTER = "LETTER"


@dataclass(frozen=True, slots=True)
class Editable:
    """One message a programme may word. `pretend`: the fields it has, each with a value to preview it with, as long as real ones get."""

    kind: str
    medium: Medium
    pretend: Mapping[str, str]
    says_stop: bool = False


_PERSON = {"programme": "Chèques de Loire-Atlantique", "telephone": "02 40 00 00 00"}
_LEFT = {**_PERSON, "nombre": "10", "fin": "31/12/2026"}
EDITABLE: Mapping[str, Editable] = {
    each.kind: each
    for each in (
        Editable(
            "distribution.reminder-first-lesson",
            Medium.TEXT,
            {**_PERSON, "jour": "mercredi 24/11", "heure": "14 h 30", "lieu": "Médiathèque Jacques-Demy"},
            says_stop=True,
        ),
        Editable("distribution.reminder-idle", Medium.TEXT, _LEFT, says_stop=True),
        Editable("distribution.reminder-expiry", Medium.TEXT, _LEFT, says_stop=True),
        Editable(
            "distribution.slip",
            Medium.TEXT,
            {
                **_LEFT,
                "jour": "mercredi 24/11",
                "heure": "14 h 30",
                "lieu": "Médiathèque Jacques-Demy",
                "adresse": "24 quai de la Fosse, Nantes",
                "numero": "K7FM-42PX",
            },
        ),
        Editable(
            "distribution.season-invitation",
            Medium.LETTER,
            {"programme": "Chèques 2027", "ancien": "Chèques 2026", "organisation": "Mairie de Vertou", "jusqu_au": "31/12/2027"},
        ),
        Editable("notices.digest", Medium.LETTER, {"programme": "Chèques 2027", "semaine": "23/11/2026"}),
    )
}


def editable(kind: str) -> Editable:
    """The message of this kind. Raises: TextKindUnknown."""
    found = EDITABLE.get(kind)
    if found is None:
        raise TextKindUnknown(kind=kind[:60])
    return found


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled; one that has no value is left out."""
    return _FIELD.sub(lambda found: values.get(found[1], ""), text)


def check_text(kind: str, *, subject: str, body: str) -> tuple[str, str]:
    """The words of a message, trimmed, once all that can be wrong with them is not.

    Raises: TextKindUnknown, TextMissing, TextFieldUnknown, TextTooManySegments, StopMissing, NirInText, IbanInText.
    """
    about = editable(kind)
    is_text = about.medium is Medium.TEXT
    subject, body = "" if is_text else " ".join(subject.split())[:SUBJECT_MAX], _squeezed(body) if is_text else body.strip()[:LETTER_MAX]
    if not body or (not is_text and not subject):
        raise TextMissing
    for words in (subject, body):
        _check_fields(words, about)
        check_free_text(words)
    if about.says_stop and not re.search(r"\bSTOP\b", body):
        raise StopMissing
    if is_text and (taken := segments(folded(filled(body, about.pretend)))) > SEGMENTS_MAX:
        raise TextTooManySegments(segments=taken, most=SEGMENTS_MAX)
    return subject, body


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _check_fields(text: str, about: Editable) -> None:
    for name in _FIELD.findall(text):
        if name not in about.pretend:
            raise TextFieldUnknown(field=name[:40], allowed=", ".join(about.pretend))
    if re.search(r"[{}]", _FIELD.sub("", text)):
        raise TextFieldUnknown(field="{", allowed=", ".join(about.pretend))
