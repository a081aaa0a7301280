"""A version of a plan on paper: PDF/UA-1, from the same words as the page; the maps as vectors, with what they show said in words."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carnet.planning.queries import plans as queries
from carnet.planning.queries.plans import VersionPage
from carnet.web.council.pdf import block_of, compiled
from carnet.web.council.told import Block
from carnet.web.design import formats
from carnet.web.design.components import Column, Table
from carnet.web.need.plans import tables, words

LINES_MOST = 400


def plan_paper(page: VersionPage) -> bytes:
    """What was asked, the three methods, what each guarantee costs, what each desk receives. The same version gives the same bytes."""
    told = {
        "language": (get_language() or "fr")[:2],
        "title": _("Partager les carnets : %(name)s") % {"name": page.plan},
        "facts": [[row.label, str(row.value)] for row in words.asked_rows(page)],
        "simulated": "",
        "page": _("Page"),
        "sections": [{"title": title, "blocks": [block_of(block) for block in blocks]} for title, blocks in _sections(page)],
    }
    return compiled(told, at=page.asked_at)


def _sections(page: VersionPage) -> list[tuple[str, list[Block]]]:
    assert page.answer is not None
    made = _("Version %(number)s, demandée le %(moment)s. Empreinte des données (SHA-256) : %(digest)s.") % {
        "number": page.number,
        "moment": formats.moment(page.asked_at),
        "digest": page.digest,
    }
    found: list[tuple[str, list[Block]]] = [
        (_("Ce que cela veut dire"), [*words.said(page)]),
        (_("Trois façons de partager, côte à côte"), [words.methods_table(page)]),
        (_("Ce que coûte chaque garantie"), [*words.costs(page)]),
        (_("Par guichet"), [tables.desks_table(page, most=LINES_MOST)]),
        (_("Par commune"), [_communes(page)]),
        (_("Les cartes"), [tables.short_map(page, method) for method in page.outcomes]),
        (_("Ce que le calcul ne sait pas"), [*words.cautions(page), made]),
    ]
    return [(title, blocks) for title, blocks in found if blocks]


def _communes(page: VersionPage) -> Table:
    """The communes that receive booklets by one method or another, in the few columns a sheet has room for: the files have them all."""
    lines = [each for each in queries.communes(page) if any(each.booklets.values())][:LINES_MOST]
    columns = [Column(_("Commune")), Column(_("Personnes"), number=True)]
    columns += [Column(str(words.METHODS[method]), number=True) for method in page.outcomes]
    rows = [
        [each.name, formats.number(each.people), *(formats.number(each.booklets[method]) for method in page.outcomes)] for each in lines
    ]
    return Table(_("Carnets par commune"), columns, rows, empty=_("Aucune commune."))
