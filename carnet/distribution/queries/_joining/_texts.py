"""The agreements a programme publishes for its desks, as anybody reads them; and the programmes one may apply to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from carnet.distribution.models import DeskText
from carnet.distribution.rules.joining import AgreementKind, DesksClosed
from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts


@dataclass(frozen=True, slots=True)
class DeskTextView:
    """One version of an agreement. `months`: how long one that is signed holds."""

    id: int
    programme_id: int
    kind: AgreementKind
    version: int
    text: str
    months: int
    published_at: datetime


@dataclass(frozen=True, slots=True)
class DeskNetwork:
    """A programme that takes desks, and the agreements they sign today, the mandate first."""

    programme: ProgrammeFacts
    texts: tuple[DeskTextView, ...]


def desk_texts(programme_id: int, *, at: datetime) -> tuple[DeskTextView, ...]:
    """The latest version of each kind of agreement a programme had published at `at`, the mandate first."""
    latest: dict[str, DeskTextView] = {}
    for row in DeskText.objects.filter(programme_id=programme_id, published_at__lte=at).order_by("version"):
        latest[row.kind] = _view(row)
    return tuple(latest[kind] for kind in AgreementKind if kind in latest)


def desk_text_versions(programme_id: int) -> Sequence[DeskTextView]:
    """Every version a programme has published, the latest first."""
    return [_view(row) for row in DeskText.objects.filter(programme_id=programme_id).order_by("-published_at", "-id")]


def desk_text(text_id: int) -> DeskTextView | None:
    """One version, or None."""
    row = DeskText.objects.filter(id=text_id).first()
    return _view(row) if row is not None else None


def desk_networks(*, at: datetime) -> Sequence[DeskNetwork]:
    """The programmes an organisation may apply to at `at`: agreements published, hand-over not ended."""
    ids = set(DeskText.objects.filter(published_at__lte=at).order_by().values_list("programme_id", flat=True))
    return [DeskNetwork(each, desk_texts(each.id, at=at)) for each in funding.programmes(ids) if _is_open(each, at)] if ids else []


def desk_network(slug: str, *, at: datetime) -> DeskNetwork:
    """One of them, by its programme's short name. Raises: ProgrammeUnknown, DesksClosed."""
    programme = funding.programme_by_slug(slug)
    texts = desk_texts(programme.id, at=at)
    if not texts or not _is_open(programme, at):
        raise DesksClosed(programme=programme.name)
    return DeskNetwork(programme, texts)


def _is_open(programme: ProgrammeFacts, at: datetime) -> bool:
    return programme.is_open_at(at) and at < programme.windows.hand_over_until


def _view(row: DeskText) -> DeskTextView:
    return DeskTextView(row.id, row.programme_id, AgreementKind(row.kind), row.version, row.text, row.months, row.published_at)
