"""A demonstration's evaluations: a survey counted, a waiting list read, communes compared before and after. All invented, and said so."""

import io
import json
import random
from datetime import datetime, timedelta
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.observatory.operations import evaluations, surveys
from carnet.observatory.queries.surveys import example_file
from carnet.observatory.rules import evaluations as rules
from carnet.parties.rules import Role
from carnet.scenarios.play import Played

_PEOPLE = 80
_SEALED = timedelta(days=150)
_COMMUNES = ("44109", "44162", "44143", "44114", "44020", "44190", "44172", "44047", "44009", "44215")
_YEARS = range(2021, 2027)


def evaluate(current: Played, *, at: datetime) -> None:
    """The operator counts a survey, seals two plans five months ago, and reads both today."""
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
    draws = random.Random(7)  # noqa: S311 - invented results, never a secret
    waiting, elsewhere = _waiting_list(), _elsewhere()
    told = (
        (waiting, _of_waiting(waiting, draws), "Celles et ceux qui ont commencé savent plus de choses : l’écart est net."),
        (elsewhere, _of_communes(draws), ""),
    )
    with acting_as(operator):
        surveys.study_answers(
            name="Enquête inventée, Nantes et Châteaubriant",
            stream=io.BytesIO(example_file()),
            crossed=[("age", "education")],
            actor=operator,
            request_id=uuid4(),
            at=at,
        )
        for content, results, conclusion in told:
            plan_id = evaluations.seal_plan(
                programme_id=current.programme_id, content=content, actor=operator, request_id=uuid4(), at=at - _SEALED
            )
            evaluations.read_results(
                plan_id=plan_id, stream=io.BytesIO(results), conclusion=conclusion, actor=operator, request_id=uuid4(), at=at
            )


def _waiting_list() -> bytes:
    units = json.dumps([{"id": f"P{rank:03d}"} for rank in range(_PEOPLE)]).replace('"id":', "id =").replace("'", '"')
    return (
        'name = "Liste d’attente, printemps (inventée)"\n'
        'question = "Après cinq mois, que sait-on faire de plus ?"\n'
        'design = "waiting_list"\nlevel = "people"\noutcome = "domaines de base, sur 5"\n'
        'seed = "Loto du samedi : 4 8 15 16 23 42"\nseed_source = "Tirage public du samedi qui suit"\ndraws = 1999\n'
        f"units = {units}\n"
    ).encode()


def _of_waiting(content: bytes, draws: random.Random) -> bytes:
    steps = rules.draw(rules.read_plan(content))
    lines = [f"{unit};{min(5, max(0, round(draws.gauss(2.1 + 0.9 * (step == 1), 1.1))))}" for unit, step in steps.items()]
    return "\n".join(["unit;outcome", *lines[:-3]]).encode()  # three people could not be met again


def _elsewhere() -> bytes:
    return (
        'name = "Communes du programme et autres communes (inventé)"\n'
        'question = "Les compétences y changent-elles plus vite ?"\n'
        'design = "difference_in_differences"\nlevel = "communes"\noutcome = "compétences de base, en %"\nfirst_period = "2025"\n'
    ).encode()


def _of_communes(draws: random.Random) -> bytes:
    lines = ["unit;came;period;outcome"]
    for rank, commune in enumerate(_COMMUNES):
        here, own = rank < len(_COMMUNES) // 2, draws.gauss(58, 4)
        for year in _YEARS:
            gained = 1.2 * (year - _YEARS[0]) + 2.5 * (here and year >= 2025)
            lines.append(f"{commune};{'yes' if here else 'no'};{year};{own + gained + draws.gauss(0, 0.8):.1f}".replace(".", ","))
    return "\n".join(lines).encode()
