"""Plain language, where a rule can measure it: what somebody who reads little is given to read.

Source: docs/sources/accessibility.md#plain: the European rules for easy-to-read information (Inclusion Europe, 2009), in so far as a
program can count. It is clear language that FALC inspired, not FALC, which asks that people concerned read and validate, which no test does.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

WORDS_MOST: Final = 15
# Known by everybody who holds a telephone, or said in full beside.
ACRONYMS_KNOWN: Final = frozenset({"SMS", "PDF", "QR", "OK", "CV", "CAF", "RDV", "STOP", "OUI", "NON", "YES", "NO"})
_TAG = re.compile(r"<[^>]+>")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{\{\s*([\w.|:\"',]+)\s*\}\}|\{(\w*)\}|%[sd]")
# A colon opens a list or an answer: what follows is read as a sentence of its own.
_END = re.compile(r"(?<=[.!?…:])[\s\u00a0\u202f]+|\n+")
_WORD = re.compile(r"[\wÀ-ÿ][\wÀ-ÿ'’@.-]*")
# Not the letters that begin a number of ours, nor the kind of a file said beside its link.
_ACRONYM = re.compile(r"\b[A-ZÀ-Þ]{2,6}\b(?!-[\dA-Z])(?!\))")
_BY_SOMEBODY: Final = {
    "fr": re.compile(
        r"\b(?:est|sont|sera|seront|était|étaient|été|être)\s+\w+(?:é|i|u|s|t)(?:e?s?)\s+par\s+(?:un|une|des|le|la|les|l’|votre|notre|nos|vos)\b",
        re.IGNORECASE,
    ),
    "en": re.compile(r"\b(?:is|are|was|were|been|be|being)\s+\w+(?:ed|en|wn|pt|nt)\s+by\s+(?:a|an|the|your|our)\b", re.IGNORECASE),
}
# What is too hard, and what to write instead.
HARD: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "récépissé": "reçu", "modalités": "comment faire", "justificatif": "papier qui prouve", "bénéficiaire": "vous, ou la personne",
        "afin de": "pour", "afin que": "pour que", "au sein de": "dans", "dans le cadre de": "pour", "à défaut": "sinon", "préalablement": "avant",
        "ultérieurement": "plus tard", "nonobstant": "malgré", "susvisé": "ce", "conformément": "comme le dit", "veuillez": "le verbe seul",
        "effectuer": "faire", "procéder": "faire", "notamment": "par exemple", "dispositif": "aide", "prescripteur": "guichet",
        "usager": "vous", "dématérialisé": "sur internet", "numérisation": "photo", "authentification": "connexion", "éligible": "qui a droit",
        "échéance": "dernier jour", "caducité": "fin", "caduc": "périmé", "émargement": "signature", "attestation": "papier",
        "réceptionner": "recevoir", "solliciter": "demander", "bénéficier": "avoir droit", "ci-dessous": "plus bas", "ci-dessus": "plus haut",
        "susceptible": "qui peut", "mise à disposition": "donné", "acquitter": "payer", "régulariser": "mettre en ordre", "le cas échéant": "si besoin",
        "sous réserve": "si", "par le biais": "par", "en outre": "aussi", "toutefois": "mais", "néanmoins": "mais", "cependant": "mais",
        "hormis": "sauf", "stipule": "dit", "interlocuteur": "personne à appeler", "périmètre": "endroits", "géolocalisation": "votre position",
    },
    "en": {
        "beneficiary": "you, or the person", "in order to": "to", "prior to": "before", "subsequently": "then", "hereby": "nothing",
        "pursuant": "as … says", "utilise": "use", "commence": "begin", "terminate": "end", "notwithstanding": "despite", "eligible": "who may have it",
        "facilitate": "help", "in accordance with": "as … says", "in respect of": "about", "via": "by", "obtain": "get", "furthermore": "also",
        "however": "but", "therefore": "so", "additional": "more", "assistance": "help", "sufficient": "enough", "purchase": "buy",
        "below mentioned": "this", "prescriber": "desk", "geolocation": "your position", "redeem": "use",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """What is too hard in a sentence, and what to do."""

    kind: str
    sentence: str
    advice: str

    def __str__(self) -> str:
        return f"{self.kind}: “{self.sentence}” ({self.advice})"


def sentences(text: str) -> list[str]:
    """The sentences of a string as a person reads them: without marks, each value in its place counted as one word."""
    flat = _PLACEHOLDER.sub(lambda found: (found[1] or found[2] or found[3] or "x").split("|")[0].split(".")[-1], _TAG.sub(" ", text))
    return [each for each in (" ".join(part.split()) for part in _END.split(flat)) if each]


def faults(text: str, language: str) -> Iterator[Fault]:
    """Everything too hard in a string of that language ("fr" or "en")."""
    for sentence in sentences(text):
        count = len(_WORD.findall(sentence))
        if count > WORDS_MOST:
            yield Fault("long", sentence, f"{count} words, {WORDS_MOST} at most: make two sentences")
        lower = sentence.casefold()
        for hard, plain in HARD[language].items():
            # A word and its plural; a group of words as it is.
            if re.search(rf"(?<!\w){re.escape(hard)}s?(?!\w)", lower):
                yield Fault("hard word", sentence, f"for {hard}, write: {plain}")
        for acronym in _ACRONYM.findall(sentence):
            if acronym not in ACRONYMS_KNOWN:
                yield Fault("acronym", sentence, f"{acronym}: say it in full")
        if _BY_SOMEBODY[language].search(sentence):
            yield Fault("passive", sentence, "say first who does it")
