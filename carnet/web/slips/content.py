"""What a paper says, as values: the same for a page and for a PDF, whatever its language. No code of a voucher ever comes here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import zxingcpp
from django.conf import settings
from django.urls import reverse

from carnet.funding.queries import ProgrammeFacts
from carnet.kernel.periods import legal_day
from carnet.places.queries import PlaceCard
from carnet.web.design import formats
from carnet.web.slips.languages import Language, Speaker
from carnet.workshops.rules import Teacher

TICKETS_DRAWN_MAX = 10
_WHO = {Teacher.TEAM: "who-team", Teacher.VOLUNTEER: "who-volunteer", Teacher.PARTNER: "who-partner"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a block; `is_big` for what must be read from afar."""

    text: str
    is_big: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A pictogram, what it is about, and a few lines. `tickets`: how many vouchers are drawn under them."""

    icon: str
    title: str
    lines: tuple[Line, ...]
    tickets: int = 0

    @property
    def drawn(self) -> range:
        """As many tickets as a page draws: the words beside them say how many there are."""
        return range(min(self.tickets, TICKETS_DRAWN_MAX))


@dataclass(frozen=True, slots=True)
class Paper:
    """One page to take away. `mark`: what it says of its translation, in two languages; empty when a person has read it."""

    language: Language
    title: str
    blocks: tuple[Block, ...]
    value: str = ""
    address: str = ""
    qr: str = field(default="", repr=False)
    qr_words: str = ""
    foot: tuple[str, ...] = ()
    mark: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outing:
    """A lesson, or a seat at a computer: when by the clock on the wall, where, under which number. `voucher_count` None: none is asked."""

    day: date
    begins: time
    finishes: time
    title: str
    card: PlaceCard
    number: str
    waits: bool = False
    voucher_count: int | None = None
    taught_by: Teacher | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """Vouchers that were handed over. `printed_until` is exclusive."""

    programme: ProgrammeFacts
    serial: str
    voucher_count: int
    value_cents: int
    printed_until: datetime


@dataclass(frozen=True, slots=True)
class Nearby:
    """A place that takes the vouchers, for somebody who has no lesson yet."""

    name: str
    address: str
    phone: str


def slip(say: Speaker, *, outing: Outing | None, given: Given | None, near: Sequence[Nearby] = (), near_url: str = "") -> Paper:
    """The slip of a lesson, of vouchers, or of both: one page."""
    phone = formats.phone(given.programme.terms.phone) if given else ""
    blocks: list[Block] = []
    if outing is not None:
        blocks += _outing(say, outing, given)
        url, words = _address(reverse("public:place", args=[outing.card.summary.place_id])), say("scan")
    else:
        url, words = _address(near_url or reverse("public:places")), say("scan-places")
    if given is not None:
        blocks.append(_vouchers(say, given, has_outing=outing is not None))
        if outing is None:
            blocks.append(_nearby(say, near))
            blocks.append(Block("people", say("companion"), ()))
        if phone:
            blocks.append(Block("phone", say("call"), (Line(say.figure(phone), is_big=True), Line(say.fact(given.programme.name)))))
    return Paper(
        language=say.language,
        title=_title(say, outing),
        blocks=tuple(blocks),
        value=formats.euros(given.value_cents, short=True) if given else "",
        address=url,
        qr=qr_of(url),
        qr_words=words,
        foot=(say("pay-nothing"), say("secret")) if given else (say("secret"),),
        mark=say.mark(),
    )


def leaflet(say: Speaker, *, phone: str, booklet_size: int, value_cents: int) -> Paper:
    """*Your booklet: how it works*: one page for anybody."""
    url = _address(reverse("public:places"))
    calls = (Block("phone", say("call"), (Line(say.figure(formats.phone(phone)), is_big=True),)),) if phone else ()
    blocks = (
        *calls,
        Block("ticket", say("what"), (Line(say("what-pays")), Line(say("in-booklet", count=booklet_size))), tickets=booklet_size),
        Block("search", f"1. {say('choose')}", (Line(say("choose-how")),)),
        Block("calendar", f"2. {say('book')}", (Line(say("book-how")),)),
        Block("booklet", f"3. {say('come')}", (Line(say("companion")), Line(say("bring-useful")))),
        Block("hand-over", f"4. {say('give')}", (Line(say("pay-nothing")), Line(say("secret")))),
        Block("clock", say("end"), (Line(say("end-cover")),)),
        Block("alert", say("lost"), (Line(say("lost-call")),)),
    )
    return Paper(
        language=say.language,
        title=say("leaflet"),
        blocks=blocks,
        value=formats.euros(value_cents, short=True),
        address=url,
        qr=qr_of(url),
        qr_words=say("scan-places"),
        foot=(say("nothing-needed"),),
        mark=say.mark(),
    )


def text_of(say: Speaker, *, outing: Outing | None, given: Given | None, near: Sequence[Nearby] = ()) -> str:
    """The same in a text message: what is needed to arrive, and nothing else."""
    said: list[str] = []
    if outing is not None:
        said += [say.named(_title(say, outing), _when(say, outing)), f"{say.fact(_where(outing.card))}."]
        if outing.card.phone:
            said.append(say.named(say("phone"), say.figure(formats.phone(outing.card.phone))))
        said.append(say.named(say("number"), say.figure(outing.number)))
        if outing.voucher_count:
            said.append(f"{say('to-give', count=outing.voucher_count)}.")
    if given is not None:
        said.append(f"{say('received', count=given.voucher_count)}. {say('until', day=say.day(_last_day(given)))}")
        if outing is None and near:
            first = near[0]
            said.append(say.named(say("where-to-go"), say.fact(f"{first.name}, {first.address}")))
            said += [say.named(say("phone"), say.figure(formats.phone(first.phone)))] if first.phone else []
        if outing is None and given.programme.terms.phone:
            said.append(f"{say('call')} {say.figure(formats.phone(given.programme.terms.phone))}")
    return " ".join(said)


def qr_of(url: str) -> str:
    """A code to scan, as a drawing."""
    drawn: str = zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_svg(scale=4, add_quiet_zones=False)
    return drawn


def _address(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


def _title(say: Speaker, outing: Outing | None) -> str:
    if outing is None:
        return say("vouchers")
    return say("lesson") if outing.taught_by is not None else say("seat")


def _outing(say: Speaker, outing: Outing, given: Given | None) -> list[Block]:
    card = outing.card
    phone = formats.phone(card.phone)
    way = [Line(say.fact(each)) for each in (card.address_extra, outing.note) if each]
    calls = (Line(say.figure(phone), is_big=True),) if phone else ()
    who = say(_WHO[outing.taught_by]) if outing.taught_by is not None else ""
    number = [Line(say.figure(outing.number), is_big=True), Line(say("number-use"))]
    if outing.waits:
        number.insert(0, Line(say("waits"), is_big=True))
    return [
        Block("calendar", say("when"), (Line(say.weekday(outing.day), is_big=True), Line(_hours(say, outing), is_big=True))),
        Block("place", say("where"), (Line(say.fact(card.summary.name), is_big=True), Line(say.fact(_street(card)), is_big=True))),
        Block("way", say("way"), (*way, Line(say("way-ask")), *calls)) if phone or way else Block("way", say("way"), ()),
        Block("person", say("who"), (Line(who), Line(say("companion")))) if who else Block("people", say("companion"), ()),
        _bring(say, outing, given),
        Block("number", say("number"), tuple(number)),
    ]


def _bring(say: Speaker, outing: Outing, given: Given | None) -> Block:
    lines = [Line(say("bring-useful"))]
    if outing.voucher_count is None:
        return Block("bag", say("bring"), tuple(lines))
    if outing.voucher_count == 0:
        return Block("bag", say("bring"), (Line(say("free")), *lines))
    asked = Line(say("to-give", count=outing.voucher_count), is_big=True)
    return Block("bag", say("bring"), (Line(say("bring-booklet"), is_big=True), asked, *lines), tickets=outing.voucher_count)


def _vouchers(say: Speaker, given: Given, *, has_outing: bool) -> Block:
    until = Line(say("until", day=say.day(_last_day(given))), is_big=True)
    booklet = Line(say("booklet", serial=given.serial))
    received = say("received", count=given.voucher_count)
    return Block("ticket", received, (until, booklet), tickets=0 if has_outing else given.voucher_count)


def _nearby(say: Speaker, near: Sequence[Nearby]) -> Block:
    if not near:
        return Block("place", say("where-to-go"), (Line(say("no-place")),))
    lines: list[Line] = []
    for each in near:
        lines += [Line(say.fact(each.name), is_big=True), Line(say.fact(each.address))]
        lines += [Line(say.figure(formats.phone(each.phone)))] if each.phone else []
    return Block("place", say("where-to-go"), tuple(lines))


def _when(say: Speaker, outing: Outing) -> str:
    return f"{say.weekday(outing.day)}{say.comma} {_hours(say, outing)}"


def _hours(say: Speaker, outing: Outing) -> str:
    return say.hours(outing.begins, outing.finishes)


def _street(card: PlaceCard) -> str:
    summary = card.summary
    return ", ".join(part for part in (summary.address, f"{summary.postcode} {summary.commune}".strip()) if part)


def _where(card: PlaceCard) -> str:
    return f"{card.summary.name}, {_street(card)}"


def _last_day(given: Given) -> date:
    """The last day inside the period: what *until* means on paper."""
    return legal_day(given.printed_until - timedelta(microseconds=1))
