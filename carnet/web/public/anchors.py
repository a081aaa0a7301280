"""The lines said outside, for anybody: the file, each timestamp, and the program that checks them alone."""

from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.continuity.queries import anchors
from carnet.continuity.rules.anchors import as_csv
from carnet.web.anchor_table import anchor_table
from carnet.web.design.components import Download

SCRIPT = Path(__file__).with_name("check_anchors.py")


def page(request: HttpRequest) -> HttpResponse:
    """What a line is, the latest ones, and how to check them without us."""
    found = anchors.latest()
    context = {
        "table": anchor_table(found),
        "latest": found[0].line if found else None,
        "downloads": [
            Download(_("Toutes les lignes"), reverse("public:anchors-csv"), "CSV"),
            Download(_("Le programme qui les vérifie, seul"), reverse("public:anchors-script"), "Python"),
        ],
    }
    return render(request, "public/anchors.html", context)


def csv_file(request: HttpRequest) -> HttpResponse:
    """Every line this database remembers, byte for byte as the file outside has it."""
    return _file(as_csv(anchors.lines()).encode(), "text/csv; charset=utf-8", "anchors.csv")


def script(request: HttpRequest) -> HttpResponse:
    """Plain Python, nothing of ours: it reads the file and says what is wrong."""
    return _file(SCRIPT.read_bytes(), "text/x-python; charset=utf-8", "check_anchors.py")


def stamp(request: HttpRequest, number: int) -> HttpResponse:
    """The timestamp of one line, as `openssl ts` reads it. Raises: Http404."""
    found = anchors.stamp(number)
    if found is None:
        raise Http404
    return _file(found, "application/timestamp-reply", f"anchor-{number}.tsr")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, max-age=300"
    return response
