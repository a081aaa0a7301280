"""Who does what in a territory: each writes its own line and nobody else's, in the program and in the database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal.models import Line
from carnet.kernel.identifiers import NirInText
from carnet.notices.models import Notice
from carnet.observatory.models import NextStep, Territory, TerritoryCommitment, TerritoryIndicator, TerritoryLine
from carnet.observatory.operations import indicators as indicator_operations
from carnet.observatory.operations import objectives as objective_operations
from carnet.observatory.operations import territories as operations
from carnet.observatory.queries import objectives as aims
from carnet.observatory.queries import reach as reached
from carnet.observatory.queries import territories as queries
from carnet.observatory.rules.objectives import ObjectiveUnknown, Standing, Target
from carnet.observatory.rules.reach import Band, Method
from carnet.observatory.rules.territories import (
    CommitmentUnknown,
    LocalActorAlreadyIn,
    LocalActorNeedsAddress,
    Need,
    NextStepUnknown,
    NotLeader,
    TerritoryNameTaken,
    TerritoryUnknown,
)
from carnet.parties.models import Invitation, Organisation
from carnet.parties.rules import NotAllowed
from tests.factories.campaign import NOW, organisation, rid
from tests.factories.territories import BOUGUENAIS, CODES, HERBLAIN, NANTES, Ground, live, make_ground, somebody
from tests.lasting import held

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def lasting_ground(django_db_setup: None, django_db_blocker: Any) -> Iterator[Ground]:
    with held(django_db_blocker):
        made = make_ground()
        live(made)
        with django_db_blocker.block():
            yield made


@pytest.fixture
def ground(db: None, lasting_ground: Ground) -> Ground:
    return lasting_ground


def seen(ground: Ground, actor: Any) -> queries.TerritoryView:
    with acting_as(actor):
        return queries.territory(actor=actor, territory_id=ground.territory_id, at=NOW)


def test_everybody_invited_reads_the_same_table(ground: Ground) -> None:
    views = [seen(ground, each) for each in (ground.leader, ground.caf, ground.place)]
    assert views[0] == views[1] == views[2]
    (caf,) = [line for line in views[0].lines if line.organisation_id == ground.caf.organisation_id]
    assert (caf.contact_service, [each.need for each in caf.commitments]) == ("Accueil de la caisse", [Need.PROCEDURES])
    (gap,) = [each for each in views[0].gaps if each.need is Need.PROCEDURES]
    assert set(gap.missing) == {HERBLAIN, BOUGUENAIS}
    assert [step.words for step in views[0].late] == ["Trouver une salle."]
    assert [each.words for each in views[0].noticed] == ["Personne ne se déplace."]


def test_a_stranger_finds_nothing_not_even_that_it_exists(ground: Ground) -> None:
    with acting_as(ground.stranger):
        assert queries.territories(actor=ground.stranger, at=NOW) == []
        for model in (Territory, TerritoryLine, TerritoryCommitment, NextStep):
            assert model.objects.count() == 0
        for territory_id in (ground.territory_id, 987654321):
            with pytest.raises(TerritoryUnknown):
                queries.territory(actor=ground.stranger, territory_id=territory_id, at=NOW)


def test_nobody_ends_another_s_commitment_nor_settles_its_need(ground: Ground) -> None:
    with acting_as_everything(why="read ids"):
        commitment = TerritoryCommitment.objects.get(territory_id=ground.territory_id)
    for actor in (ground.leader, ground.place):
        with acting_as(actor), pytest.raises(CommitmentUnknown):
            operations.end_commitment(territory_id=ground.territory_id, commitment_id=commitment.id, actor=actor, request_id=rid(), at=NOW)
    mediator = replace(ground.place, roles=frozenset({"MEDIATOR"}))
    with acting_as(mediator), pytest.raises(NotAllowed):
        queries.territory(actor=mediator, territory_id=ground.territory_id, at=NOW)


def test_the_database_itself_refuses_another_s_line(ground: Ground) -> None:
    """Below the program: the statements of an application that would have forgotten to ask."""
    with acting_as(ground.leader):
        assert TerritoryLine.objects.filter(territory_id=ground.territory_id).count() == 1, "it reads the line"
        assert TerritoryLine.objects.filter(organisation_id=ground.caf.organisation_id).update(words="pris") == 0
        assert TerritoryCommitment.objects.update(ended_at=NOW) == 0
        assert Territory.objects.filter(id=ground.territory_id).update(name="Trois communes") == 1, "its own territory it may change"
    with acting_as(ground.caf):
        # It would lead the territory it was invited to.
        assert Territory.objects.filter(id=ground.territory_id).update(organisation_id=ground.caf.organisation_id) == 0
    refused = (
        (ground.place, f"INSERT INTO observatory_territoryline (territory_id, organisation_id, words, contact_service, contact_email, contact_phone, is_public, changed_at) VALUES ({ground.territory_id}, {ground.leader.organisation_id}, 'x', '', '', '', false, now())"),
        (ground.stranger, f"INSERT INTO observatory_noticedneed (territory_id, organisation_id, need, words, commune_codes, noticed_at, request_id) VALUES ({ground.territory_id}, {ground.stranger.organisation_id}, 'LEARN', 'x', '{{}}', now(), '{uuid4()}')"),
        (ground.caf, "UPDATE observatory_territorycommitment SET words = 'autre chose'"),
        (ground.caf, "DELETE FROM observatory_territorycommitment"),
        (ground.leader, f"UPDATE observatory_territory SET organisation_id = {ground.stranger.organisation_id}"),
    )  # fmt: skip
    for actor, statement in refused:
        with pytest.raises(DatabaseError), acting_as(actor), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_commitment_is_never_rewritten_and_stays_in_the_history(ground: Ground) -> None:
    with acting_as(ground.caf):
        before = TerritoryCommitment.objects.get(territory_id=ground.territory_id)
        request_id = rid()
        for _again in range(2):
            operations.commit_to(
                territory_id=ground.territory_id, need=Need.PROCEDURES, words="Trois rendez-vous par jour.", commune_codes=[],
                replaces=before.id, actor=ground.caf, request_id=request_id, at=NOW,
            )  # fmt: skip
        view = queries.territory(actor=ground.caf, territory_id=ground.territory_id, at=NOW)
        past = queries.history(actor=ground.caf, territory_id=ground.territory_id)
    line = view.line_of(ground.caf.organisation_id)
    assert line is not None
    assert [each.words for each in line.commitments] == ["Trois rendez-vous par jour."]
    assert [(each.kind, each.words) for each in past] == [("commitment", "Deux rendez-vous par jour.")]
    assert next(gap for gap in view.gaps if gap.need is Need.PROCEDURES).is_covered


def test_the_same_commitment_sent_again_is_one(ground: Ground) -> None:
    said = {"territory_id": ground.territory_id, "need": Need.LEARN, "words": "Un atelier.", "actor": ground.place, "at": NOW}
    with acting_as(ground.place):
        first, again = (operations.commit_to(**said, request_id=rid()) for _ in range(2))
        other = operations.commit_to(**said, hours="Le mardi", request_id=rid())
    assert first == again != other


def test_a_commitment_past_its_last_day_covers_nothing(ground: Ground) -> None:
    with acting_as(ground.place):
        operations.commit_to(
            territory_id=ground.territory_id, need=Need.LEARN, words="Un atelier.", until_on=date(2026, 3, 1), actor=ground.place,
            request_id=rid(), at=NOW,
        )  # fmt: skip
    assert not next(gap for gap in seen(ground, ground.place).gaps if gap.need is Need.LEARN).is_covered


def test_who_answers_for_a_step_the_leader_or_who_noted_it_closes_it(ground: Ground) -> None:
    other = somebody(organisation("Une quatrième", "LOCAL_ACTOR"), "LOCAL_ACTOR")
    with acting_as(ground.leader):
        operations.add_actor(
            territory_id=ground.territory_id, organisation_id=other.organisation_id or 0, actor=ground.leader, request_id=rid(), at=NOW
        )
    with acting_as_everything(why="read an id"):
        step = NextStep.objects.get(territory_id=ground.territory_id)
    given = {"territory_id": ground.territory_id, "step_id": step.id, "is_done": True, "at": NOW}
    with acting_as(other), pytest.raises(NextStepUnknown):
        operations.close_step(actor=other, request_id=rid(), **given)
    with acting_as(ground.place):
        operations.close_step(actor=ground.place, request_id=rid(), **given)
    assert seen(ground, ground.leader).late == ()


def test_an_organisation_already_there_joins_with_its_own_accounts(ground: Ground) -> None:
    with acting_as_everything(why="a number"):
        Organisation.objects.filter(id=ground.stranger.organisation_id).update(siret="21440109300015")
    given = {"territory_id": ground.territory_id, "actor": ground.leader, "at": NOW}
    with acting_as(ground.leader):
        request_id = rid()
        found = [
            operations.invite_actor(number="214 401 093 00015", name="", email="moi@pirate.example", request_id=request_id, **given) for _ in "12"
        ]  # fmt: skip
        with pytest.raises(LocalActorAlreadyIn):
            operations.invite_actor(number="21440109300015", name="", email="", request_id=rid(), **given)
    assert found == [ground.stranger.organisation_id] * 2
    with acting_as_everything(why="nobody got an account in it"):
        assert not Invitation.objects.filter(organisation_id=ground.stranger.organisation_id).exists()
        assert Notice.objects.filter(kind="observatory.territory-joined", to_organisation_id=ground.stranger.organisation_id).count() == 1
    assert seen(ground, ground.stranger).name == "Trois communes"


def test_one_nobody_knew_is_registered_and_invited(ground: Ground) -> None:
    given = {"territory_id": ground.territory_id, "number": "W442000001", "name": "Les voisins", "actor": ground.leader, "at": NOW}
    with acting_as(ground.leader):
        with pytest.raises(LocalActorNeedsAddress):
            operations.invite_actor(email="", request_id=rid(), **given)
        organisation_id = operations.invite_actor(email="bonjour@voisins.example", request_id=rid(), **given)
    with acting_as_everything(why="who was invited"):
        assert Organisation.objects.get(id=organisation_id).kinds == ["LOCAL_ACTOR"]
        assert Invitation.objects.get(organisation_id=organisation_id).role == "LOCAL_ACTOR"


def test_only_the_leader_gives_places_and_takes_them_back(ground: Ground) -> None:
    funder = replace(ground.caf, roles=frozenset({"FUNDER"}))
    with acting_as(funder), pytest.raises(NotLeader):
        operations.remove_actor(
            territory_id=ground.territory_id, organisation_id=ground.place.organisation_id or 0, actor=funder, request_id=rid(), at=NOW
        )
    with acting_as(ground.leader):
        operations.remove_actor(
            territory_id=ground.territory_id, organisation_id=ground.caf.organisation_id or 0, actor=ground.leader, request_id=rid(), at=NOW
        )
    with acting_as(ground.caf), pytest.raises(TerritoryUnknown):
        queries.territory(actor=ground.caf, territory_id=ground.territory_id, at=NOW)
    assert seen(ground, ground.leader).line_of(ground.caf.organisation_id) is None


def test_the_public_reads_only_what_was_ticked_in_a_public_territory(ground: Ground) -> None:
    with acting_as(ground.caf):
        operations.say_line(
            territory_id=ground.territory_id, words="Au guichet.", contact_service="Accueil", contact_email="", contact_phone="", is_public=True,
            actor=ground.caf, request_id=rid(), at=NOW,
        )  # fmt: skip
    with pytest.raises(TerritoryUnknown):
        queries.public_territory("trois-communes", at=NOW)
    with acting_as(ground.leader):
        operations.change_territory(
            territory_id=ground.territory_id, name="Trois communes", commune_codes=CODES, is_public=True, actor=ground.leader,
            request_id=rid(), at=NOW,
        )  # fmt: skip
        operations.say_line(
            territory_id=ground.territory_id, words="Nous animons.", contact_service="", contact_email="", contact_phone="", is_public=False,
            actor=ground.leader, request_id=rid(), at=NOW,
        )  # fmt: skip
    told = queries.public_territory("trois-communes", at=NOW)
    assert [(line.words, len(line.commitments)) for line in told.lines] == [("Au guichet.", 1)]
    assert (told.gaps, told.noticed, told.decisions) == ((), (), ())
    assert NextStep.objects.count() == 0


def test_two_territories_have_two_names_and_no_text_holds_a_number_of_somebody(ground: Ground) -> None:
    with acting_as(ground.leader):
        given = {"commune_codes": [NANTES], "actor": ground.leader, "at": NOW}
        with pytest.raises(TerritoryNameTaken):
            operations.make_territory(name="Trois  communes", request_id=rid(), **given)
        with pytest.raises(NirInText):
            operations.make_territory(name="Pour 2 69 05 49 588 157 80", request_id=rid(), **given)


def test_what_is_journalled_holds_no_contact(ground: Ground) -> None:
    with acting_as_everything(why="read the journal"):
        lines = Line.objects.filter(action__startswith="observatory.")
        assert {"observatory.territory-made", "observatory.territory-line-said", "observatory.commitment-made"} <= {
            each.action for each in lines
        }
        assert not [each for each in lines if "caisse" in str(each.facts) or "40" in str(each.facts.get("words", ""))]


class TestReach:
    FILE = (
        "CODGEO;P19_POP;P19_POP1529;P19_POP3044;P19_POP4559;P19_POP6074;P19_POP7589;P19_POP90P\n"
        "44109;318808;80000;66000;52000;40000;18000;3500\n44162;46603;9000;9000;9000;7600;s;600\n"
    )

    def test_without_a_file_it_is_an_estimate_by_population_then_by_age_where_it_is_known(self, ground: Ground) -> None:
        with acting_as(ground.caf):
            before = reached.reach(actor=ground.caf, territory_id=ground.territory_id, at=NOW)
        assert before.whole.methods == {Method.POPULATION}
        assert [band.need for band in before.bands] == [None, None, None]
        admin = somebody(organisation("Un opérateur", "OPERATOR"), "OPERATOR_ADMIN")
        with acting_as(admin):
            report = indicator_operations.import_indicators(
                content=self.FILE.encode(), source="INSEE, base-cc 2019", actor=admin, request_id=rid(), at=NOW
            )
        assert (report.communes, report.secret, report.fault_count) == (2, 1, 0)
        with acting_as(ground.caf):
            after = reached.reach(actor=ground.caf, territory_id=ground.territory_id, at=NOW)
        methods = {each.code: each.methods for each in after.communes}
        assert methods == {NANTES: {Method.AGES}, HERBLAIN: {Method.POPULATION}, BOUGUENAIS: {Method.POPULATION}}
        assert after.vintages == (2019,)
        (nantes,) = [each for each in after.communes if each.code == NANTES]
        assert nantes.need.shown()[1] == 34_000
        assert after.counted_at is None
        assert after.bands[0].need is None, "one commune has no ages: the whole has none"

    def test_a_file_read_again_changes_nothing_and_a_try_keeps_nothing(self, ground: Ground) -> None:
        admin = somebody(organisation("Un opérateur", "OPERATOR"), "OPERATOR_ADMIN")
        given = {"content": self.FILE.encode(), "source": "INSEE", "actor": admin, "at": NOW}
        with acting_as(admin):
            assert not indicator_operations.import_indicators(is_dry=True, request_id=rid(), **given).is_kept
            assert TerritoryIndicator.objects.count() == 0
            for _again in range(2):
                indicator_operations.import_indicators(request_id=rid(), **given)
            assert TerritoryIndicator.objects.count() == 14
            assert {each.communes for each in reached.imported(actor=admin)} == {2}
        with acting_as(ground.caf), pytest.raises(NotAllowed):
            indicator_operations.import_indicators(request_id=rid(), **{**given, "actor": ground.caf})

    def test_bands_are_those_of_the_desks_ticks(self) -> None:
        from carnet.distribution.rules import AgeBand  # the words of another room, written here by hand

        assert {each.value for each in AgeBand} - {"NOT_SAID"} == {age for band in Band for age in reached._AGES[band]}


def test_an_objective_is_told_to_all_and_ended_by_whoever_set_it(db: None) -> None:
    admin, other = (somebody(organisation(name, "OPERATOR"), "OPERATOR_ADMIN") for name in ("Une", "Autre"))
    with acting_as(admin):
        objective_id = objective_operations.set_objective(
            programme_id=None, measure=Target.USED, starting_count=50_000, starting_on=date(2020, 2, 1), target_count=1_000_000,
            due_on=date(2027, 12, 31), source="Annonce de février 2020", actor=admin, request_id=rid(), at=NOW,
        )  # fmt: skip
    (told,) = aims.objectives(at=NOW)
    assert (told.target_count, told.outlook.so_far, told.outlook.standing) == (1_000_000, 0, Standing.TOO_SOON)
    with acting_as(other), pytest.raises(ObjectiveUnknown):
        objective_operations.end_objective(objective_id=objective_id, actor=other, request_id=rid(), at=NOW)
    with acting_as(admin):
        objective_operations.end_objective(objective_id=objective_id, actor=admin, request_id=rid(), at=NOW)
    assert aims.objectives(at=NOW) == []
