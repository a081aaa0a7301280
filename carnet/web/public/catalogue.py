"""The catalogue of open data in DCAT, as JSON-LD. Source: doc.data.gouv.fr, *Moissonnage DCAT*; www.w3.org/TR/vocab-dcat-3."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from carnet.kernel.periods import add_months
from carnet.observatory.queries.releases import Release

LICENCE_URL = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
MONTHLY = "http://publications.europa.eu/resource/authority/frequency/MONTHLY"
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "adms": "http://www.w3.org/ns/adms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# Titles are a catalogue's, read in French by whoever harvests it.
_TITLES = {
    "territories.csv": "Personnes servies, chèques remis et utilisés, par territoire et par mois",
    "services.csv": "Chèques utilisés, par service, territoire et mois",
    "publics.csv": "Personnes servies, par réponse notée au guichet, département et mois",
    "programmes.csv": "Chaque programme entier, par mois",
    "geography.csv": "Les territoires et leurs communes",
    "presence.csv": "Où chaque programme a un guichet ou un lieu",
}
_DESCRIPTION = (
    "Les chèques du numérique, mois par mois : personnes servies, chèques remis, chèques utilisés, par territoire, service et public. "
    "Les petits nombres sont masqués, et ceux qui permettraient de les retrouver. Chaque publication est signée et ne change plus ; "
    "une correction est une nouvelle publication. Chaque total peut être recalculé avec le programme verify.py joint."
)


def catalogue_of(every: Sequence[Release], *, base: str, publishers: Sequence[str]) -> dict[str, Any]:
    """The catalogue: one data set, whose files are the latest release's at addresses that never change. Empty before the first release."""
    latest = every[0] if every else None
    home = base + reverse("public:open-data-home")
    return {
        "@context": _CONTEXT,
        "@id": base + reverse("public:open-data-catalogue"),
        "@type": "dcat:Catalog",
        "dct:title": "Chèques du numérique",
        "dct:description": _DESCRIPTION,
        "dct:language": "fr",
        "foaf:homepage": {"@id": home},
        "dcat:dataset": [] if latest is None else [_data_set(latest, every, base, home, publishers)],
    }


def _data_set(latest: Release, every: Sequence[Release], base: str, home: str, publishers: Sequence[str]) -> dict[str, Any]:
    months = sorted({row.period for row in latest.table("territories") if "-" in row.period}) or [f"{latest.month_on:%Y-%m}"]
    return {
        "@id": f"{home}#jeu",
        "@type": "dcat:Dataset",
        "dct:identifier": f"{home}#jeu",
        "dct:title": "Chèques du numérique : remises et utilisations",
        "dct:description": _DESCRIPTION,
        "dct:issued": _moment(every[-1]),
        "dct:modified": _moment(latest),
        "adms:versionNotes": f"Publication {latest.name}",
        "dct:accrualPeriodicity": {"@id": MONTHLY},
        "dct:license": {"@id": LICENCE_URL},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@type": "xsd:date", "@value": f"{months[0]}-01"},
            "dcat:endDate": {"@type": "xsd:date", "@value": f"{latest.month_on:%Y-%m}-{_last_day(latest)}"},
        },
        "dcat:keyword": ["inclusion numérique", "médiation numérique", "chèques du numérique", "pass numérique"],
        "dcat:landingPage": {"@id": home},
        "dct:publisher": [{"@type": "foaf:Agent", "foaf:name": name} for name in publishers],
        "dcat:distribution": [_distribution(latest, name, title, base) for name, title in _TITLES.items()],
    }


def _distribution(latest: Release, name: str, title: str, base: str) -> dict[str, Any]:
    known = {each.name: each for each in latest.files}
    address = base + reverse("public:open-data-file", args=["latest", name])
    schema = base + reverse("public:open-data-file", args=["latest", name.replace(".csv", ".schema.json")])
    found: dict[str, Any] = {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": title,
        "dct:format": "CSV",
        "dcat:mediaType": "text/csv",
        "dct:license": {"@id": LICENCE_URL},
        "dct:modified": _moment(latest),
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        "dct:conformsTo": {"@id": schema},
    }
    if name in known:
        found["dcat:byteSize"] = known[name].size
        found["spdx:checksum"] = _checksum(known[name].digest)
    return found


def _checksum(digest: str) -> Mapping[str, Any]:
    return {
        "@type": "spdx:Checksum",
        "spdx:algorithm": {"@id": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"},
        "spdx:checksumValue": digest,
    }


def _moment(release: Release) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": release.made_at.isoformat()}


def _last_day(release: Release) -> str:
    return f"{(add_months(release.month_on, 1) - release.month_on).days:02d}"
