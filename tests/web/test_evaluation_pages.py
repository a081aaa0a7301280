"""Answers brought, counted and forgotten; a plan sealed, then read; words of a cause refused. At the offices that may."""

import hashlib
import json
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.observatory.models import EvaluationPlan, EvaluationReading, IndicatorStudy
from carnet.observatory.operations import evaluations as operations
from carnet.observatory.queries import evaluations as queries
from carnet.observatory.queries.surveys import example_file
from carnet.observatory.rules import evaluations as rules
from carnet.parties.rules import NotAllowed, Role
from carnet.scenarios.evaluated import evaluate
from tests.web.season import TODAY, Season, season

__all__ = ["season"]

UNITS = [f"P{rank:02d}" for rank in range(40)]
PLAN = (
    "name = 'Liste d’attente'\nquestion = 'Sait-on mieux ?'\ndesign = 'waiting_list'\noutcome = 'domaines de base'\n"
    f"seed = 'loto 4 8 15'\ndraws = 999\nunits = {json.dumps(UNITS)}\n"
)


def sent(name: str, content: bytes | str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def reader(season: Season, role: Role = Role.FUNDER) -> Actor:
    organisation_id = season.campaign.funder_ids[0]
    return Actor(
        kind="person", label="reader", person_id=901, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
        programme_ids=frozenset({season.campaign.programme_id}), roles=frozenset({role.value}), proved_at=TODAY,
    )  # fmt: skip


def results(effect: float) -> str:
    drawn = rules.draw(rules.read_plan(PLAN.encode()))
    lines = [f"{unit};{1 + rank % 3 + effect * (drawn[unit] == 1)}" for rank, unit in enumerate(UNITS)]
    return "\n".join(["unit;outcome", *lines])


def sealed(client: Client, season: Season, plan: str = PLAN) -> str:
    given = {"programme": season.campaign.programme_id, "plan": sent("plan.toml", plan), "request_id": str(uuid4())}
    answer = client.post("/evaluations/plans/new/", given)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def read(client: Client, plan_url: str, effect: float, conclusion: str = "") -> Any:
    given = {"results": sent("r.csv", results(effect)), "conclusion": conclusion, "request_id": str(uuid4())}
    return client.post(f"{plan_url}results/new/", given)


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode().replace("\u202f", " ").replace("\xa0", " ")


class TestAnswers:
    def test_they_are_counted_with_their_margin_and_forgotten(self, season: Season) -> None:
        client = season.enter("FUNDER", season.campaign.funder_ids[0])
        given = {"name": "Essai", "answers": sent("a.csv", example_file()), "crossed": "age,area", "request_id": str(uuid4())}
        url = client.post("/evaluations/answers/new/", given)["Location"]
        again = {**given, "answers": sent("a.csv", example_file())}
        assert client.post("/evaluations/answers/new/", again)["Location"] == url
        page = text(client, url)
        assert "Réponses comptées : 318" in page
        assert "14,4 %" in page
        assert "10,5 % et 19,4 %" in page
        by_age = text(client, f"{url}?by=age&indicator=illectronism_2021")
        assert "caché" in by_age or "peu sûr" in by_age
        assert client.get(f"{url}?by=nothing").status_code == 404
        table = text(client, f"{url}indicators.csv")
        assert "illectronism_2021" in table
        with acting_as_everything(why="look at what is kept"):
            kept = json.dumps(IndicatorStudy.objects.latest("id").content)
        assert "ville-01" not in kept  # neither a line nor its cluster

    def test_a_wrong_file_says_so_on_its_field(self, season: Season) -> None:
        client = season.enter("FUNDER", season.campaign.funder_ids[0])
        given = {"name": "Essai", "answers": sent("a.csv", "weight\n1"), "request_id": str(uuid4())}
        answer = client.post("/evaluations/answers/new/", given)
        assert answer.status_code == 422
        assert "latest_use" in answer.content.decode()
        with acting_as_everything(why="look at what is kept"):
            assert not IndicatorStudy.objects.exists()

    def test_what_a_cell_holds_never_becomes_a_formula(self, season: Season) -> None:
        client = season.enter("FUNDER", season.campaign.funder_ids[0])
        lines = ["latest_use,area", *['never,"=HYPERLINK(1)"'] * 30, *["never,B"] * 30]
        url = client.post(
            "/evaluations/answers/new/", {"name": "=1", "answers": sent("a.csv", "\n".join(lines)), "request_id": str(uuid4())}
        )["Location"]  # fmt: skip
        assert ";=HYPERLINK" not in text(client, f"{url}indicators.csv")

    def test_the_tables_are_those_of_the_organisation_alone(self, season: Season) -> None:
        first, second = season.campaign.funder_ids
        client = season.enter("FUNDER", first)
        given = {"name": "À nous", "answers": sent("a.csv", example_file()), "request_id": str(uuid4())}
        url = client.post("/evaluations/answers/new/", given)["Location"]
        other = season.enter("FUNDER", second)
        assert other.get(url).status_code == 404
        assert "À nous" not in text(other, "/evaluations/")


class TestPlans:
    def test_a_plan_is_sealed_then_read_and_says_what_it_may(self, season: Season) -> None:
        client = season.enter("FUNDER", season.campaign.funder_ids[0])
        url = sealed(client, season)
        page = text(client, url)
        assert hashlib.sha256(PLAN.encode()).hexdigest() in page
        assert text(client, f"{url}plan.toml") == PLAN
        marked = "\ufeff" + PLAN.replace("Liste", "Une liste")
        other = sealed(client, season, marked)
        assert hashlib.sha256(marked.encode()).hexdigest() in text(client, other)
        drawn = text(client, f"{url}draw.csv")
        assert drawn.count(";1;") == drawn.count(";0;") == 20
        found = read(client, url, 3.0, "Grâce aux leçons, on sait mieux.")
        assert found.status_code == 302
        told = text(client, found["Location"])
        assert "a augmenté" in told
        assert "Grâce aux leçons" in told
        paper = client.get(f"{found['Location'].rstrip('/')}.pdf")
        assert paper.content.startswith(b"%PDF")

    def test_words_of_a_cause_are_refused_where_nothing_is_shown_and_every_reading_stays(self, season: Season) -> None:
        client = season.enter("FUNDER", season.campaign.funder_ids[0])
        url = sealed(client, season)
        refused = read(client, url, 0.0, "Le programme est efficace.")
        assert refused.status_code == 422
        assert "efficace" in refused.content.decode()
        quiet = text(client, read(client, url, 0.0)["Location"])
        assert "Rien n’est montré" in quiet
        assert "a augmenté" not in quiet
        read(client, url, 3.0)
        assert text(client, url).count("/results/") >= 3

    def test_the_same_plan_is_sealed_once_and_a_wrong_one_never(self, season: Season) -> None:
        client = season.enter("FUNDER", season.campaign.funder_ids[0])
        sealed(client, season)
        for content in (PLAN, "name = 'x'"):
            given = {"programme": season.campaign.programme_id, "plan": sent("p.toml", content), "request_id": str(uuid4())}
            assert client.post("/evaluations/plans/new/", given).status_code == 422

    def test_nothing_sealed_is_ever_changed(self, season: Season) -> None:
        actor = reader(season)
        with acting_as(actor):
            plan_id = operations.seal_plan(
                programme_id=season.campaign.programme_id, content=PLAN.encode(), actor=actor, request_id=uuid4(), at=TODAY
            )
            for statement in ("UPDATE observatory_evaluationplan SET name = 'x'", "DELETE FROM observatory_evaluationplan"):
                with pytest.raises(Exception, match=r"append-only|permission denied"), transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(statement)
            assert queries.plan(actor, plan_id).plan.name == "Liste d’attente"
            assert not EvaluationReading.objects.exists()

    def test_an_auditor_reads_and_seals_nothing_and_a_stranger_sees_nothing(self, season: Season) -> None:
        funder, auditor = reader(season), reader(season, Role.AUDITOR)
        with acting_as(funder):
            plan_id = operations.seal_plan(
                programme_id=season.campaign.programme_id, content=PLAN.encode(), actor=funder, request_id=uuid4(), at=TODAY
            )
        with acting_as(auditor):
            assert queries.plan(auditor, plan_id).id == plan_id
        with acting_as(auditor), pytest.raises(NotAllowed):
            operations.seal_plan(programme_id=season.campaign.programme_id, content=b"", actor=auditor, request_id=uuid4(), at=TODAY)
        stranger = Actor(
            kind="person", label="x", person_id=1, organisation_id=987, organisation_ids=frozenset({987}), programme_ids=frozenset(),
            roles=frozenset({"FUNDER"}), proved_at=TODAY,
        )  # fmt: skip
        with acting_as(stranger):
            assert not EvaluationPlan.objects.exists()
            with pytest.raises(rules.PlanUnknown):
                queries.plan(stranger, plan_id)

    def test_the_demonstration_shows_a_survey_and_two_plans_read(self, season: Season) -> None:
        campaign = season.campaign
        cast = SimpleNamespace(operator_id=campaign.operator_id, staff={Role.OPERATOR_ADMIN: 900})
        evaluate(SimpleNamespace(cast=cast, programme_id=campaign.programme_id), at=TODAY)  # type: ignore[arg-type]
        funder = reader(season)
        with acting_as(funder):
            told = {queries.plan(funder, card.id).readings[0].result.claim for card in queries.plans(funder)}
        assert told == {rules.Claim.CAUSED, rules.Claim.TOGETHER}
