"""What the papers of a mandate say, as values: the French first, which prevails, then one other language once a person has read all of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.kernel.periods import legal_day
from carnet.mandates.rules import MONEY_FAMILIES, EndReason, Family, last_day
from carnet.mandates.rules.texts import MandateText, circumstances
from carnet.web.design import formats
from carnet.web.slips.content import qr_of
from carnet.web.slips.languages import LANGUAGE_BY_CODE, Language, Speaker, waiting
from carnet.web.slips.mandate_words import FAMILY_WORDS, WORDS
from carnet.web.slips.pdf import fonts_of

FRENCH = LANGUAGE_BY_CODE["fr"]
_DIGEST_SHOWN = 16  # hexadecimal digits of the text's digest, enough to tell two texts apart on paper
# A draft is read before it is signed: how it was signed is not said yet.
_NOT_YET = "mandate-signed"


@dataclass(frozen=True, slots=True)
class House:
    """The structure as its papers name it."""

    name: str
    address: str
    number: str
    phone: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person and the structure agree on, signed or not. `ends_on`: the first day no more in force."""

    house: House
    families: tuple[Family, ...]
    starts_on: date
    ends_on: date
    text: MandateText
    is_paper: bool = False
    is_by_sms: bool = False


@dataclass(frozen=True, slots=True)
class Signed:
    """What makes an agreement a mandate: who, when, and the code that lets anybody check it. Names are shown, never kept."""

    number: str
    person: str = field(repr=False)
    born: str = field(repr=False)
    helper: str
    second_helper: str
    signed_at: datetime
    check_code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stopped:
    """One family that was stopped: when, and why."""

    family: Family
    at: datetime
    reason: EndReason


@dataclass(frozen=True, slots=True)
class OwnCode:
    """How the person reads their own mandates: the code as printed, and where it is typed."""

    printed: str = field(repr=False)
    address: str


def languages_ready(text: MandateText) -> tuple[Language, ...]:
    """The languages a mandate is given in: French, English, and each whose every sentence a person has read on this installation."""
    return tuple(each for each in LANGUAGE_BY_CODE.values() if not waiting(each.code, _needed(text)))


def translation_of(code: str, text: MandateText) -> Language | None:
    """The language to join to the French, if it is ready; None for French itself, for an unknown one, for one nobody has read."""
    language = LANGUAGE_BY_CODE.get(code)
    if language is None or language.code == FRENCH.code or waiting(code, _needed(text)):
        return None
    return language


def _needed(text: MandateText) -> frozenset[str]:
    """Every sentence that any paper of a mandate on this text may say."""
    papers = {key for key in WORDS if key.startswith(("paper-", "stopped"))}
    return frozenset({*text.keys, *papers, *FAMILY_WORDS, "phone", "months", "day"})


def mandate_paper(asked: Asked, signed: Signed | None, *, translated: Language | None = None, own: OwnCode | None = None) -> dict[str, Any]:
    """The mandate, or its draft while nobody has signed (`signed` None)."""
    bodies = [_mandate_body(asked, signed, language) for language in _spoken(translated)]
    number = signed.number if signed else ""
    if own is not None:
        say = Speaker(translated or FRENCH)
        bodies[-1]["own"] = [say("paper-own"), own.printed, say("paper-own-use"), own.address, say("paper-number"), say.figure(number)]
    return _paper(_("Mandat %(number)s") % {"number": number} if number else _("Projet de mandat"), bodies, asked.text, signed)


def stopped_paper(
    asked: Asked, signed: Signed, stopped: Sequence[Stopped], left: Collection[Family], *, translated: Language | None = None
) -> dict[str, Any]:
    """What was stopped of a mandate, when and why, and what is still permitted."""
    bodies = [_stopped_body(asked, signed, stopped, left, language) for language in _spoken(translated)]
    return _paper(_("Arrêt du mandat %(number)s") % {"number": signed.number}, bodies, asked.text, signed)


def check_url(code: str) -> str:
    """Where anybody checks the mandate that carries this code."""
    return f"{settings.BASE_URL}{reverse('mandate_papers:check', args=[code])}"


def _spoken(translated: Language | None) -> list[Language]:
    return [FRENCH, translated] if translated is not None else [FRENCH]


def _paper(title: str, bodies: list[dict[str, Any]], text: MandateText, signed: Signed | None) -> dict[str, Any]:
    shown = {"title": title, "version": text.version, "digest": text.digest.hex()[:_DIGEST_SHOWN]}
    url = check_url(signed.check_code) if signed else ""
    return {
        "title": title,
        "foot": _("%(title)s · texte %(version)s, empreinte %(digest)s") % shown,
        "page": _("page"),
        "watermark": "" if signed else _("Projet"),
        "qr": qr_of(url) if signed else "",
        "qr_alt": _("Code à scanner pour vérifier ce mandat"),
        "address": url.split("//", 1)[-1],
        "bodies": bodies,
    }


def _body(language: Language, say: Speaker, title: str, *, is_draft: bool) -> dict[str, Any]:
    marks = [say("paper-draft")] if is_draft else []
    if language.code != FRENCH.code:
        marks.append(say("paper-french"))
    return {
        "language": language.code,
        "direction": language.direction,
        "fonts": list(fonts_of(language)),
        "title": title,
        "marks": marks,
        "check": say("paper-check"),
        "colon": f"{formats.NO_BREAK}: " if language.code == FRENCH.code else ": ",
        "signatures": [],
        "own": [],
    }


def _mandate_body(asked: Asked, signed: Signed | None, language: Language) -> dict[str, Any]:
    say = Speaker(language)
    body = _body(language, say, say(asked.text.title), is_draft=signed is None)
    body["facts"] = _facts(asked, signed, say)
    body["parts"] = _parts(asked, say, is_draft=signed is None)
    if signed is not None and language.code == FRENCH.code:
        body["signatures"] = _signatures(asked, say)
    return body


def _facts(asked: Asked, signed: Signed | None, say: Speaker) -> list[tuple[str, str]]:
    house = asked.house
    told = [(say("paper-structure"), f"{say.comma} ".join(say.fact(each) for each in (house.name, house.address, house.number) if each))]
    if house.phone:
        told.append((say("phone"), say.figure(formats.phone(house.phone))))
    if signed is None:
        return told
    first = [(say("paper-number"), say.figure(signed.number)), (say("paper-person"), say.fact(signed.person))]
    if signed.born:
        first.append((say("paper-born"), say.fact(signed.born)))
    people = [(say("paper-helper"), say.fact(signed.helper))] if signed.helper else []
    if signed.second_helper:
        people.append((say("paper-second"), say.fact(signed.second_helper)))
    return [*first, *told, *people, (say("paper-signed-on"), say.day(legal_day(signed.signed_at)))]


def _parts(asked: Asked, say: Speaker, *, is_draft: bool) -> list[dict[str, Any]]:
    true = circumstances(money=not MONEY_FAMILIES.isdisjoint(asked.families), paper=asked.is_paper, sms=asked.is_by_sms)
    made = []
    for part in asked.text.parts_for(true):
        if is_draft and part.title == _NOT_YET:
            continue
        items = [(say(f"family-{each.value}"), say(f"family-{each.value}-what")) for each in asked.families]
        made.append(
            {
                "title": say(part.title),
                "big": [_period(asked, say)] if part.title == "mandate-until" else [],
                "items": items if part.title == "mandate-what" else [],
                "sentences": [say(key) for key, _when in part.sentences],
            }
        )
    return made


def _period(asked: Asked, say: Speaker) -> str:
    first, last = asked.starts_on, last_day(asked.ends_on)
    if first == last:
        return say("paper-one-day", day=say.day(first))
    return say("paper-from-to", **{"from": say.day(first), "to": say.day(last)})


def _signatures(asked: Asked, say: Speaker) -> list[str]:
    second = [say("paper-sign-second")] if asked.is_paper else []
    return [say("paper-sign-person"), say("paper-sign-helper"), *second]


def _stopped_body(asked: Asked, signed: Signed, stopped: Sequence[Stopped], left: Collection[Family], language: Language) -> dict[str, Any]:
    say = Speaker(language)
    body = _body(language, say, say("stopped"), is_draft=False)
    body["facts"] = _facts(asked, signed, say)
    parts = []
    for at, reason in dict.fromkeys((each.at, each.reason) for each in stopped):
        names = [each.family for each in stopped if (each.at, each.reason) == (at, reason)]
        when = f"{say('stopped-on')} {say.day(legal_day(at))}."
        why = say(f"stopped-{reason.value.lower()}")
        parts.append(_part(say, "stopped-what", names, [when, why, say("stopped-effect"), say("stopped-kept")]))
    if left:
        parts.append(_part(say, "stopped-left", [each for each in asked.families if each in left], []))
    return {**body, "parts": parts}


def _part(say: Speaker, title: str, families: Sequence[Family], sentences: list[str]) -> dict[str, Any]:
    items = [(say(f"family-{each.value}"), say(f"family-{each.value}-what")) for each in families]
    return {"title": say(title), "big": [], "items": items, "sentences": sentences}
