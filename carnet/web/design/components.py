"""What a screen hands to a component: frozen values, never models. The template tags draw them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Task:
    """One line of *what waits for you today*: what, since when, and one verb."""

    title: str
    verb: str
    url: str
    since: datetime | date | None = None
    detail: str = ""
    tone: str = ""
    tone_text: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its name, already written for a person (``12,50 €``)."""

    value: str
    label: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a summary list; `url` and `verb` offer to change it."""

    label: str
    value: Any
    url: str = ""
    verb: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; numbers align on the right; a `code` (a serial, a reference) is never cut at the end of a line."""

    label: str
    number: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that is more than words: a link, a tone, or both."""

    text: str
    url: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption. The first cell of a row names the row. `total` is the line at the foot."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    total: Sequence[Any] = field(default_factory=tuple)
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A voucher drawn as a ticket. `secret` only where its holder looks at it."""

    serial: str
    value_cents: int
    state: str
    programme: str = ""
    accepted_until: datetime | None = None
    secret: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """One file to take away, with its kind and what it holds."""

    name: str
    url: str
    kind: str
    detail: str = ""
