"""What leaves the pages of need: every component of every commune or neighbourhood, under the weights of the page, for a spreadsheet."""

from collections.abc import Iterator
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from carnet.kernel.periods import legal_day
from carnet.places import queries as places
from carnet.planning.queries import need as queries
from carnet.planning.rules.need import AreaNeed, Component, NeedAreaUnknown, Weights
from carnet.web import clock
from carnet.web.design.screens import actor_of
from carnet.web.need import words
from carnet.web.need.asking import asked
from carnet.web.need.views import ranking
from carnet.web.spreadsheets import KINDS, Line, Sheet, Value, as_file


def communes(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The communes of a territory. Raises: NeedAreaUnknown."""
    actor, at = actor_of(request), clock.now()
    found = asked(request, actor)
    if kind not in KINDS:
        raise Http404
    if found.area is None:
        raise NeedAreaUnknown(value=request.GET.get("area", "")[:40])
    needs = ranking(queries.need_of(found.area.commune_codes, weights=found.weights, at=at), found.order)
    return as_file(kind, f"besoin-{found.area.key.lower()}-{legal_day(at).isoformat()}", sheet(needs, found.weights, _("Commune")), actor)


def neighbourhoods(request: HttpRequest, code: str, kind: str) -> HttpResponseBase:
    """The neighbourhoods of a commune."""
    actor, at = actor_of(request), clock.now()
    found = asked(request, actor)
    if kind not in KINDS or places.commune(code) is None:
        raise Http404
    needs = ranking(queries.neighbourhoods_of(code, weights=found.weights, at=at), found.order)
    return as_file(kind, f"besoin-quartiers-{code}-{legal_day(at).isoformat()}", sheet(needs, found.weights, _("Quartier")), actor)


def sheet(needs: list[AreaNeed], weights: Weights, head: str) -> Sheet:
    """One line a place: the estimate and the score with their bounds, then each component with what it was made of."""
    columns = [
        head, _("Code INSEE"), _("Habitants"), _("Personnes en difficulté, estimation"), _("Au moins"), _("Au plus"), _("Score"),
        _("Score, au moins"), _("Score, au plus"), _("Part connue des poids, %"), _("À vérifier"),
    ]  # fmt: skip
    for each in Component:
        name = words.component(each)
        columns += [
            _("%(name)s : ici") % {"name": name}, _("%(name)s : autour") % {"name": name},
            _("%(name)s : points (poids %(weight)s)") % {"name": name, "weight": weights.of(each)}, _("%(name)s : source") % {"name": name},
        ]  # fmt: skip

    def lines() -> Iterator[Line]:
        for each in needs:
            low, middle, high = each.estimate.shown()
            line: list[Value] = [
                each.name, each.code, each.population, middle, low, high, _rounded(each.score), _rounded(each.detail.low), _rounded(each.detail.high),
                round(each.detail.known_part * 100), words.doubt(each.doubt) if each.doubt else "",
            ]  # fmt: skip
            for value in each.components.values():
                told = words.source(value) if value.is_known else words.unknown(value.known)
                line += [_rounded(value.share), _rounded(value.reference), _rounded(value.points), told]
            yield line

    return Sheet(_("Besoin"), columns, lines)


def _rounded(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(value).quantize(Decimal("0.1"))
