"""What is told of the journal while others are writing it: nothing too early, nothing skipped, nothing twice."""

import time

import psycopg
import pytest

from carnet.gateways.database import acting_as_everything
from carnet.gateways.webhooks import FakeWebhookSender
from carnet.jobs.webhooks import send_webhooks
from tests.factories.campaign import LATER, campaign
from tests.notices.test_webhooks import opened, sent, spend


def until_sent(fake: FakeWebhookSender, count: int) -> None:
    """The horizon is the whole server's: another test's transaction may hold it back for a moment."""
    ends = time.monotonic() + 60
    while len(fake.sent) < count and time.monotonic() < ends:
        send_webhooks(at=LATER, sender=fake)
    assert len(fake.sent) == count


@pytest.mark.slow
def test_a_line_written_early_and_finished_late_is_told_all_the_same(committed_database: str) -> None:
    """The real reading, between real transactions: nothing is told while something older runs, and nothing is skipped."""
    with acting_as_everything(why="prepare a campaign"):
        ready = campaign()
    opened(ready)
    fake = FakeWebhookSender()
    with psycopg.connect(committed_database) as slow:
        slow.execute("SELECT set_config('carnet.everything', 'on', true)")
        slow.execute(
            "INSERT INTO journal_line (at, action, actor_kind, actor_label, organisation_id, programme_id, subject_kind, subject_id, facts)"
            " VALUES (%s, 'redemption.redeemed', 'system', 'tests', %s, %s, 'voucher', '1-1', %s::jsonb)",
            [LATER, ready.place_organisation_id, ready.programme_id, '{"generation": 0, "place": 1, "service": "early"}'],
        )
        spend(ready, 0)
        for _ in range(3):
            assert send_webhooks(at=LATER, sender=fake) == (0, 0)
        slow.commit()
    until_sent(fake, 2)
    assert [each["data"]["service"] for each in sent(fake)] == ["early", "mailbox"]
    assert send_webhooks(at=LATER, sender=fake) == (0, 0)
    spend(ready, 1)
    until_sent(fake, 3)
