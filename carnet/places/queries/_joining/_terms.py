"""What each network asks of its places, as anybody reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from carnet.funding import queries as funding
from carnet.places.models import JoiningTerms
from carnet.places.queries._joining._sealed import terms_from
from carnet.places.rules.joining import JoiningClosed, Terms


@dataclass(frozen=True, slots=True)
class PublishedTerms:
    """One version of a network's terms."""

    terms_id: int
    programme_id: int
    terms: Terms
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Network:
    """A programme whose network places may join, with what it asks today."""

    programme: funding.ProgrammeFacts
    published: PublishedTerms


def terms_versions(programme_id: int) -> Sequence[PublishedTerms]:
    """Every version a programme has published, the latest first."""
    return [_published(row) for row in JoiningTerms.objects.filter(programme_id=programme_id).order_by("-version")]


def current_terms(programme_id: int) -> PublishedTerms | None:
    """The latest version, or None: the network takes no application."""
    row = JoiningTerms.objects.filter(programme_id=programme_id).order_by("-version").first()
    return _published(row) if row is not None else None


def networks(*, at: datetime) -> Sequence[Network]:
    """The programmes that places may join at `at`, by name."""
    latest: dict[int, PublishedTerms] = {}
    for row in JoiningTerms.objects.order_by("programme_id", "version"):
        latest[row.programme_id] = _published(row)
    if not latest:
        return []
    return [Network(each, latest[each.id]) for each in funding.programmes(list(latest)) if each.is_open_at(at)]


def network(slug: str, *, at: datetime) -> Network:
    """One of them, by its programme's short name. Raises: ProgrammeUnknown, JoiningClosed."""
    programme = funding.programme_by_slug(slug)
    published = current_terms(programme.id)
    if published is None or not programme.is_open_at(at):
        raise JoiningClosed(programme=programme.name)
    return Network(programme, published)


def _published(row: JoiningTerms) -> PublishedTerms:
    return PublishedTerms(row.id, row.programme_id, terms_from(row), row.published_at)
