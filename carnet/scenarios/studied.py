"""A demonstration's feasibility study: an invented estate of the Nantes area, studied whole, then where fibre is. Said to be invented."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from carnet.connectivity.operations.studies import make_study, try_again
from carnet.connectivity.queries import studies
from carnet.connectivity.rules.study.assumptions import Choices, Key, Range, ranges_given
from carnet.connectivity.rules.study.estate import StudiedResidence
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties.rules import Role
from carnet.scenarios.play import Played

_MADE = timedelta(days=21)
# Name, commune, dwellings, occupied, fibre, priority district, share in difficulty counted on the spot (per ten thousand), a shared room.
_ESTATE = (
    ("Les Glycines", "44109", 180, 174, True, True, None, True),
    ("Quai des Forges", "44109", 96, 96, True, False, None, False),
    ("Tour des Marins", "44109", 320, 311, True, True, 1_450, True),
    ("Square du Rouergue", "44162", 140, 137, True, True, None, True),
    ("Le Vieux Moulin", "44162", 60, 58, False, False, None, False),
    ("La Boisnière", "44190", 48, 48, True, False, None, True),
    ("Clos des Peupliers", "44143", 84, 80, True, False, 620, False),
    ("Résidence du Port", "44047", 72, 70, False, False, None, False),
)


def study_an_estate(current: Played, *, at: datetime) -> None:
    """The operator studies an estate with its programme (and its landlord, once one is admitted), then another offer on the homes that have fibre."""
    cast = current.cast
    operator = Actor(
        kind="person",
        label="demonstration",
        person_id=cast.staff[Role.OPERATOR_ADMIN],
        organisation_id=cast.operator_id,
        organisation_ids=frozenset({cast.operator_id}),
        programme_ids=frozenset({current.programme_id}),
        roles=frozenset({Role.OPERATOR_ADMIN.value}),
        proved_at=at,
    )
    residences = [StudiedResidence(f"{name} (inventée)", *facts) for name, *facts in _ESTATE]  # type: ignore[arg-type]
    with acting_as(operator):
        landlords = [
            landlord_id for landlord_id, programme_id in studies.sharing(operator).landlords if programme_id == current.programme_id
        ]
        open_to_all = Choices(months=48)
        study_id = make_study(
            name="Mille logements, ouverte à tous (inventé)",
            residences=residences,
            ranges=ranges_given(),
            choices=open_to_all,
            programme_id=current.programme_id,
            landlord_id=landlords[0] if landlords else None,
            actor=operator,
            request_id=UUID(int=current.programme_id + 2**63),
            at=at - _MADE,
        )
        try_again(
            study_id=study_id,
            name="Résidences déjà fibrées, à 5 € par mois (inventé)",
            ranges={Key.MONTH_FIXED: Range(200_00, 300_00, 500_00), Key.SWITCH: Range(10_00, 20_00, 35_00)},
            choices=replace(open_to_all, household_cents=5_00, landlord_cents=1_00, is_fibre_only=True),
            actor=operator,
            request_id=UUID(int=current.programme_id + 2**64),
            at=at - _MADE,
        )
