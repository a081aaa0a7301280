"""The demonstration's media library: the one place of it that does not exist, so that its workshops may be whatever they need be."""

import csv
import io
from datetime import date, datetime
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.places import operations as places
from carnet.places import queries as places_queries
from carnet.places.rules.writing import HEADER
from carnet.scenarios import cast
from carnet.scenarios.behaviour import SERVICE_WEIGHTS
from carnet.scenarios.play import Played

PROVENANCE = "démonstration"
NAME = "Médiathèque du Vieux Pont (simulée)"
RUN_BY = "Réseau des médiathèques (simulé)"
# Second of the cast: the mediator a visitor may be works there.
RANK = 1
SAID = {
    "id": "mediatheque-du-vieux-pont",
    "nom": NAME,
    "commune": "Nantes",
    "code_postal": "44000",
    "code_insee": "44109",
    "adresse": "1 place du Vieux Pont",
    "latitude": "47.2156",
    "longitude": "-1.5502",
    "typologie": "BIB",
    "telephone": "+33261910042",  # of the numbers kept for fiction
    "horaires": "Tu-Fr 10:00-12:30,14:00-18:30; Sa 10:00-17:00",
    "presentation_resume": "Des ateliers toutes les semaines, des ordinateurs en libre accès, et quelqu’un pour vous aider.",
    "source": PROVENANCE,
    "itinerance": "Fixe",
    "services": "Aide aux démarches administratives|Maîtrise des outils numériques du quotidien|Utilisation sécurisée du numérique"
    "|Accès internet et matériel informatique",
    "publics_specifiquement_adresses": "Seniors|Familles et/ou enfants",
    "prise_en_charge_specifique": "Illettrisme|Handicaps moteurs",
    "frais_a_charge": "Gratuit|Gratuit sous condition",
    "modalites_acces": "Se présenter|Téléphoner",
    "modalites_accompagnement": "En autonomie|Accompagnement individuel|Dans un atelier collectif",
}


def open_library(current: Played, *, today: date, at: datetime) -> int:
    """Put the media library in the directory, among the places of the season; give its id. Played again, it is the same one."""
    system = Actor.system("scenario")
    opened_at = cast.cast_moment(today)
    places.import_places(
        provenance=PROVENANCE, file_name="mediatheque.csv", stream=_file(opened_at.date()), actor=system, request_id=uuid4(), at=opened_at
    )  # fmt: skip
    (place_id,) = [
        found.place_id for found in places_queries.search(at=at, name=NAME, postcode=SAID["code_postal"]).places if found.name == NAME
    ]
    cast.welcome(current.cast, place_id=place_id, organisation=RUN_BY, rank=RANK, at=opened_at)
    runner = Actor.system("scenario", programme_ids={current.programme_id}, organisation_ids={current.cast.operator_id})
    with acting_as(runner):
        places.accept_programme(
            place_ids=[place_id], programme_id=current.programme_id, service_codes=tuple(SERVICE_WEIGHTS),
            from_on=current.season.first_day, actor=runner, request_id=uuid4(), at=opened_at,
        )  # fmt: skip
    return place_id


def _file(day: date) -> io.BytesIO:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerow({**SAID, "date_maj": day.isoformat()})
    return io.BytesIO(text.getvalue().encode())
