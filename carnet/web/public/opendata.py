"""Open data: each release with its files, what is hidden and why, how to recompute it; and the catalogue that data.gouv.fr harvests."""

import io
import json
import zipfile
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.observatory.queries import releases
from carnet.observatory.queries.releases import Release
from carnet.observatory.rules import SMALL_COUNT, Measure
from carnet.parties import queries as parties
from carnet.web import clock, theming
from carnet.web.boards import words
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Download, Table
from carnet.web.public.catalogue import catalogue_of

LATEST = "latest"
MOVED_SHOWN = 100
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "py": "text/x-python; charset=utf-8",
    "sig": "application/octet-stream",
}


def listing(request: HttpRequest) -> HttpResponse:
    """The latest release, and every one before it."""
    every = releases.every()
    theming.carry_only_one(request, funding.programmes(), clock.now())
    context: dict[str, Any] = {"least": SMALL_COUNT, "earlier": _earlier(every[1:])}
    if every:
        context |= _shown(every[0])
    return render(request, "public/opendata.html", context)


def one(request: HttpRequest, name: str) -> HttpResponse:
    """One release, as it was published."""
    found = _found(name)
    theming.carry_only_one(request, funding.programmes(), clock.now())
    return render(request, "public/opendata_release.html", {**_shown(found), "moved": _moved(found)})


def file(request: HttpRequest, name: str, file: str) -> HttpResponse:
    """A file of a release, byte for byte. ``latest`` is always the latest release's."""
    found = _found(name)
    digest = next((each.digest for each in found.files if each.name == file), None)
    content = found.content(file)
    if digest is None or content is None:
        raise Http404
    return _answer(content, KINDS.get(file.rpartition(".")[2], "application/octet-stream"), file, digest, for_ever=name != LATEST)


def archive(request: HttpRequest, name: str) -> HttpResponse:
    """Every file of a release in one archive, the same bytes each time."""
    found, whole = _found(name), io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archived:
        for each in found.files:
            entry = zipfile.ZipInfo(each.name, date_time=found.made_at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archived.writestr(entry, found.content(each.name) or b"")
    return _answer(whole.getvalue(), "application/zip", f"carnet-{found.name}.zip", found.digest, for_ever=name != LATEST)


def catalogue(request: HttpRequest) -> HttpResponse:
    """The catalogue, in the words of DCAT (JSON-LD): what data.gouv.fr reads."""
    operators = parties.organisations({each.operator_id for each in funding.programmes()})
    said = catalogue_of(releases.every(), base=settings.BASE_URL, publishers=sorted(card.name for card in operators.values()))
    response = HttpResponse(json.dumps(said, ensure_ascii=False, indent=1), content_type="application/ld+json; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _found(name: str) -> Release:
    found = releases.latest() if name == LATEST else releases.named(name)
    if found is None:
        raise Http404
    return found


def _answer(content: bytes, kind: str, name: str, digest: str, *, for_ever: bool) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Access-Control-Allow-Origin"] = "*"
    response["ETag"] = f'"{digest}"'
    response["Cache-Control"] = "public, max-age=31536000, immutable" if for_ever else "public, max-age=300"
    return response


def _shown(found: Release) -> dict[str, Any]:
    manifest = json.loads(found.content("manifest.json") or b"{}")
    return {
        "release": found,
        "title": _("Publication %(month)s") % {"month": formats.month(found.month_on)},
        "facts": _("%(cells)s nombres, dont %(hidden)s masqués. Publiée le %(day)s.")
        % {"cells": formats.number(found.line_count), "hidden": formats.number(found.hidden_count), "day": formats.day(found.made_at)},
        "downloads": _downloads(found),
        "key": manifest.get("public_key", ""),
        "url": reverse("public:open-data-release", args=[found.name]),
    }


def _downloads(found: Release) -> list[Download]:
    named = {
        "territories.csv": _("Par territoire"),
        "services.csv": _("Par service"),
        "publics.csv": _("Par public"),
        "programmes.csv": _("Par programme entier"),
        "geography.csv": _("Territoires et communes"),
        "presence.csv": _("Guichets et lieux"),
        "CHANGELOG.md": _("Ce qui a changé"),
        "manifest.json": _("Empreintes et signature"),
        "verify.py": _("De quoi tout recalculer"),
    }
    sizes = {each.name: each.size for each in found.files}
    everything = Download(_("Tout, en un fichier"), reverse("public:open-data-archive", args=[found.name]), "ZIP")
    return [everything] + [
        Download(words_of, reverse("public:open-data-file", args=[found.name, name]), name.rpartition(".")[2].upper(), _size(sizes[name]))
        for name, words_of in named.items()
        if name in sizes
    ]


def _size(size: int) -> str:
    return _("%(size)s ko") % {"size": formats.number(max(1, -(-size // 1024)))}


def _earlier(every: list[Release]) -> Table:
    columns = (
        Column(_("Publication")),
        Column(_("Publiée le")),
        Column(_("Nombres"), True),
        Column(_("Masqués"), True),
        Column(_("Corrigés"), True),
    )
    return Table(
        _("Publications précédentes"),
        columns,
        [
            (
                Cell(each.name, reverse("public:open-data-release", args=[each.name])), formats.day(each.made_at), formats.number(each.line_count),
                formats.number(each.hidden_count), formats.number(len(each.moved)),
            )
            for each in every
        ],
        empty=_("C’est la première."),
    )  # fmt: skip


def _moved(found: Release) -> Table:
    columns = (
        Column(_("Période")),
        Column(_("Territoire")),
        Column(_("Ce qui est compté")),
        Column(_("Avant"), True),
        Column(_("Maintenant"), True),
    )
    hidden = _("masqué")
    return Table(
        _("Ce que cette publication corrige"),
        columns,
        [
            (
                each["period"], f"{each['level']} {each['code']}", " ".join(part for part in (_measure(each["measure"]), each["key"]) if part),
                *(hidden if each[side] is None else formats.number(each[side]) for side in ("before", "after")),
            )
            for each in found.moved[:MOVED_SHOWN]
        ],
        empty=_("Rien de ce qui était déjà publié n’a changé."),
    )  # fmt: skip


def _measure(name: str) -> str:
    known = {measure.value: measure for measure in Measure}
    return words.name_of(known[name]) if name in known else name
