"""The statement of accessibility, the grid behind it, and the plan of the site."""

import csv
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from lxml import html

from carnet.funding import queries as funding
from carnet.parties import queries as parties
from carnet.parties.rules import HOMES
from carnet.web import clock, theming
from carnet.web.calling import whom_to_call
from carnet.web.design.components import Column, Row, Table
from carnet.web.design.conformity import THEMES, Audit, Compliance, Criterion, Status, audit
from carnet.web.design.screens import actor_of

# Who is signed in, by the address of their home page: the template whose menu is theirs.
MENUS = {
    "operator": "operator/office.html", "place": "place/counter.html", "prescriber": "prescriber/desk.html",
    "funder": "funder/office.html", "auditor": "auditor/office.html", "state": "state/office.html", "helpline": "helpline/office.html",
    "local": "local/office.html",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the plan."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the site and its entries."""

    title: str
    entries: list[Entry]


def statement(request: HttpRequest) -> HttpResponse:
    """What the law asks to be said, counted from the grid."""
    at = clock.now()
    programmes = funding.programmes()
    theming.carry_only_one(request, programmes, at)
    found, call = audit(), whom_to_call(at)
    context: dict[str, Any] = {
        "phone": call.phone if call else "",
        "operators": sorted(card.name for card in parties.organisations({each.operator_id for each in programmes}).values()),
        "site": request.get_host(),
        "audit": found,
        "compliance": found.compliance.value,
        "state": _state(found),
        "rows": _counted(found),
        "table": _by_theme(found),
        "failing": [_said(each) for each in found.of(Status.NOT_CONFORM)],
        "unknown": [_said(each) for each in found.of(Status.NOT_CHECKED)],
    }
    return render(request, "public/accessibility.html", context)


def grid(request: HttpRequest) -> HttpResponse:
    """Every criterion with its status and its evidence, to be read or checked by anybody."""
    language = translation.get_language() or "fr"
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="rgaa-4.1.2.csv"'
    lines = csv.writer(response)
    lines.writerow([_("Critère"), _("Sujet"), _("État"), _("Preuves")])
    for each in audit().criteria:
        lines.writerow([each.number, each.words[language[:2]], _statuses()[each.status], " | ".join(each.evidence)])
    return response


def plan(request: HttpRequest) -> HttpResponse:
    """Every entry of the menus and of the footer, on one page: the second way to find one's way."""
    theming.carry_only_one(request, funding.programmes(), clock.now())
    public = render_to_string("design/public.html", request=request)
    sections = [Section(_("Pages pour tout le monde"), [*_entries(public, "nav.site-nav a"), *_deeper()])]
    rooms = {home.partition(":")[0] for role, home in HOMES.items() if role in actor_of(request).roles}
    for room in sorted(rooms & set(MENUS)):
        sections.append(Section(_("Mon espace"), _entries(render_to_string(MENUS[room], request=request), "nav.site-nav a")))
    sections.append(Section(_("Sur ce site"), _entries(public, "footer a")))
    return render(request, "public/plan.html", {"sections": sections})


def _deeper() -> list[Entry]:
    """The pages of a person that no menu holds: they are a link away from another."""
    named = {
        "public:where": _("Où aller ?"),
        "public:left": _("Que me reste-t-il ?"),
        "public:lost": _("J’ai perdu mon carnet"),
        "public:by-post": _("Recevoir un carnet par la poste"),
        "slips:leaflet": _("Le mode d’emploi, en quatre langues"),
        "slips:again": _("Revoir ma fiche de leçon"),
        "public:booking": _("Ma réservation"),
        "public:complaint": _("Faire une réclamation"),
        "public:complaint-follow": _("Lire la réponse à une réclamation"),
        "own:mandates": _("Mes mandats"),
        "mandate_papers:check-typed": _("Vérifier un mandat"),
        "public:desks": _("Vous recevez du public : devenir un guichet"),
    }
    return [Entry(reverse(route), text) for route, text in named.items()]


def _entries(page: str, where: str) -> list[Entry]:
    """The links of a part of a page, as whoever reads it sees them."""
    ancestor, _space, _link = where.partition(" ")
    tag, _dot, name = ancestor.partition(".")
    path = f"//{tag}[contains(@class, '{name}')]//a" if name else f"//{tag}//a"
    return [Entry(link.get("href"), " ".join(link.text_content().split())) for link in html.document_fromstring(page).xpath(path)]


def _state(found: Audit) -> str:
    return {
        Compliance.NONE: _("non conforme"),
        Compliance.PARTIAL: _("partiellement conforme"),
        Compliance.TOTAL: _("totalement conforme"),
    }[found.compliance]


def _statuses() -> dict[Status, str]:
    return {
        Status.CONFORM: _("respecté"),
        Status.NOT_CONFORM: _("non respecté"),
        Status.NOT_APPLICABLE: _("ne s’applique pas"),
        Status.NOT_CHECKED: _("pas encore vérifié"),
    }


def _counted(found: Audit) -> list[Row]:
    rate = _("%(percent)s %% de ceux qui ont été vérifiés et qui s’appliquent") % {"percent": found.percent}
    return [
        Row(_("Critères respectés"), rate),
        *(Row(words.capitalize(), str(len(found.of(status)))) for status, words in _statuses().items()),
    ]


def _by_theme(found: Audit) -> Table:
    names = _theme_names()
    columns = [Column(_("Thème")), *(Column(words.capitalize(), number=True) for words in _statuses().values())]
    rows = [[names[theme], *(str(sum(each.theme == theme for each in found.of(status))) for status in _statuses())] for theme in THEMES]
    total = [_("Total"), *(str(len(found.of(status))) for status in _statuses())]
    return Table(_("Les 106 critères, par thème"), columns, rows, total)


def _theme_names() -> dict[int, str]:
    return {
        1: _("Images"), 2: _("Cadres"), 3: _("Couleurs"), 4: _("Sons et vidéos"), 5: _("Tableaux"), 6: _("Liens"), 7: _("Scripts"),
        8: _("Éléments obligatoires"), 9: _("Structure"), 10: _("Présentation"), 11: _("Formulaires"), 12: _("Navigation"),
        13: _("Consultation"),
    }  # fmt: skip


def _said(each: Criterion) -> dict[str, str]:
    language = (translation.get_language() or "fr")[:2]
    found = " ; ".join(each.evidence).partition(" : ")[2] if each.status is Status.NOT_CONFORM else ""
    return {"number": each.number, "words": each.words[language], "found": found}
