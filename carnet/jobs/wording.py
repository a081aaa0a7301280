"""The words of a message: a programme's own where it wrote some, else the ordinary ones. Also said on screens, by the desk that calls."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from carnet.kernel.periods import PARIS
from carnet.kernel.text_messages import folded, segments
from carnet.notices import queries as notices
from carnet.notices.rules.texts import EDITABLE, Medium, filled

# Languages whose letters a text message has, or nearly.
LATIN = ("fr", "en")


def facts_of(context: Mapping[str, Any]) -> dict[str, Any]:
    """What a template receives. The outbox keeps JSON: moments (…_at, …_from) and days (…_on) become what they were."""
    return {name: _fact(name, value) for name, value in context.items()}


def _fact(name: str, value: Any) -> Any:
    if isinstance(value, str) and name.endswith(("_at", "_from")):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and name.endswith("_on"):
        return date.fromisoformat(value)
    return value


def text_words(kind: str, context: Mapping[str, Any], *, language: str) -> str:
    """One text message, in one line."""
    facts = facts_of(context)
    with translation.override(language):
        values = values_of(facts)
        own = _own(kind, facts, language)
        text = filled(own.body, values) if own else render_to_string(f"texts/{kind}.txt", {**facts, **values})
    line = " ".join(text.split())
    # Arabic or Ukrainian folded into the alphabet of text messages would be nothing: its letters cost more, and stay.
    return folded(line) if language in LATIN else line


def own_letter(kind: str, context: Mapping[str, Any], *, language: str) -> tuple[str, str] | None:
    """The subject and introduction a programme wrote for a letter, filled; None: the ordinary ones."""
    facts = facts_of(context)
    with translation.override(language):
        own = _own(kind, facts, language)
        return (filled(own.subject, values_of(facts)), filled(own.body, values_of(facts))) if own else None


def _own(kind: str, facts: Mapping[str, Any], language: str) -> notices.TextVersion | None:
    programme_id = facts.get("programme_id")
    if kind not in EDITABLE or programme_id is None:
        return None
    return notices.own_text(programme_id=programme_id, kind=kind, language=language)


def values_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a programme's own words, from the facts of a message, written for a person in the language being spoken."""
    lesson_at, said_on, until_on, week_on = (facts.get(name) for name in ("lesson_at", "said_on", "until_on", "week_on"))
    values = {
        "programme": facts.get("programme"),
        "telephone": facts.get("phone"),
        "nombre": facts.get("left"),
        "lieu": facts.get("place"),
        "ancien": facts.get("earlier"),
        "organisation": facts.get("organisation"),
        "fin": date_format(said_on, "SHORT_DATE_FORMAT") if said_on else "",
        "jusqu_au": date_format(until_on, "SHORT_DATE_FORMAT") if until_on else "",
        "semaine": date_format(week_on, "SHORT_DATE_FORMAT") if week_on else "",
        # Digits for the month: a name may hold a letter that a text message does not have.
        "jour": date_format(lesson_at.astimezone(PARIS), "l d/m") if lesson_at else "",
        "heure": _clock(lesson_at) if lesson_at else "",
    }
    return {name: str(value) for name, value in values.items() if value is not None}


def pretend(kind: str, *, subject: str = "", body: str) -> tuple[str, str, int]:
    """A message with pretend values: its subject, its text, and how many text messages it takes (0 for a letter)."""
    about = EDITABLE[kind]
    told = filled(body, about.pretend)
    told = folded(told) if about.medium is Medium.TEXT else told
    return filled(subject, about.pretend), told, segments(told) if about.medium is Medium.TEXT else 0


def ordinary(kind: str, *, language: str) -> str:
    """The ordinary words of a text, with its fields still between braces: where somebody begins who wants their own."""
    about = EDITABLE[kind]
    if about.medium is not Medium.TEXT:
        return ""
    with translation.override(language):
        if kind == "distribution.slip":  # written by its page, with what is known of the place
            return _("{jour} à {heure}, {lieu}, {adresse}. Réservation {numero}. Une question ? {telephone}")
        return " ".join(render_to_string(f"texts/{kind}.txt", {name: f"{{{name}}}" for name in about.pretend}).split())


def _clock(at: datetime) -> str:
    local = at.astimezone(PARIS)
    return f"{local:%H:%M}" if translation.get_language() == "en" else f"{local.hour} h {local:%M}"
