"""A demonstration's sheet of paper: filled in this morning at a fair without network by the desk that visitors try, half typed since."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from carnet.distribution.operations.papers import open_papers, type_paper
from carnet.distribution.rules import AgeBand, Answers, Area, Ticks, reason_of
from carnet.distribution.rules.papers import PaperLine
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.scenarios.play import Played

# What three people said.
SAID = (
    (Answers(wants=("cv",), sends_mail=True, moves_files=False), AgeBand.UNDER_26, Area.PRIORITY_DISTRICT, True),
    (Answers(wants=("health", "messages"), sends_mail=False, moves_files=False, no_equipment=True), AgeBand.FROM_75, Area.TOWN, None),
    (Answers(), AgeBand.NOT_SAID, Area.NOT_SAID, None),
)


def write_on_paper(current: Played, *, at: datetime) -> None:
    """Open a sheet and type its first lines, as the screen does; the rest waits for whoever tries the desk."""
    desk_id = current.cast.desk_ids[0]
    desk = replace(Actor.system("demonstration", organisation_ids={desk_id}), organisation_id=desk_id)
    with acting_as(desk):
        at_hand = ledger.booklets(holder_id=desk_id, to_give_at=at, limit=len(SAID))
        if len(at_hand) < len(SAID):
            return
        (sheet,) = open_papers(count=1, actor=desk, request_id=uuid4(), at=at - timedelta(hours=5))
        lines = [
            PaperLine(rank, legal_day(at), found.serial, ticks=Ticks(age, reason_of(answers), area, seeker), answers=answers)
            for rank, (found, (answers, age, area, seeker)) in enumerate(zip(at_hand, SAID, strict=True), 1)
        ]
        answers = type_paper(sheet_id=sheet.id, lines=lines, actor=desk, request_id=uuid4(), at=at)
        assert all(each.accepted for each in answers), [each.refusal for each in answers]
