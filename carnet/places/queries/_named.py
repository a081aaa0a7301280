"""A place by exactly what one says of it: its number, its SIRET or RNA, its whole name. Never by a part."""

from carnet.places.models import Finder, Place
from carnet.places.rules.indexing import plain

NAMED_MAX = 12


def places_called(said: str) -> tuple[int, ...]:
    """The ids of the places whose SIRET or RNA, or whose whole name but for accents and capitals, is this; at most a dozen."""
    compact = "".join(said.split()).upper()
    found = set(Place.objects.filter(pivot=compact).order_by("id").values_list("id", flat=True)[:NAMED_MAX]) if compact else set()
    named = Finder.objects.filter(name=plain(" ".join(said.split()))).order_by("place_id").values_list("place_id", flat=True)
    return tuple(sorted(found | set(named[:NAMED_MAX])))[:NAMED_MAX]
