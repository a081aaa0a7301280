"""In which languages the paper speaks, and which of its sentences a person has read.

French and English are the site's own. The others are files of `data/`: a sentence each, with who validated it and on which text. An
installation validates more of them on its own screen. A paper with one sentence that nobody has read carries a mark that says so.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext

from carnet.distribution.queries import translations as checks
from carnet.distribution.rules.translations import TRANSLATED, digest_of
from carnet.web.design import formats
from carnet.web.slips.sentences import SENTENCES, SOURCES

_DATA = Path(__file__).parent / "data"
# A fact inside a sentence of another direction: a telephone read from the left, a name as it is written.
_LEFT_TO_RIGHT, _AS_WRITTEN, _END = "\u2066", "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the paper, by its own name."""

    code: str
    name: str
    is_rtl: bool = False

    @property
    def direction(self) -> str:
        """For a page's `dir`, and Typst's."""
        return "rtl" if self.is_rtl else "ltr"


LANGUAGES = (Language("fr", "Français"), Language("en", "English"), Language("ar", "العربية", is_rtl=True), Language("uk", "Українська"))
LANGUAGE_BY_CODE = {each.code: each for each in LANGUAGES}
assert tuple(each.code for each in LANGUAGES if each.code in TRANSLATED) == TRANSLATED


@dataclass(frozen=True, slots=True)
class Translation:
    """A sentence in one of the languages of `data/`. `validated_by` is empty when its file names nobody, or when the text changed since."""

    key: str
    source: str
    text: str
    validated_by: str

    @property
    def digest(self) -> str:
        """The version of this sentence."""
        return digest_of(self.source, self.text)


@cache
def translations(language: str) -> Mapping[str, Translation]:
    """Every sentence of a language's file, in the order of the French."""
    written = {key: line for path in _files_of(language) for key, line in tomllib.loads(path.read_text(encoding="utf-8")).items()}
    found = {}
    for key, source in SOURCES.items():
        line = written[key]
        named = line.get("validated_by", "") if line.get("validated_digest") == digest_of(source, line["text"]) else ""
        found[key] = Translation(key, source, line["text"], named)
    return found


def _files_of(language: str) -> tuple[Path, ...]:
    """The slips' sentences, those of a mandate's papers, those of a connection's."""
    return tuple(folder / f"{language}.toml" for folder in (_DATA, _DATA / "mandates", _DATA / "connections"))


def waiting(language: str, keys: Collection[str] | None = None) -> tuple[str, ...]:
    """The sentences that no person has read as they are now; among `keys` if some are given. None in French and in English."""
    if language not in TRANSLATED:
        return ()
    known = translations(language)
    asked = [known[key] for key in known if keys is None or key in keys]
    silent = [each for each in asked if not each.validated_by]
    read = checks.checked_digests(language) if silent else frozenset()
    return tuple(each.key for each in silent if each.digest not in read)


def _unbroken(text: str) -> str:
    """French as it is set: a mark never begins a line."""
    for mark in "?!:;":
        text = text.replace(f" {mark}", f"{formats.NO_BREAK}{mark}")
    return text


@dataclass(slots=True)
class Speaker:
    """Says sentences in one language, and remembers which, so that the paper can say whether a person has read them."""

    language: Language
    said: set[str] = field(default_factory=set)

    def __call__(self, key: str, **facts: object) -> str:
        """One sentence, with its facts in it."""
        self.said.add(key)
        if self.language.code in TRANSLATED:
            text = translations(self.language.code)[key].text
        else:
            with translation.override(self.language.code):
                text = _unbroken(gettext(SENTENCES[key])) if self.language.code == "fr" else gettext(SENTENCES[key])
        told = {name: self.fact(str(value)) for name, value in facts.items()}
        return text % told if told else text

    def fact(self, text: str) -> str:
        """A name or an address as it is written, whatever the direction of the sentence around it."""
        return f"{_AS_WRITTEN}{text}{_END}" if self.language.is_rtl and text else text

    def figure(self, text: str) -> str:
        """A telephone or a number, always read from the left."""
        return f"{_LEFT_TO_RIGHT}{text}{_END}" if self.language.is_rtl and text else text

    def named(self, name: str, value: str) -> str:
        """``Téléphone : 02 40 00 00 00.``, as each language writes its colon."""
        return f"{name}{f'{formats.NO_BREAK}:' if self.language.code == 'fr' else ':'} {value}."

    @property
    def comma(self) -> str:
        """The comma of the language."""
        return "،" if self.language.is_rtl else ","

    def day(self, on: date) -> str:
        """``12 mars 2026``."""
        if self.language.code not in TRANSLATED:
            with translation.override(self.language.code):
                return formats.day(on)
        months = self("months").split("|")
        return self._said_of("day", day=str(on.day), month=months[on.month - 1], year=str(on.year))

    def weekday(self, on: date) -> str:
        """``jeudi 12 mars 2026``."""
        if self.language.code not in TRANSLATED:
            with translation.override(self.language.code):
                return formats.weekday(on)
        return self._said_of("weekday", weekday=self("weekdays").split("|")[on.weekday()], date=self.day(on))

    def hours(self, begins: time, finishes: time) -> str:
        """``de 14 h à 15 h 30``."""
        if self.language.code not in TRANSLATED:
            with translation.override(self.language.code):
                return gettext("de %(from)s à %(to)s") % {"from": formats.wall_time(begins), "to": formats.wall_time(finishes)}
        return self._said_of("hours", **{"from": f"{begins:%H:%M}", "to": f"{finishes:%H:%M}"})

    def _said_of(self, key: str, **words: str) -> str:
        """A pattern of the calendar: its words are of the language itself, and need no isolation."""
        return self(key) % words

    def mark(self) -> tuple[str, ...]:
        """What the paper says at its head while a sentence of it waits for a person: in its own language, and in French. Else nothing."""
        if not waiting(self.language.code, self.said):
            return ()
        return translations(self.language.code)["awaiting"].text, SENTENCES["awaiting"]


def speaker_of(code: str) -> Speaker:
    """Who speaks the language an address names; the site's own language for any other word."""
    found = LANGUAGE_BY_CODE.get(code) or LANGUAGE_BY_CODE.get((translation.get_language() or "fr")[:2]) or LANGUAGES[0]
    return Speaker(found)
