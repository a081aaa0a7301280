"""The terms a programme publishes for its helpers, as anybody reads them; and the programmes a structure may ask to join."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.mandates.models import HelperTerms
from carnet.mandates.rules.habilitation import StructuresClosed


@dataclass(frozen=True, slots=True)
class TermsView:
    """One version of the terms."""

    id: int
    programme_id: int
    version: int
    text: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class StructureNetwork:
    """A programme that takes structures, and the terms its helpers accept today."""

    programme: ProgrammeFacts
    terms: TermsView


def terms_in_force(programme_id: int, *, at: datetime) -> TermsView | None:
    """The latest version a programme had published at `at`; None when it publishes none."""
    row = HelperTerms.objects.filter(programme_id=programme_id, published_at__lte=at).order_by("-version").first()
    return _view(row) if row is not None else None


def terms_versions(programme_id: int) -> Sequence[TermsView]:
    """Every version, the latest first."""
    return [_view(row) for row in HelperTerms.objects.filter(programme_id=programme_id).order_by("-version")]


def structure_networks(*, at: datetime) -> Sequence[StructureNetwork]:
    """The programmes a structure may ask to join at `at`: terms published, not over."""
    ids = set(HelperTerms.objects.filter(published_at__lte=at).order_by().values_list("programme_id", flat=True))
    found = [(each, terms_in_force(each.id, at=at)) for each in funding.programmes(ids) if each.is_open_at(at)] if ids else []
    return [StructureNetwork(each, terms) for each, terms in found if terms is not None]


def structure_network(slug: str, *, at: datetime) -> StructureNetwork:
    """One of them, by its programme's short name. Raises: ProgrammeUnknown, StructuresClosed."""
    programme = funding.programme_by_slug(slug)
    terms = terms_in_force(programme.id, at=at)
    if terms is None or not programme.is_open_at(at):
        raise StructuresClosed(programme=programme.name)
    return StructureNetwork(programme, terms)


def _view(row: HelperTerms) -> TermsView:
    return TermsView(row.id, row.programme_id, row.version, row.text, row.published_at)
