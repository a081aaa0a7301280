"""The papers of a connection, as values: the slip a person takes home, with their number and code, and the leaflet of what is open now."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from carnet.connectivity.queries.applying import OpenOffer, OpenResidence
from carnet.connectivity.queries.told import ToldConnection
from carnet.connectivity.rules import ConnectionState
from carnet.funding import queries as funding
from carnet.web import calling
from carnet.web.design import formats
from carnet.web.slips.content import Block, Line, Paper, qr_of
from carnet.web.slips.languages import Speaker, speaker_of
from carnet.workshops.queries import SessionView

RESIDENCES_PRINTED = 12
_BEFORE_ACTIVE = frozenset({ConnectionState.APPLIED, ConnectionState.ACCEPTED, ConnectionState.TO_ACTIVATE, ConnectionState.COULD_NOT})


def slip(told: ToldConnection, *, code: str, provider: str, lessons: Sequence[SessionView] = (), language: str = "", at: datetime) -> Paper:
    """The person's own paper. `code` as printed; `lessons`: the next ones near, at most two are said."""
    say = speaker_of(language or told.language)
    url = f"{settings.BASE_URL}{reverse('connections:own')}"
    blocks = _call(say, told.programme_id, at)
    blocks.append(_number(say, told, code))
    blocks.append(Block("euro", say("connection-price"), price_lines(say, told.offer)))
    blocks.append(Block("computer", say("connection-what"), what_lines(say, told.offer, provider)))
    if told.state in _BEFORE_ACTIVE:
        steps = ("connection-next-landlord", "connection-next-provider", "connection-next-told")
        blocks.append(Block("arrow-next", say("connection-next"), tuple(Line(say(key)) for key in steps)))
    blocks.append(Block("alert", say("connection-broken"), (Line(say("connection-broken-how")),)))
    blocks.append(Block("stop", say("connection-stop"), (Line(say("connection-stop-how")),)))
    if lessons:
        blocks.append(Block("learn", say("connection-lessons"), tuple(_lesson(say, each) for each in lessons[:2])))
    return Paper(
        language=say.language, title=say("connection"), blocks=tuple(blocks), address=url, qr=qr_of(url),
        qr_words=say("connection-scan"), foot=(say("connection-passwords"),), mark=say.mark(),
    )  # fmt: skip


def leaflet(offer: OpenOffer, residences: Sequence[OpenResidence], *, names: Mapping[int, str], language: str, at: datetime) -> Paper:
    """The scheme on one page, for a wall or a counter: one offer, for whom, where, how to ask."""
    say = speaker_of(language)
    url = f"{settings.BASE_URL}{reverse('connections:public')}"
    landlord, provider = names.get(offer.landlord_id, ""), names.get(offer.provider_id, "")
    blocks = [
        Block("info", say("connection-leaflet-what"), (Line(say.fact(landlord), is_big=True),)),
        *_call(say, offer.programme_id, at),
        Block("euro", say("connection-price"), price_lines(say, offer)),
        Block("computer", say("connection-what"), what_lines(say, offer, provider)),
        Block("people", say("connection-leaflet-who"), who_lines(say, offer)),
        Block("place", say("connection-leaflet-where"), _where_lines(say, residences)),
        Block(
            "hand-over", say("connection-leaflet-ask"), (Line(say("connection-leaflet-ask-how")), Line(say("connection-leaflet-papers")))
        ),
    ]
    return Paper(
        language=say.language, title=say("connection-leaflet"), blocks=tuple(blocks), address=url, qr=qr_of(url),
        qr_words=say("connection-leaflet-scan"), foot=(say("connection-passwords"),), mark=say.mark(),
    )  # fmt: skip


def price_lines(say: Speaker, offer: OpenOffer) -> tuple[Line, ...]:
    """What the household pays, and nothing of what others pay."""
    cents = offer.terms.household_cents
    with translation.override(say.language.code if say.language.code in ("fr", "en") else "fr"):
        price = formats.euros(cents)
    monthly = say("connection-monthly", price=price) if cents else say("connection-free")
    after = (Line(say("connection-pay-after")),) if cents else ()
    return (Line(monthly, is_big=True), Line(say("connection-no-setup")), Line(say("connection-months", count=offer.terms.months)), *after)


def what_lines(say: Speaker, offer: OpenOffer, provider: str) -> tuple[Line, ...]:
    """What comes into the home."""
    lines = [Line(say("connection-home", provider=provider)), Line(say("connection-speed", speed=offer.terms.down_mbps))]
    lines += [Line(say("connection-box"))] if offer.terms.has_box else []
    lines += [Line(say("connection-computer"))] if offer.terms.lends_computer else []
    return tuple(lines)


def who_lines(say: Speaker, offer: OpenOffer) -> tuple[Line, ...]:
    """For whom: all of the first, one of the others."""
    rules = offer.terms.eligibility
    lines = [Line(say(f"connection-ground-{each.value.lower().replace('_', '-')}")) for each in rules.needed]
    if rules.one_of:
        lines.append(Line(say("connection-one-of")))
        lines += [Line(say(f"connection-ground-{each.value.lower().replace('_', '-')}")) for each in rules.one_of]
    return tuple(lines)


def _where_lines(say: Speaker, residences: Sequence[OpenResidence]) -> tuple[Line, ...]:
    printed = residences[:RESIDENCES_PRINTED]
    named = ", ".join(f"{each.name} ({each.city})" if each.city else each.name for each in printed)
    return (Line(say.fact(named + (", …" if len(residences) > len(printed) else ""))),)


def _call(say: Speaker, programme_id: int, at: datetime) -> list[Block]:
    call = calling.call_of(funding.programme(programme_id), at)
    return [Block("phone", say("call"), (Line(say.figure(call.phone), is_big=True),))] if call else []


def _number(say: Speaker, told: ToldConnection, code: str) -> Block:
    lines = [Line(say.figure(told.printed), is_big=True)]
    lines += [Line(say.named(say("connection-code"), say.figure(code)), is_big=True)]
    return Block("number", say("connection-number"), (*lines, Line(say("connection-code-use")), Line(say("connection-code-safe"))))


def _lesson(say: Speaker, view: SessionView) -> Line:
    when = f"{say.weekday(view.day)}{say.comma} {say.hours(view.begins, view.finishes)}"
    return Line(f"{when}{say.comma} {say.fact(view.place_name)}")
