"""Background work on its page: what failed, for whom, and one verb to try it again."""

from uuid import uuid4

from django.db import connection

from carnet.gateways import queue
from carnet.gateways.database import acting_as_everything
from carnet.jobs.issuing import enqueue
from carnet.journal.models import Line
from carnet.parties.rules import allowed
from tests.web.season import Season
from tests.web.season import season as season


def test_failed_work_is_tried_again_by_its_own_operator(season: Season) -> None:
    admin = season.enter("OPERATOR_AGENT", season.campaign.operator_id)
    enqueue(job_id=1, programme_id=season.campaign.programme_id)
    enqueue(job_id=2, programme_id=season.campaign.programme_id + 1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
        cursor.execute("SELECT id FROM procrastinate_jobs ORDER BY id")
        own, foreign = (each for (each,) in cursor.fetchall())
    page = admin.get("/operator/work/").content.decode()
    assert "Codes à tirer ou fichiers à imprimer" in page
    assert f"/operator/work/again/{own}/" in page
    assert f"/operator/work/again/{foreign}/" not in page
    assert "Aucun serveur de travaux ne tourne" in page
    for asked in (own, foreign):
        assert admin.get(f"/operator/work/again/{asked}/").status_code == 200
        assert admin.post(f"/operator/work/again/{asked}/", {"request_id": str(uuid4())}).status_code == 302
    (figures,) = queue.queues()
    assert (figures.waiting_count, figures.failed_count) == (1, 1)
    with acting_as_everything(why="look"):
        assert Line.objects.filter(action="jobs.retried").values_list("subject_id", flat=True).get() == str(own)
    assert not allowed({"TREASURER"}, "jobs.retry"), "who only looks"
