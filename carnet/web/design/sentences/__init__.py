"""The sentence of every refusal, in the reader's language. Rules hold codes and facts; the words are here, one file per room.

A sentence names facts as ``%(name)s``. They are written for a person by the end of their name: ``…_cents`` as euros, ``…_basis_points``
as a percentage, ``…_at`` as a day and time, ``…_on`` as a day, ``…_until`` as the last day included.
"""

from collections.abc import Mapping
from datetime import date, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from carnet.kernel.money import Euros
from carnet.kernel.refusals import Refusal
from carnet.web.design import formats

Sentence = str | Promise

ROOMS = (
    "kernel", "gateways", "backups", "ledger", "journal", "notices", "parties", "funding", "issuing", "places", "joining", "workshops", "activities", "distribution", "habilitation", "desks", "postal", "mandates", "openid", "own_mandates", "redemption",
    "controls", "signals", "cases", "samples", "settlement", "helpline", "observatory", "territories", "surveys", "need", "evaluations", "connectivity", "connection_bills", "connection_studies", "planning", "plans", "continuity", "archives", "takeovers", "clearing", "privacy", "design", "api", "scenarios",
)  # fmt: skip


def sentence_for(refusal: Refusal) -> str:
    """The sentence a person reads about `refusal`: its own room's, where two rooms give one code."""
    for part in reversed(type(refusal).__module__.split(".")):
        own = _BY_FILE.get(part, {}).get(refusal.code)
        if own is not None:
            return _said(own, refusal.facts)
    return sentence_of_code(refusal.code, refusal.facts)


def sentence_of_code(code: str, facts: Mapping[str, Any]) -> str:
    """The sentence of a refusal's code, with its facts written for a person."""
    sentence = SENTENCES.get(code)
    if sentence is None:
        return _("C’est refusé (%(code)s).") % {"code": code}
    return _said(sentence, facts)


def _said(sentence: Sentence, facts: Mapping[str, Any]) -> str:
    return str(sentence) % _Written(facts)


class _Written(dict[str, str]):
    """Facts as words. A fact the refusal did not carry shows as an ellipsis rather than as a broken page."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__({name: _written(name, value) for name, value in facts.items()})

    def __missing__(self, name: str) -> str:
        return "…"


def _written(name: str, value: Any) -> str:
    if isinstance(value, Euros) or (name.endswith("_cents") and isinstance(value, int)):
        return formats.euros(value)
    if name.endswith("_basis_points") and isinstance(value, int):
        return formats.basis_points(value)
    if isinstance(value, datetime):
        return formats.last_day(value) if name.endswith("_until") else formats.moment(value)
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return formats.number(value)
    if isinstance(value, float):
        return formats.decimal(value)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(item) for item in value)
    return str(value)


_BY_FILE: dict[str, dict[str, Sentence]] = {
    room: import_module(f"{__name__}.{room}").SENTENCES for room in ROOMS if find_spec(f"{__name__}.{room}") is not None
}
SENTENCES: dict[str, Sentence] = {code: sentence for said in _BY_FILE.values() for code, sentence in said.items()}
