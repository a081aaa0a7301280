"""The releases of open data: which there are, what each tells and hides, and where its files are. Open to anybody."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_noop as _
from ninja import Field, Router, Schema

from carnet.api.problems import as_response, json_reply
from carnet.api.v1.schemas import Problem
from carnet.observatory.queries import releases as published
from carnet.observatory.queries.releases import Release

open_data_router = Router(tags=["public"])
PROBLEMS = {frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503}): Problem}


class OpenDataFileOut(Schema):
    """One file of a release, as it will always be."""

    name: str
    size: int = Field(description=_("En octets."))
    sha256: str
    url: str


class OpenDataReleaseOut(Schema):
    """One release."""

    name: str = Field(description=_("Son nom : le mois, puis le numéro de la correction s’il y en a une."))
    month: date
    revision: int
    published_at: datetime
    cells: int = Field(description=_("Combien de nombres elle dit ou masque."))
    hidden: int
    corrected: int = Field(description=_("Combien de nombres déjà publiés elle corrige."))
    manifest_sha256: str
    files: list[OpenDataFileOut]


class OpenDataOut(Schema):
    """Every release, the latest first."""

    releases: list[OpenDataReleaseOut]


@open_data_router.get("", operation_id="open_data", auth=None, response={200: OpenDataOut, **PROBLEMS})
def open_data(request: HttpRequest) -> HttpResponse:
    return as_response(json_reply({"releases": [_told(each) for each in published.every()]}))


def _told(each: Release) -> dict[str, Any]:
    return {
        "name": each.name,
        "month": each.month_on,
        "revision": each.revision,
        "published_at": each.made_at,
        "cells": each.line_count,
        "hidden": each.hidden_count,
        "corrected": len(each.moved),
        "manifest_sha256": each.digest,
        "files": [
            {
                "name": file.name,
                "size": file.size,
                "sha256": file.digest,
                "url": settings.BASE_URL + reverse("public:open-data-file", args=[each.name, file.name]),
            }
            for file in each.files
        ],
    }
