"""A device enrolled, limited, revoked; and its uploads: tampered, repeated, reordered, too late, or of another device. On PostgreSQL."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import FACTS, key_ring
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import NirInText
from carnet.kernel.periods import legal_day
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.parties.rules import NotAllowed, SecondFactorNeeded
from carnet.redemption import access, operations, queries
from carnet.redemption.models import Device, UploadedItem
from carnet.redemption.operations import Asked, Item, ItemAnswer
from carnet.redemption.rules import (
    DEFAULT_CAPS,
    GUESSES_MAX,
    UPLOAD_ITEMS_MAX,
    BatchTooLarge,
    Caps,
    DeviceKeyInvalid,
    DeviceLimitsInvalid,
    DeviceNameInvalid,
    DeviceRevoked,
    DeviceSignatureInvalid,
    DeviceUnknown,
    PlaceNotAccepted,
    SignedText,
)
from tests.factories.campaign import LATER, NOW, SYSTEM, Campaign, accept, campaign, organisation, place, rid
from tests.redemption.offline import Tablet, enrolled, manager_of, written

pytestmark = pytest.mark.django_db

BACK = LATER + timedelta(hours=5)


def operator_of(ready: Campaign) -> Actor:
    return Actor(
        kind="person",
        label="agent",
        person_id=601,
        organisation_id=ready.operator_id,
        organisation_ids=frozenset({ready.operator_id}),
        programme_ids=frozenset({ready.programme_id}),
        roles=frozenset({"OPERATOR_AGENT"}),
    )


@pytest.fixture
def tablet(ready: Campaign) -> Tablet:
    return enrolled(ready)


def send(tablet: Tablet, items: list[SignedText], *, at=BACK) -> list[ItemAnswer]:
    body = json.dumps([each.text for each in items]).encode()
    device = access.presented_device(device_id=tablet.id, message=body, signature=tablet.seal(body))
    actor = access.device_actor(device)
    with acting_as(actor):
        return operations.upload(device_id=tablet.id, device_now=tablet.clock(at), items=items, actor=actor, request_id=uuid4(), at=at)


def accepted(tablet: Tablet, ready: Campaign, *ranks: int, at=LATER, **changes: object) -> list[SignedText]:
    return [tablet.accept(ready.token(rank), at=at, facts_at=LATER, **changes) for rank in ranks]


def spend_elsewhere(ready: Campaign, rank: int, *, at=LATER) -> None:
    with acting_as_everything(why="another place"):
        other = organisation(f"Voisin {uuid4().hex[:6]}", "PLACE_OPERATOR")
        place_id = place("Voisin", other)
        accept(place_id, ready.programme_id)
    access.forget_place_keys()
    actor = replace(ready.mediator, organisation_id=other, organisation_ids=frozenset({other}))
    with acting_as(actor):
        operations.redeem(item=Item(ready.code(rank), "mailbox"), actor=actor, channel="SCREEN", request_id=rid(), at=at)


def codes(answers: list[ItemAnswer]) -> list[str]:
    return [each.refusal.code if each.refusal else each.state for each in answers]


def rows() -> list[UploadedItem]:
    with acting_as_everything(why="look"):
        return list(UploadedItem.objects.order_by("id"))


def everything_adds_up() -> None:
    with acting_as_everything(why="verify"):
        assert ledger_queries.verify() == []
        assert queries.verify() == []


class TestEnrolling:
    def test_a_manager_enrols_with_a_proof_and_the_first_answer_is_repeated(self, ready: Campaign) -> None:
        actor, tablet, request_id = manager_of(ready), Tablet(), rid()
        with acting_as(actor):
            numbers = {
                operations.enrol_device(
                    place_id=ready.place_id, name=" Tablette ", public_key=tablet.public, actor=actor, request_id=request_id, at=LATER
                )
                for _ in range(2)
            }
            (found,) = queries.devices(actor, at=LATER)
        assert numbers == {found.id}
        assert (found.name, found.caps, found.revoked_at, found.place_id) == ("Tablette", DEFAULT_CAPS, None, ready.place_id)

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"public_key": b"\x04" + b"\x00" * 64}, DeviceKeyInvalid),
            ({"public_key": b""}, DeviceKeyInvalid),
            ({"name": " "}, DeviceNameInvalid),
            ({"name": "Tablette 1 84 12 76 451 089 46"}, NirInText),
            ({"place_id": 987_654_321}, PlaceNotAccepted),
        ],
        ids=lambda value: getattr(value, "__name__", ""),
    )
    def test_what_cannot_be_enrolled(self, ready: Campaign, changes: dict, refusal: type[Exception]) -> None:
        actor = manager_of(ready)
        given = {"place_id": ready.place_id, "name": "Tablette", "public_key": Tablet().public} | changes
        with acting_as(actor), pytest.raises(refusal):
            operations.enrol_device(**given, actor=actor, request_id=rid(), at=LATER)

    def test_not_by_a_mediator_nor_without_a_proof_nor_for_a_neighbour(self, ready: Campaign) -> None:
        with acting_as_everything(why="another place"):
            neighbour = place("Voisin", organisation("Voisin", "PLACE_OPERATOR"))
            accept(neighbour, ready.programme_id)
        for actor, place_id, refusal in (
            (ready.mediator, ready.place_id, NotAllowed),
            (replace(manager_of(ready), proved_at=None), ready.place_id, SecondFactorNeeded),
            (manager_of(ready), neighbour, PlaceNotAccepted),
        ):
            with acting_as(actor), pytest.raises(refusal):
                operations.enrol_device(
                    place_id=place_id, name="Tablette", public_key=Tablet().public, actor=actor, request_id=rid(), at=LATER
                )

    def test_the_operator_of_the_programme_limits_and_revokes_and_a_stranger_sees_nothing(self, ready: Campaign, tablet: Tablet) -> None:
        agent = operator_of(ready)
        with acting_as_everything(why="a stranger"):
            other = campaign()
        with acting_as(agent):
            (seen,) = queries.devices(agent, at=LATER)
            assert seen.place_name.startswith("Médiathèque")
            with pytest.raises(DeviceLimitsInvalid):
                operations.limit_device(device_id=tablet.id, caps=Caps(0, 1, 1), actor=agent, request_id=rid(), at=LATER)
            operations.limit_device(device_id=tablet.id, caps=Caps(5, 5_000, 24), actor=agent, request_id=rid(), at=LATER)
            assert queries.device(agent, tablet.id, at=LATER).caps == Caps(5, 5_000, 24)
            operations.revoke_device(device_id=tablet.id, actor=agent, request_id=rid(), at=LATER)
            assert queries.device(agent, tablet.id, at=LATER).revoked_at == LATER
            assert Device.objects.count() == 0  # stepping in is over with the question
        for stranger in (operator_of(other), manager_of(other)):
            with acting_as(stranger):
                assert queries.devices(stranger, at=LATER) == []
                with pytest.raises(DeviceUnknown):
                    queries.device(stranger, tablet.id, at=LATER)
                with pytest.raises(DeviceUnknown):
                    operations.revoke_device(device_id=tablet.id, actor=stranger, request_id=rid(), at=LATER)
        with acting_as(manager_of(ready)), pytest.raises(NotAllowed):
            operations.limit_device(device_id=tablet.id, caps=DEFAULT_CAPS, actor=manager_of(ready), request_id=rid(), at=LATER)


class TestFacts:
    def test_signed_facts_without_a_voucher_or_a_person(self, ready: Campaign, tablet: Tablet) -> None:
        with acting_as_everything(why="a second series, not activated"):
            device = Device.objects.get(id=tablet.id)
        with acting_as(access.device_actor(device)):
            (signed,) = queries.facts_for(device, at=LATER)
        said = json.loads(signed.text)
        assert key_ring().verify(ready.programme_id, 1, FACTS, signed.text.encode(), signed.signature)
        assert set(said) == {
            "v", "device", "place", "programme", "name", "phone", "issued_at", "good_until", "keys", "series", "services",
            "costs", "first", "ended",
        }  # fmt: skip
        assert [each["id"] for each in said["series"]] == [ready.series_id]
        assert said["services"] == ["mailbox", "printer"]
        assert len(signed.text) < 1_500

    def test_a_lapsed_series_is_left_out(self, ready: Campaign, tablet: Tablet) -> None:
        with acting_as_everything(why="look"):
            device = Device.objects.get(id=tablet.id)
            until = ledger_queries.series(ready.series_id).accepted_until
            (before,) = queries.facts_for(device, at=until - timedelta(seconds=1))
            (after,) = queries.facts_for(device, at=until)
        assert len(json.loads(before.text)["series"]) == 1
        assert json.loads(after.text)["series"] == []


class TestUploading:
    def test_confirmed_by_the_server_s_clock_with_serial_value_and_journal(self, ready: Campaign, tablet: Tablet) -> None:
        first, second = send(tablet, accepted(tablet, ready, 0, 1))
        assert (first.state, first.value_cents, first.redeemed_at, first.repeated) == ("confirmed", 1000, BACK, False)
        assert first.redemption_number
        assert second.state == "confirmed"
        with acting_as(ready.mediator):
            lines = queries.redemptions_of(organisation_id=ready.place_organisation_id)
            (seen,) = queries.devices(ready.mediator, at=BACK)
        assert {line.number for line in lines} == {first.redemption_number, second.redemption_number}
        assert (seen.confirmed_count, seen.refused_count, seen.broken_count, seen.latest_seen_at) == (2, 0, 0, BACK)
        with acting_as_everything(why="look"), connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT channel FROM redemption_redemption /* fan-out: one test */ WHERE at = %s", [BACK])
            assert cursor.fetchall() == [("OFFLINE",)]
            cursor.execute("SELECT facts FROM journal_line WHERE action = 'redemption.uploaded'")
            assert [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()] == [
                {"items": 2, "confirmed": 2, "refused": 0}
            ]
        everything_adds_up()

    def test_no_code_is_kept(self, ready: Campaign, tablet: Tablet) -> None:
        items = accepted(tablet, ready, 0)
        send(tablet, items)
        with acting_as_everything(why="look"), connection.cursor() as cursor:
            for table in ("redemption_uploadeditem", "journal_line", "journal_answer", "redemption_attempt"):
                cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s OR t::text LIKE %s", [
                    f"%{ready.token(0)[40:80]}%", f"%{ready.code(0)}%",
                ])  # fmt: skip
                assert cursor.fetchone()[0] == 0

    def test_first_confirmed_wins_and_the_loser_is_told_when_and_which(self, ready: Campaign, tablet: Tablet) -> None:
        items = accepted(tablet, ready, 0, 1)
        spend_elsewhere(ready, 1, at=LATER + timedelta(hours=1))
        good, lost = send(tablet, items)
        assert good.state == "confirmed"
        assert (lost.state, codes([lost])) == ("refused", ["voucher-already-redeemed"])
        assert lost.refusal
        assert lost.refusal.facts["redeemed_at"] == LATER + timedelta(hours=1)
        assert lost.refusal.facts["place_id"] is None
        assert lost.voucher_serial
        again = send(tablet, [items[1]])[0]
        assert again.repeated
        assert again.refusal
        assert (again.refusal.code, again.refusal.facts["redeemed_at"]) == (lost.refusal.code, LATER + timedelta(hours=1))
        assert again.voucher_serial == lost.voucher_serial
        everything_adds_up()

    def test_two_devices_with_the_same_voucher_the_first_to_arrive_wins(self, ready: Campaign, tablet: Tablet) -> None:
        other = enrolled(ready)
        earlier, later = accepted(tablet, ready, 0, at=LATER), accepted(other, ready, 0, at=LATER + timedelta(hours=1))
        assert codes(send(other, later)) == ["confirmed"]
        (lost,) = send(tablet, earlier, at=BACK + timedelta(minutes=1))
        assert lost.refusal
        assert lost.refusal.facts["place_id"] == ready.place_id  # it was here: the place is told so
        everything_adds_up()

    def test_reordered_and_repeated_uploads_change_nothing(self, ready: Campaign, tablet: Tablet) -> None:
        items = accepted(tablet, ready, 0, 1, 2, 3)
        shuffled = [items[2], items[0], items[3], items[0], items[1]]
        answers = send(tablet, shuffled)
        assert codes(answers) == ["confirmed"] * 5
        assert [each.counter for each in answers] == [3, 1, 4, 1, 2]
        assert [each.repeated for each in answers] == [False, False, False, True, False]
        later = send(tablet, items, at=BACK + timedelta(days=3))
        assert [each.redemption_number for each in later] == [answers[rank].redemption_number for rank in (1, 4, 0, 2)]
        assert all(each.repeated for each in later)
        assert len(rows()) == 4
        assert all(each.follows for each in rows())
        everything_adds_up()

    def test_one_by_one_backwards_is_accepted_and_the_holes_are_shown(self, ready: Campaign, tablet: Tablet) -> None:
        items = accepted(tablet, ready, 0, 1, 2)
        assert [codes(send(tablet, [each])) for each in reversed(items)] == [["confirmed"]] * 3
        with acting_as(ready.mediator):
            assert queries.device(ready.mediator, tablet.id, at=BACK).broken_count == 2

    def test_tampered_items_are_refused_recorded_and_do_not_stop_the_others(self, ready: Campaign, tablet: Tablet) -> None:
        good, dearer, borrowed, unsigned, typed = accepted(tablet, ready, 0, 1, 2, 3, 4)
        items = [
            SignedText(dearer.text.replace("mailbox", "printer"), dearer.signature),
            SignedText(borrowed.text, good.signature),
            SignedText(unsigned.text, b""),
            SignedText("\ud800", b"x" * 64),
            good,
            tablet.accept(ready.code(4), at=LATER, facts_at=LATER),
            tablet.accept(ready.token(4), at=LATER, facts_at=LATER, extra="more"),
            tablet.accept(ready.token(4), at=LATER, facts_at=LATER, device=tablet.id + 1),
        ]
        answers = send(tablet, items)
        assert codes(answers) == [
            "item-tampered", "item-tampered", "item-tampered", "item-tampered", "confirmed", "qr-code-needed", "item-unreadable",
            "item-of-another-device",
        ]  # fmt: skip
        assert [each.outcome for each in rows()] == codes(answers)
        assert codes(send(tablet, [typed])) == ["confirmed"]  # untouched, it is as good as the day it was accepted
        everything_adds_up()

    def test_a_tampered_copy_sent_first_takes_nothing_from_the_true_one(self, ready: Campaign, tablet: Tablet) -> None:
        (good,) = accepted(tablet, ready, 0)
        assert codes(send(tablet, [SignedText(good.text, b"\x01" * 64)])) == ["item-tampered"]
        assert codes(send(tablet, [good])) == ["confirmed"]

    def test_the_same_key_for_another_voucher_is_refused(self, ready: Campaign, tablet: Tablet) -> None:
        key = str(uuid4())
        first, second, third = accepted(tablet, ready, 0, 1, 2, key=key)
        assert codes(send(tablet, [first, second])) == ["confirmed", "item-key-reused"]
        assert codes(send(tablet, [third, first])) == ["item-key-reused", "confirmed"]
        everything_adds_up()

    def test_a_counterfeit_is_unknown(self, ready: Campaign, tablet: Tablet) -> None:
        token = ready.token(0)
        forged = token[:60] + ("A" if token[60] != "A" else "B") + token[61:]
        answers = send(tablet, [tablet.accept(forged, at=LATER, facts_at=LATER)])
        assert codes(answers) == ["voucher-unknown"]
        assert rows()[0].voucher_serial == ""

    def test_too_many_guesses_are_not_an_answer_for_ever(self, ready: Campaign, tablet: Tablet) -> None:
        token = ready.token(0)
        forged = [tablet.accept(f"{token[:-4]}{rank:04d}".translate({ord("0"): "A", ord("1"): "B", ord("8"): "C", ord("9"): "D"}),
                                at=LATER, facts_at=LATER) for rank in range(GUESSES_MAX)]  # fmt: skip
        send(tablet, forged)
        (good,) = accepted(tablet, ready, 0)
        (answer,) = send(tablet, [good])
        if answer.state == "confirmed":
            return  # a device's guesses do not shut its own place out
        assert (answer.state, codes([answer])) == ("wait", ["too-many-attempts"])
        assert codes(send(tablet, [good], at=BACK + timedelta(hours=1))) == ["confirmed"]

    def test_what_a_revoked_device_sends_is_recorded_and_refused_what_was_answered_stays(self, ready: Campaign, tablet: Tablet) -> None:
        before, after = accepted(tablet, ready, 0, 1)
        assert codes(send(tablet, [before])) == ["confirmed"]
        actor = manager_of(ready)
        with acting_as(actor):
            operations.revoke_device(device_id=tablet.id, actor=actor, request_id=rid(), at=BACK)
            operations.revoke_device(device_id=tablet.id, actor=actor, request_id=rid(), at=BACK + timedelta(days=1))
        answers = send(tablet, [before, after], at=BACK + timedelta(hours=1))
        assert codes(answers) == ["confirmed", "device-revoked"]
        assert answers[1].refusal
        assert answers[1].refusal.facts == {"revoked_at": BACK}
        assert [each.outcome for each in rows()] == ["confirmed", DeviceRevoked.code]
        with acting_as(actor):
            (line, _) = queries.uploaded(actor, tablet.id, at=BACK)
        assert line.refusal
        assert line.refusal.facts["revoked_at"] == BACK
        everything_adds_up()

    def test_an_unknown_device_a_wrong_key_and_a_changed_request_get_nothing(self, ready: Campaign, tablet: Tablet) -> None:
        other = enrolled(ready)
        with pytest.raises(DeviceUnknown):
            access.presented_device(device_id=987_654_321, message=b"x", signature=tablet.seal(b"x"))
        for message, signature in ((b"x", other.seal(b"x")), (b"y", tablet.seal(b"x")), (b"x", b""), (b"x", tablet.sign(b"", b"x"))):
            with pytest.raises(DeviceSignatureInvalid):
                access.presented_device(device_id=tablet.id, message=message, signature=signature)
        assert access.presented_device(device_id=tablet.id, message=b"x", signature=tablet.seal(b"x")).id == tablet.id
        assert Device.objects.count() == 0  # the one row is shut again

    def test_a_device_may_do_nothing_but_redeem_at_its_place(self, ready: Campaign, tablet: Tablet) -> None:
        with acting_as_everything(why="look"):
            actor = access.device_actor(Device.objects.get(id=tablet.id))
        assert (actor.instrument, actor.place_id, actor.programme_ids) == (f"device:{tablet.id}", ready.place_id, frozenset())
        with acting_as(actor):
            for act in (operations.revoke_device, operations.limit_device):
                given = {"caps": DEFAULT_CAPS} if act is operations.limit_device else {}
                with pytest.raises(NotAllowed):
                    act(device_id=tablet.id, actor=actor, request_id=rid(), at=LATER, **given)
            with pytest.raises(PlaceNotAccepted):
                item = Item(ready.code(0), "mailbox", place_id=ready.place_id + 1)
                (answer,) = operations.redeem_many(asked=[Asked(item, actor, "OFFLINE")], at=LATER)
                raise answer  # type: ignore[misc]

    def test_accepted_on_the_last_evening_and_sent_after_the_end_is_refused_and_said_so(self, ready: Campaign, tablet: Tablet) -> None:
        with acting_as_everything(why="look"):
            until = ledger_queries.series(ready.series_id).accepted_until
        items = accepted(tablet, ready, 0, 1, at=until - timedelta(hours=2))
        assert codes(send(tablet, items[:1], at=until - timedelta(seconds=1))) == ["confirmed"]
        (late,) = send(tablet, items[1:], at=until)
        assert codes([late]) == ["voucher-lapsed"]
        assert late.refusal
        assert late.refusal.facts["accepted_until"] == until

    def test_a_voucher_ended_meanwhile_is_refused_with_its_serial(self, ready: Campaign, tablet: Tablet) -> None:
        (item,) = accepted(tablet, ready, 0)
        with acting_as_everything(why="lost"):
            row = ledger_queries.series(ready.series_id)
            ledger.void_booklets(
                series_id=ready.series_id, first_booklet_id=row.first_booklet_id, last_booklet_id=row.first_booklet_id,
                reason="LOST", actor=SYSTEM, request_id=rid(), at=LATER,
            )  # fmt: skip
        (answer,) = send(tablet, [item])
        assert codes([answer]) == ["voucher-not-active"]
        assert answer.voucher_serial

    @pytest.mark.parametrize("days", [-2, 0, 2])
    def test_a_clock_two_days_wrong_changes_nothing(self, ready: Campaign, days: int) -> None:
        tablet = enrolled(ready, skew=timedelta(days=days))
        accepted_at = LATER + timedelta(hours=3)
        items = accepted(tablet, ready, 0, at=accepted_at)
        assert codes(send(tablet, items, at=accepted_at + timedelta(hours=40))) == ["confirmed"]
        (row,) = rows()
        assert row.attended_on == legal_day(accepted_at)
        assert row.received_at == accepted_at + timedelta(hours=40)
        everything_adds_up()

    def test_more_than_an_upload_may_carry(self, ready: Campaign, tablet: Tablet) -> None:
        with pytest.raises(BatchTooLarge):
            send(tablet, [SignedText("{}", b"")] * (UPLOAD_ITEMS_MAX + 1))

    def test_what_comes_above_the_limits_is_taken_and_told(self, ready: Campaign, tablet: Tablet) -> None:
        def limited(count: int, cents: int) -> queries.DeviceView:
            with acting_as(agent):
                operations.limit_device(device_id=tablet.id, caps=Caps(count, cents, 72), actor=agent, request_id=rid(), at=LATER)
                return queries.device(agent, tablet.id, at=later)

        agent, later = operator_of(ready), BACK + timedelta(hours=1)
        send(tablet, accepted(tablet, ready, 0, 1))
        assert limited(2, 60_000).beyond is None
        assert codes(send(tablet, accepted(tablet, ready, 2, 3, 4), at=later)) == ["confirmed"] * 3, "nothing is refused for it"
        too_many = queries.Beyond(later, 3, 3000)
        assert limited(1, 60_000).beyond == too_many, "the latest is told"
        assert limited(60, 2_500).beyond == too_many, "too many euros is too much too"
        assert limited(60, 60_000).beyond is None

    def test_rows_are_kept_for_ever_and_devices_are_not_deleted(self, ready: Campaign, tablet: Tablet) -> None:
        send(tablet, accepted(tablet, ready, 0))
        for statement in (
            "UPDATE redemption_uploadeditem SET outcome = 'confirmed'",
            "DELETE FROM redemption_uploadeditem",
            "DELETE FROM redemption_device",
        ):
            with acting_as_everything(why="try"), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_verify_names_a_device_told_of_a_redemption_that_is_not_there(ready: Campaign, tablet: Tablet) -> None:
    send(tablet, accepted(tablet, ready, 0))
    everything_adds_up()
    with acting_as_everything(why="a lie"):
        (true,) = UploadedItem.objects.all()
        lie = UploadedItem.objects.create(
            device_id=tablet.id, organisation_id=true.organisation_id, place_id=true.place_id, body_hash=b"x" * 32, signed=True, follows=True,
            received_at=BACK, outcome="confirmed", redemption_number=f"{ready.series_id}-987654321-0",
        )  # fmt: skip
        (fault,) = queries.verify()
    assert fault.where == f"item {lie.id}"


def test_if_the_journal_fails_nothing_happened(ready: Campaign, tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    items = accepted(tablet, ready, 0)

    def fail(**_facts: object) -> None:
        raise RuntimeError("no journal")

    with monkeypatch.context() as patch:
        patch.setattr("carnet.redemption.operations._devices.journal.record", fail)
        with pytest.raises(RuntimeError):
            send(tablet, items)
    assert rows() == []
    assert codes(send(tablet, items)) == ["confirmed"]
    assert written(NOW).endswith("Z")
