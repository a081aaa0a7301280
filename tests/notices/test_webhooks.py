"""Events told to other people's servers: signed as the standard says, told once, tried for days, and nobody else's."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.webhooks import FakeWebhookSender, Outcome, WebhookAddressRefused
from carnet.jobs.letters import send_letters
from carnet.jobs.webhooks import send_webhooks
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.notices import queries, rules
from carnet.notices.models import WebhookDelivery, WebhookEndpoint
from carnet.parties import operations as parties
from carnet.parties.rules import NotAllowed, SecondFactorNeeded
from carnet.redemption import operations as redemption
from carnet.redemption.operations import Item
from tests.factories.campaign import LATER, Campaign, campaign, rid

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.org/carnet"
ALL = [event.value for event in rules.TOLD_BY.values()]
FAILED = Outcome(500)


def manager(ready: Campaign, **changes: Any) -> Actor:
    facts: dict[str, Any] = {
        "kind": "person", "label": "manager", "person_id": 77, "organisation_id": ready.place_organisation_id,
        "organisation_ids": frozenset({ready.place_organisation_id}), "roles": frozenset({"PLACE_MANAGER"}), "proved_at": LATER,
    }  # fmt: skip
    return Actor(**{**facts, **changes})


def opened(ready: Campaign, *, events: list[str] = ALL, url: str = URL, actor: Actor | None = None) -> parties.WebhookOpened:
    actor = actor or manager(ready)
    with acting_as(actor):
        return parties.open_webhook(url=url, events=events, label="caisse", actor=actor, request_id=uuid4(), at=LATER)


def spend(ready: Campaign, *ranks: int, at: Any = LATER) -> list[str]:
    with acting_as(ready.mediator):
        return [
            redemption.redeem(
                item=Item(code=ready.code(rank), service="mailbox", place_id=ready.place_id),
                actor=ready.mediator,
                channel="SCREEN",
                request_id=rid(),
                at=at,
            ).number
            for rank in ranks
        ]


def sent(fake: FakeWebhookSender) -> list[dict[str, Any]]:
    return [json.loads(each.body) for each in fake.sent]


def shown(ready: Campaign, endpoint_id: int) -> list[queries.DeliveryView]:
    with acting_as(manager(ready)):
        return queries.deliveries(organisation_id=ready.place_organisation_id, endpoint_id=endpoint_id)


def test_a_test_event_is_signed_as_the_standard_says(ready: Campaign) -> None:
    made = opened(ready)
    actor, fake = manager(ready), FakeWebhookSender()
    with acting_as(actor):
        parties.try_webhook(endpoint_id=made.id, actor=actor, request_id=rid(), at=LATER)
    assert send_webhooks(at=LATER, sender=fake) == (1, 0)
    (request,) = fake.sent
    message, timestamp, signature = (request.headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    assert (request.url, int(timestamp)) == (URL, int(LATER.timestamp()))
    assert made.secret is not None
    assert made.secret.startswith("whsec_")
    key = base64.b64decode(made.secret.removeprefix("whsec_"))
    assert 24 <= len(key) <= 64
    expected = hmac.new(key, f"{message}.{timestamp}.".encode() + request.body, hashlib.sha256).digest()
    assert signature == f"v1,{base64.b64encode(expected).decode()}"
    document = json.loads(request.body)
    assert (document["type"], document["timestamp"], document["data"]) == ("webhook.test", LATER.isoformat(), {"webhook": made.id})
    assert "." not in message


def test_the_standard_s_own_example_is_signed_alike() -> None:
    """The vector published with the reference libraries: docs/sources/standard-webhooks.md#vector."""
    from datetime import datetime

    headers = rules.signed_headers(
        secrets=[base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
        message="msg_p5jXN8AQM9LWM0D4loKWxJek",
        sent_at=datetime.fromtimestamp(1614265330, UTC),
        body=b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_both_secrets_sign_for_a_day_after_a_rotation(ready: Campaign) -> None:
    made, actor = opened(ready), manager(ready)
    with acting_as(actor):
        renewed = parties.rotate_webhook_secret(endpoint_id=made.id, actor=actor, request_id=rid(), at=LATER)
    assert renewed != made.secret
    for at, count in ((LATER, 2), (LATER + timedelta(hours=24), 1)):
        fake = FakeWebhookSender()
        with acting_as_everything(why="a test event"):
            notices.post_test(organisation_id=ready.place_organisation_id, endpoint_id=made.id, request_id=rid(), at=at)
        send_webhooks(at=at, sender=fake)
        signatures = fake.sent[0].headers["webhook-signature"].split(" ")
        assert len(signatures) == count
        headers = fake.sent[0].headers
        for secret, signature in zip((renewed, made.secret), signatures, strict=False):
            key = base64.b64decode((secret or "").removeprefix("whsec_"))
            again = rules.signed_headers(secrets=[key], message=headers["webhook-id"], sent_at=at, body=fake.sent[0].body)
            assert again["webhook-signature"] == signature


def test_the_database_holds_no_secret_and_a_repeated_request_shows_none(ready: Campaign) -> None:
    actor, request_id = manager(ready), uuid4()
    with acting_as(actor):
        first = parties.open_webhook(url=URL, events=ALL, actor=actor, request_id=request_id, at=LATER)
        again = parties.open_webhook(url=URL, events=ALL, actor=actor, request_id=request_id, at=LATER)
        row = WebhookEndpoint.objects.get()
    assert (again.id, again.secret) == (first.id, None)
    key = base64.b64decode((first.secret or "").removeprefix("whsec_"))
    assert key not in bytes(row.secret)
    assert (first.secret or "") not in repr(first)


def told(ready: Campaign) -> int:
    """Deliveries made of the journal's lines, read as another transaction would once this one is finished."""
    from carnet.journal import queries as journal
    from carnet.journal.models import Line

    def read(after: Any, actions: Any, organisation_ids: Any, limit: int) -> Any:
        rows = Line.objects.filter(id__gt=after[1], action__in=list(actions), organisation_id__in=list(organisation_ids)).order_by("id")
        lines = [
            journal.FinishedLine(row.id, 0, row.at, row.action, row.organisation_id, row.programme_id, row.subject_id, row.facts)
            for row in rows[:limit]
        ]
        return lines, (after[0], lines[-1].id if lines else after[1])

    with acting_as_everything(why="tell the events"):
        return notices.tell_events(read=read, at=LATER)


def test_a_redemption_and_its_reversal_are_told_to_whom_they_concern(ready: Campaign) -> None:
    with acting_as_everything(why="a stranger"):
        other = campaign(booklets=1)
    mine, deaf, theirs = opened(ready), opened(ready, events=["payment.paid"]), opened(other, actor=manager(other))
    (number,) = spend(ready, 0)
    with acting_as(ready.mediator):
        redemption.reverse(number=number, reason="erreur de Mme Martin", actor=ready.mediator, request_id=rid(), at=LATER)
    assert told(ready) == 2
    fake = FakeWebhookSender()
    assert send_webhooks(at=LATER, sender=fake) == (2, 0)
    redeemed, reversed_ = sent(fake)
    assert redeemed == {
        "type": "redemption.redeemed",
        "timestamp": LATER.isoformat(),
        "data": {"id": number, "programme": ready.programme_id, "place": ready.place_id, "service": "mailbox"},
    }
    assert (reversed_["type"], reversed_["data"]) == ("redemption.reversed", {"id": number, "programme": ready.programme_id})
    assert [len(shown(ready, each)) for each in (mine.id, deaf.id)] == [2, 0]
    assert shown(other, theirs.id) == []
    everything = b"".join(each.body for each in fake.sent)
    for private in (b"Martin", ready.code(0).encode(), b"erreur"):
        assert private not in everything


def test_a_reservation_is_told_by_the_number_its_place_reads(ready: Campaign) -> None:
    opened(ready)
    until = LATER + timedelta(days=1)
    with acting_as(ready.mediator):
        held = redemption.reserve(
            code=ready.code(0), service="mailbox", until=until, place_id=ready.place_id, actor=ready.mediator, channel="SCREEN",
            request_id=rid(), at=LATER,
        )  # fmt: skip
        redemption.release(number=held.number, actor=ready.mediator, request_id=rid(), at=LATER)
    assert told(ready) == 2
    fake = FakeWebhookSender()
    send_webhooks(at=LATER, sender=fake)
    made, released = sent(fake)
    assert (made["type"], made["data"]["id"], made["data"]["place"]) == ("reservation.made", held.number, ready.place_id)
    assert datetime.fromisoformat(made["data"]["until"]) == until
    assert (released["type"], released["data"]) == ("reservation.released", {"id": held.number, "programme": ready.programme_id})


def test_what_was_told_is_never_told_twice(ready: Campaign) -> None:
    opened(ready)
    spend(ready, 0, 1)
    assert (told(ready), told(ready)) == (2, 0)
    with acting_as_everything(why="read the journal again from its beginning"):
        from carnet.notices.models import WebhookMark

        WebhookMark.objects.update(line_id=0)
    assert told(ready) == 2
    with acting_as_everything(why="count"):
        assert WebhookDelivery.objects.count() == 2


def test_what_happened_before_an_address_was_opened_is_not_told_to_it(ready: Campaign) -> None:
    spend(ready, 0, at=LATER - timedelta(minutes=5))
    made = opened(ready)
    told(ready)
    assert shown(ready, made.id) == []


# --- Trying again -------------------------------------------------------------------------------------------------------


def due(ready: Campaign) -> int:
    """An address with one event waiting."""
    made = opened(ready)
    with acting_as_everything(why="a test event"):
        notices.post_test(organisation_id=ready.place_organisation_id, endpoint_id=made.id, request_id=rid(), at=LATER)
    return made.id


def test_a_failure_is_tried_again_on_the_standard_s_schedule_then_given_up(ready: Campaign) -> None:
    endpoint_id, at, waits = due(ready), LATER, []
    fake = FakeWebhookSender(Outcome(400))
    for _ in range(rules.ATTEMPTS_MAX):
        assert send_webhooks(at=at, sender=fake) == (0, 1)
        (delivery,) = shown(ready, endpoint_id)
        if delivery.next_at is not None:
            assert send_webhooks(at=delivery.next_at - timedelta(seconds=1), sender=fake) == (0, 0)
            waits.append(delivery.next_at - at)
            at = delivery.next_at
    (delivery,) = shown(ready, endpoint_id)
    assert (delivery.state, delivery.attempts, delivery.next_at, delivery.latest_status) == ("FAILED", 10, None, 400)
    assert len(waits) == len(rules.RETRIES)
    assert all(wait <= drawn <= wait * 1.2 for wait, drawn in zip(rules.RETRIES, waits, strict=True))
    assert len({each.headers["webhook-id"] for each in fake.sent}) == 1
    assert len({each.headers["webhook-timestamp"] for each in fake.sent}) == 10
    assert len({each.body for each in fake.sent}) == 1


def test_an_alarm_can_be_set_on_what_does_not_leave(ready: Campaign) -> None:
    due(ready)

    def everywhere(at: datetime) -> queries.SendingEverywhere:
        with acting_as_everything(why="the figures of whoever runs the site"):
            return queries.webhooks_everywhere(at=at)

    waiting = everywhere(LATER + timedelta(minutes=5))
    assert (waiting.waiting_count, waiting.failing_count, waiting.given_up_count) == (1, 0, 0)
    assert waiting.late_seconds >= 299
    send_webhooks(at=LATER, sender=FakeWebhookSender(FAILED))
    assert everywhere(LATER).failing_count == 1
    send_webhooks(at=LATER + timedelta(minutes=30), sender=FakeWebhookSender(Outcome(204)))
    assert everywhere(LATER + timedelta(hours=1)) == queries.SendingEverywhere(0, 0, 0, 0)


def test_an_event_that_gets_through_late_is_delivered_and_all_is_well(ready: Campaign) -> None:
    endpoint_id, fake = due(ready), FakeWebhookSender(FAILED, Outcome(204))
    send_webhooks(at=LATER, sender=fake)
    with acting_as(manager(ready)):
        assert queries.endpoints(organisation_id=ready.place_organisation_id)[0].failing_since == LATER
    assert send_webhooks(at=LATER + timedelta(seconds=6), sender=fake) == (1, 0)
    with acting_as(manager(ready)):
        assert queries.endpoints(organisation_id=ready.place_organisation_id)[0].failing_since is None
    (delivery,) = shown(ready, endpoint_id)
    assert (delivery.state, delivery.attempts, delivery.latest_status) == ("DELIVERED", 2, 204)


def test_a_longer_wait_asked_for_is_respected_up_to_a_day() -> None:
    for asked, waited in ((600, timedelta(minutes=10)), (1, timedelta(seconds=5)), (9_999_999, timedelta(days=1))):
        assert rules.next_attempt(attempts=1, at=LATER, jitter_per_mille=0, retry_after_seconds=asked) == LATER + waited


def test_a_silent_server_holds_its_own_events_back_and_nobody_else_s(ready: Campaign) -> None:
    with acting_as_everything(why="a neighbour"):
        other = campaign(booklets=1)
    silent, neighbour = opened(ready), opened(other, url="https://other.example.org/", actor=manager(other))
    for _ in range(3):
        with acting_as_everything(why="test events"):
            notices.post_test(organisation_id=ready.place_organisation_id, endpoint_id=silent.id, request_id=rid(), at=LATER)
            notices.post_test(organisation_id=other.place_organisation_id, endpoint_id=neighbour.id, request_id=rid(), at=LATER)

    class Half(FakeWebhookSender):
        def send(self, sending: Any) -> Outcome:
            self.sent.append(sending)
            return Outcome(None, "timeout") if sending.url == URL else Outcome(200)

    half = Half()
    assert send_webhooks(at=LATER, sender=half) == (3, 1)
    assert [each.attempts for each in shown(ready, silent.id)] == [0, 0, 1]
    assert send_webhooks(at=LATER + timedelta(seconds=1), sender=half) == (0, 0)
    assert send_webhooks(at=LATER + timedelta(seconds=10), sender=half) == (0, 1)


def test_after_days_of_failures_an_address_is_stopped_and_its_organisation_told(ready: Campaign) -> None:
    endpoint_id, fake = due(ready), FakeWebhookSender(FAILED)
    send_webhooks(at=LATER, sender=fake)
    late = LATER + rules.GIVE_UP_AFTER
    send_webhooks(at=late, sender=fake)
    with acting_as(manager(ready)):
        (view,) = queries.endpoints(organisation_id=ready.place_organisation_id)
    assert (view.state, view.stopped_reason, view.stopped_at) == ("STOPPED", "failing", late)
    assert send_webhooks(at=late + timedelta(days=2), sender=fake) == (0, 0)
    spend(ready, 0, at=LATER + timedelta(days=1))
    told(ready)
    assert len(shown(ready, endpoint_id)) == 1
    with acting_as_everything(why="somebody reads the organisation's letters"):
        from carnet.parties.models import Organisation

        Organisation.objects.filter(id=ready.place_organisation_id).update(contact_email="lieu@example.org")
    assert send_letters(at=late)[0] == 1
    assert "hooks.example.org" in mail.outbox[-1].subject
    actor = manager(ready)
    with acting_as(actor):
        parties.resume_webhook(endpoint_id=endpoint_id, actor=actor, request_id=rid(), at=LATER)
    assert send_webhooks(at=late + timedelta(days=2), sender=FakeWebhookSender()) == (1, 0)


def test_gone_is_taken_at_its_word(ready: Campaign) -> None:
    due(ready)
    send_webhooks(at=LATER, sender=FakeWebhookSender(Outcome(410)))
    with acting_as(manager(ready)):
        (view,) = queries.endpoints(organisation_id=ready.place_organisation_id)
    assert (view.state, view.stopped_reason) == ("STOPPED", "gone")


def test_a_pause_keeps_events_and_an_end_forgets_them(ready: Campaign) -> None:
    made, actor = opened(ready), manager(ready)
    with acting_as(actor):
        parties.pause_webhook(endpoint_id=made.id, actor=actor, request_id=rid(), at=LATER)
    spend(ready, 0)
    told(ready)
    assert send_webhooks(at=LATER, sender=FakeWebhookSender()) == (0, 0)
    with acting_as(actor):
        parties.resume_webhook(endpoint_id=made.id, actor=actor, request_id=rid(), at=LATER)
    assert send_webhooks(at=LATER, sender=FakeWebhookSender()) == (1, 0)
    spend(ready, 1)
    told(ready)
    with acting_as(actor):
        parties.end_webhook(endpoint_id=made.id, actor=actor, request_id=rid(), at=LATER)
        assert queries.endpoints(organisation_id=ready.place_organisation_id) == []
        assert bytes(WebhookEndpoint.objects.get().secret) == b""
        assert sorted(WebhookDelivery.objects.values_list("state", flat=True)) == ["CANCELLED", "DELIVERED"]
    assert send_webhooks(at=LATER, sender=FakeWebhookSender()) == (0, 0)


def test_an_event_is_sent_again_when_asked(ready: Campaign) -> None:
    endpoint_id, actor = due(ready), manager(ready)
    send_webhooks(at=LATER, sender=FakeWebhookSender())
    (delivery,) = shown(ready, endpoint_id)
    with acting_as(actor):
        parties.send_webhook_again(delivery_id=delivery.id, actor=actor, request_id=rid(), at=LATER)
    fake = FakeWebhookSender()
    assert send_webhooks(at=LATER, sender=fake) == (1, 0)
    assert fake.sent[0].headers["webhook-id"] == delivery.message


def test_what_a_killed_sender_had_taken_is_taken_again(ready: Campaign) -> None:
    due(ready)
    with acting_as_everything(why="a sender that dies"):
        assert len(notices.claim_due(at=LATER)) == 1
        assert notices.claim_due(at=LATER + timedelta(minutes=9)) == []
    assert send_webhooks(at=LATER + timedelta(minutes=10), sender=FakeWebhookSender()) == (1, 0)


def test_old_events_are_forgotten(ready: Campaign) -> None:
    endpoint_id = due(ready)
    with acting_as_everything(why="forget"):
        assert notices.forget_deliveries(at=LATER + rules.DELIVERIES_KEPT) == 0
        assert notices.forget_deliveries(at=LATER + rules.DELIVERIES_KEPT + timedelta(seconds=1)) == 1
    assert shown(ready, endpoint_id) == []


# --- Who may, and where to ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"roles": frozenset({"MEDIATOR"})}, NotAllowed),
        ({"roles": frozenset({"OPERATOR_ADMIN"})}, NotAllowed),
        ({"kind": "token", "roles": frozenset({"redemptions.write"}), "person_id": None}, NotAllowed),
        ({"proved_at": None}, SecondFactorNeeded),
        ({"proved_at": LATER - timedelta(minutes=15)}, SecondFactorNeeded),
    ],
)
def test_only_a_manager_with_a_recent_proof_opens_an_address(ready: Campaign, changes: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        opened(ready, actor=manager(ready, **changes))


@pytest.mark.parametrize(
    "url", ["http://example.org/", "https://10.0.0.1/", "https://localhost/", "http://127.0.0.1:9000/", "https://a:b@example.org/"]
)
def test_an_inward_address_is_refused_when_it_is_typed(ready: Campaign, url: str) -> None:
    with pytest.raises(WebhookAddressRefused):
        opened(ready, url=url)


@pytest.mark.parametrize("events", [[], ["webhook.test"], ["voucher.found"], ["redemption.redeemed", "x"]])
def test_events_that_do_not_exist_cannot_be_chosen(ready: Campaign, events: list[str]) -> None:
    with pytest.raises(rules.WebhookEventsInvalid):
        opened(ready, events=events)


def test_there_is_a_limit(ready: Campaign) -> None:
    for _ in range(rules.ENDPOINTS_MAX):
        opened(ready)
    with pytest.raises(rules.WebhooksTooMany):
        opened(ready)


def test_the_stranger_changes_and_sees_nothing(ready: Campaign) -> None:
    endpoint_id = due(ready)
    (delivery,) = shown(ready, endpoint_id)
    with acting_as_everything(why="a stranger"):
        charlie = manager(campaign(booklets=1))
    where: dict[str, Any] = {"actor": charlie, "request_id": rid(), "at": LATER}
    with acting_as(charlie):
        assert queries.endpoints(organisation_id=ready.place_organisation_id) == []
        assert queries.deliveries(organisation_id=ready.place_organisation_id, endpoint_id=endpoint_id) == []
        for perform in (
            parties.pause_webhook, parties.resume_webhook, parties.end_webhook, parties.try_webhook, parties.rotate_webhook_secret,
        ):  # fmt: skip
            with pytest.raises(rules.WebhookUnknown):
                perform(endpoint_id=endpoint_id, **where)
        with pytest.raises(rules.WebhookUnknown):
            parties.send_webhook_again(delivery_id=delivery.id, **where)
