"""A file on its way: killed in the middle it goes on where it was; the same file sent again is the same; nothing is written twice."""

import io
from uuid import uuid4

import pytest

from carnet.gateways.database import acting_as
from carnet.places import operations, queries
from carnet.places.models import Place, PlaceFilePart
from carnet.places.operations import _files
from carnet.places.rules import FileNotReady, FileState
from tests.places.conftest import AT, GOOD, csv_bytes

pytestmark = pytest.mark.django_db
LINES = [{**GOOD, "id": f"l-{rank}", "nom": f"Lieu {rank}", "adresse": f"{rank} rue"} for rank in range(1200)]


@pytest.fixture(autouse=True)
def walls(agent):
    """What a door does: the actor's own rows, and no other."""
    with acting_as(agent):
        yield


def send(agent, content: bytes) -> int:
    return operations.send_place_file(
        provenance="essai", file_name="lieux.csv", stream=io.BytesIO(content), actor=agent, request_id=uuid4(), at=AT
    )


def run(file_id: int, agent, **options) -> FileState:
    return operations.run_place_file(file_id=file_id, organisation_id=agent.organisation_id, at=AT, **options)


def test_work_killed_in_the_middle_goes_on_where_it_was(agent, monkeypatch):
    file_id = send(agent, csv_bytes(*LINES))
    assert run(file_id, agent, parts_max=1) is FileState.CHECKING
    judge, calls = _files.judge_lines, []

    def killed(*said, **options):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return judge(*said, **options)

    monkeypatch.setattr(_files, "judge_lines", killed)
    with pytest.raises(KeyboardInterrupt):
        run(file_id, agent)
    assert queries.place_file(file_id, actor=agent).done == 1000
    assert send(agent, csv_bytes(*LINES)) == file_id  # sent again, it is the one already here
    assert queries.files_at_work() == ((file_id, agent.organisation_id),)
    monkeypatch.setattr(_files, "judge_lines", judge)
    heard: list[tuple[int, int]] = []
    assert run(file_id, agent, progress=lambda done, total: heard.append((done, total))) is FileState.CHECKED
    assert heard == [(1200, 1200), (1200, 1200)]
    assert PlaceFilePart.objects.filter(judged=None).count() == 0
    assert Place.objects.count() == 0


def test_a_file_is_written_once_and_only_when_it_is_checked(agent):
    file_id = send(agent, csv_bytes(*LINES[:3]))
    with pytest.raises(FileNotReady):
        operations.write_place_file(file_id=file_id, actor=agent, request_id=uuid4(), at=AT)
    run(file_id, agent)
    for _again in range(2):
        operations.write_place_file(file_id=file_id, actor=agent, request_id=uuid4(), at=AT)
        assert run(file_id, agent) is FileState.DONE
    assert Place.objects.count() == 3
    assert queries.place_file(file_id, actor=agent).report.created_count == 3
    for act in (operations.drop_place_file, lambda **said: operations.map_place_file(targets={}, constants={}, **said)):
        with pytest.raises(FileNotReady):
            act(file_id=file_id, actor=agent, request_id=uuid4(), at=AT)
