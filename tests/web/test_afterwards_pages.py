"""Did you do it yourself? Asked by a place and by a desk on the same page, without JavaScript."""

import re
from uuid import uuid4

import pytest

from carnet.activities.models import DoneAnswer
from carnet.gateways.database import acting_as_everything
from tests.web.season import Season, season

__all__ = ["season"]


@pytest.mark.django_db
def test_a_place_and_a_desk_ask_on_the_same_page(season: Season) -> None:
    for client in (season.counter, season.desk):
        page = client.get("/afterwards/?procedure=taxes").content.decode()
        assert "L’avez-vous fait vous-même" in page
        assert re.search(r'<input[^>]*value="taxes"[^>]*checked', page)
        form = {"request_id": str(uuid4()), "procedure": "taxes", "answer": "SELF"}
        for _again in range(2):
            done = client.post("/afterwards/", form, follow=True).content.decode()
        assert "Personne n’est nommé" in done
        assert client.post("/afterwards/", form | {"answer": "MAYBE", "request_id": str(uuid4())}).status_code == 422
    with acting_as_everything(why="count"):
        assert sorted(DoneAnswer.objects.values_list("asked_after", "procedure", "answer")) == [
            ("DESK", "taxes", "SELF"),
            ("LESSON", "taxes", "SELF"),
        ]
