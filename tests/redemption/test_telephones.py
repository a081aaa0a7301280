"""A place's telephone: registered by the digits it received, then spending by text message; everything else is left alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.db import connection

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import PhoneNumberInvalid
from carnet.ledger import queries as ledger
from carnet.redemption import operations, queries
from carnet.redemption.operations import TextAnswer
from carnet.redemption.rules import (
    CONFIRMATION_LIFETIME,
    CONFIRMATION_TRIES_MAX,
    SENDING_GIVEN_UP,
    STRANGER_EVERY,
    TEXTS_PER_HOUR_MAX,
    WRONG_SECRETS_MAX,
    ConfirmationExpired,
    ConfirmationsTooMany,
    ConfirmationWrong,
    PlaceNotAccepted,
    TelephoneTaken,
    TelephoneUnknown,
)
from tests.factories.campaign import LATER, Campaign, accept, organisation, place, rid

pytestmark = pytest.mark.django_db
NUMBER = "06 39 98 00 01"


class Post:
    """Every message sent, instead of a gateway."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.references: list[str] = []
        self.is_down = False

    def send(self, to: str, text: str, reference: str) -> None:
        if self.is_down:
            raise OSError("down")
        self.sent.append((to, text))
        self.references.append(reference)

    def collect(self, at: datetime = LATER) -> list[str]:
        before = len(self.sent)
        operations.send_texts(send=self.send, at=at)
        return [text for _to, text in self.sent[before:]]


@pytest.fixture
def post() -> Post:
    return Post()


def registered(ready: Campaign, post: Post, number: str = NUMBER, actor: Actor | None = None, place_id: int | None = None) -> int:
    actor = actor or ready.mediator
    with acting_as(actor):
        telephone_id = operations.register_telephone(
            place_id=place_id or ready.place_id, number=number, language="fr", write=lambda digits: digits, actor=actor,
            request_id=rid(), at=LATER,
        )  # fmt: skip
        (digits,) = post.collect()
        operations.confirm_telephone(telephone_id=telephone_id, digits=digits, actor=actor, request_id=rid(), at=LATER)
    return telephone_id


def words(answer: TextAnswer) -> Sequence[str]:
    if answer.place_id is None:
        return ["who are you?"]
    told = []
    for line in answer.lines:
        if line.refusal is not None:
            told.append(line.refusal.code)
        elif line.redeemed is not None:
            told.append(f"accepted {line.redeemed.number}")
        elif line.seen is not None:
            told.append(f"seen {line.seen.outcome}")
        else:
            told.append("undone" if line.undone else type(line.command).__name__)
    return [" ".join(told)]


def write(post: Post, text: str, *, sender: str = NUMBER, message_id: str = "", at: datetime = LATER) -> list[str]:
    operations.answer_text(message_id=message_id or str(rid()), sender=sender, text=text, write=words, at=at)
    return post.collect(at)


def pair(ready: Campaign, rank: int, *, serial_of: int | None = None) -> str:
    with acting_as_everything(why="read a serial"):
        row = ledger.series(ready.series_id)
        serial = ledger.serial_of_voucher(row, row.first_voucher_id + (rank if serial_of is None else serial_of))
    return f"{serial} {ready.code(rank)}"


def spent(ready: Campaign) -> int:
    with acting_as_everything(why="count"):
        return ledger.counts(series_id=ready.series_id).redeemed


def test_a_voucher_is_spent_by_text_under_the_name_of_the_telephone(ready: Campaign, post: Post) -> None:
    telephone_id = registered(ready, post)
    (answer,) = write(post, f"{pair(ready, 0)} mail")
    assert answer.startswith("accepted ")
    assert post.sent[-1][0] == "+33639980001"
    assert spent(ready) == 1
    with acting_as_everything(why="look"), connection.cursor() as cursor:
        cursor.execute("SELECT channel, place_id, organisation_id FROM redemption_redemption WHERE series_id = %s", [ready.series_id])
        assert cursor.fetchall() == [("SMS", ready.place_id, ready.place_organisation_id)]
        cursor.execute("SELECT subject_id, facts ->> 'accepted' FROM journal_line WHERE action = 'redemption.text-answered'")
        assert cursor.fetchall() == [(str(telephone_id), "1")]


def test_the_same_delivery_again_says_and_does_nothing_more(ready: Campaign, post: Post) -> None:
    registered(ready, post)
    first = write(post, f"{pair(ready, 0)} mail", message_id="the same")
    assert len(first) == 1
    assert write(post, f"{pair(ready, 0)} mail", message_id="the same") == []
    assert write(post, f"{pair(ready, 1)} mail", message_id="the same") == []
    assert spent(ready) == 1


def test_several_vouchers_each_with_its_answer(ready: Campaign, post: Post) -> None:
    registered(ready, post)
    lines = [f"{pair(ready, 0)} mail 3/3", pair(ready, 1), f"{pair(ready, 2)} cv", "bonjour", pair(ready, 0)]
    (answer,) = write(post, "\n".join(lines))
    assert [each for each in answer.split() if not each[0].isdigit()] == [
        "accepted", "accepted", "service-not-accepted", "text-unclear", "voucher-already-redeemed",
    ]  # fmt: skip
    assert spent(ready) == 2


def test_a_test_is_not_a_use(ready: Campaign, post: Post) -> None:
    registered(ready, post)
    assert write(post, f"TEST {pair(ready, 0)}") == ["seen redeemable"]
    assert spent(ready) == 0


def test_what_this_telephone_did_is_undone_and_nothing_else(ready: Campaign, post: Post) -> None:
    registered(ready, post)
    serial = pair(ready, 0).split()[0]
    write(post, f"{pair(ready, 0)} mail")
    assert write(post, f"annule {serial}") == ["reason-missing"]
    assert write(post, f"annule {serial} erreur") == ["undone"]
    assert spent(ready) == 0
    assert write(post, f"annule {serial} erreur") == ["already-reversed"]
    with acting_as(ready.mediator):
        (done,) = operations.redeem_batch(
            items=[operations.Item(code=ready.code(1), service="mailbox")], together=False, actor=ready.mediator, channel="SCREEN", at=LATER
        )
    assert isinstance(done, queries.Redeemed)
    assert write(post, f"annule {done.number} erreur") == ["not-done-by-this-telephone"]
    assert spent(ready) == 1


def test_the_service_may_be_left_out_where_there_is_only_one(ready: Campaign, post: Post) -> None:
    registered(ready, post)
    assert write(post, pair(ready, 0)) == ["service-missing"]
    with acting_as_everything(why="a place of one service"):
        single = place("Atelier", ready.place_organisation_id)
        accept(single, ready.programme_id, services=("printer",))
    registered(ready, post, "+33639980007", place_id=single)
    (answer,) = write(post, pair(ready, 0), sender="+33639980007")
    assert answer.startswith("accepted")


def test_wrong_secrets_lock_the_serial_by_text_too(ready: Campaign, post: Post) -> None:
    registered(ready, post)
    for wrong in range(1, WRONG_SECRETS_MAX + 1):
        assert write(post, f"{pair(ready, wrong, serial_of=0)} mail") in (["voucher-unknown"], ["serial-locked"])
    assert write(post, f"{pair(ready, 0)} mail") == ["serial-locked"]
    assert spent(ready) == 0


def test_a_stranger_is_answered_once_a_day_and_nothing_is_looked_up(ready: Campaign, post: Post) -> None:
    text = f"{pair(ready, 0)} mail"
    assert write(post, text, sender="+33639980099") == ["who are you?"]
    assert write(post, text, sender="+33639980099", at=LATER + timedelta(hours=23)) == []
    assert write(post, text, sender="+33639980099", at=LATER + STRANGER_EVERY) == ["who are you?"]
    assert write(post, text, sender="ORANGE") == write(post, text, sender="38123") == []
    assert spent(ready) == 0
    with acting_as_everything(why="look"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM redemption_attempt")
        assert cursor.fetchone() == (0,)
        assert operations.forget_strangers(at=LATER + 3 * STRANGER_EVERY) == 1


def test_nothing_of_a_text_is_kept(ready: Campaign, post: Post) -> None:
    registered(ready, post)
    operations.answer_text(message_id="kept", sender=NUMBER, text=f"{pair(ready, 0)} mail", write=words, at=LATER)
    with acting_as_everything(why="look for what was written"), connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_name ~ '^(redemption|journal)_'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT COALESCE(string_agg(t::text, ' '), '') FROM {table} t /* fan-out: every row */")
            rows = cursor.fetchone()[0]
            for private in (ready.code(0), "39980001", "accepted "):
                assert private not in rows, (table, private)
    assert len(post.collect()) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM redemption_outgoingtext")
        assert cursor.fetchone() == (0,), "what is sent is forgotten"


def test_too_many_texts_are_told_once_then_left_alone(ready: Campaign, post: Post) -> None:
    registered(ready, post)
    for _each in range(TEXTS_PER_HOUR_MAX):
        operations.answer_text(message_id=str(rid()), sender=NUMBER, text="AIDE", write=lambda _answer: [], at=LATER)
    assert write(post, f"{pair(ready, 0)} mail") == ["texts-too-many"]
    assert write(post, f"{pair(ready, 0)} mail") == []
    assert spent(ready) == 0
    (answer,) = write(post, f"{pair(ready, 0)} mail", at=LATER + timedelta(hours=1))
    assert answer.startswith("accepted")


def test_a_telephone_taken_away_is_a_stranger_and_its_number_is_forgotten(ready: Campaign, post: Post) -> None:
    telephone_id = registered(ready, post)
    with acting_as(ready.mediator):
        operations.revoke_telephone(telephone_id=telephone_id, actor=ready.mediator, request_id=rid(), at=LATER)
        assert queries.telephones(ready.mediator, at=LATER) == ()
        with pytest.raises(TelephoneUnknown):
            operations.revoke_telephone(telephone_id=telephone_id, actor=ready.mediator, request_id=rid(), at=LATER)
    assert write(post, f"{pair(ready, 0)} mail") == ["who are you?"]
    registered(ready, post)
    assert write(post, "STOP") == ["Stop"]
    assert write(post, f"{pair(ready, 0)} mail", at=LATER + STRANGER_EVERY) == ["who are you?"]
    with acting_as_everything(why="look"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM redemption_telephone WHERE number_mark IS NOT NULL OR last_digits <> ''")
        assert cursor.fetchone() == (0,)


def test_wrong_digits_are_counted_and_then_refused_for_good(ready: Campaign, post: Post) -> None:
    with acting_as(ready.mediator):
        asked = {
            "place_id": ready.place_id,
            "number": NUMBER,
            "language": "fr",
            "write": lambda digits: digits,
            "actor": ready.mediator,
            "at": LATER,
        }
        telephone_id = operations.register_telephone(request_id=rid(), **asked)
        (digits,) = post.collect()
        wrong = "000000" if digits != "000000" else "111111"
        confirm = {"telephone_id": telephone_id, "actor": ready.mediator, "request_id": rid()}
        for left in reversed(range(CONFIRMATION_TRIES_MAX)):
            with pytest.raises(ConfirmationWrong) as refused:
                operations.confirm_telephone(digits=wrong, at=LATER, **confirm)
            assert refused.value.facts == {"tries_left": left}
        with pytest.raises(ConfirmationExpired):
            operations.confirm_telephone(digits=digits, at=LATER, **confirm)
        second = operations.register_telephone(request_id=rid(), **asked)
        (digits,) = post.collect()
        with pytest.raises(ConfirmationExpired):
            operations.confirm_telephone(**confirm | {"telephone_id": second}, digits=digits, at=LATER + CONFIRMATION_LIFETIME)
        assert write(post, "AIDE") == ["who are you?"], "not confirmed is not registered"
        operations.register_telephone(request_id=rid(), **asked)
        with pytest.raises(ConfirmationsTooMany):
            operations.register_telephone(request_id=rid(), **asked)


def test_a_telephone_is_of_one_place(ready: Campaign, post: Post) -> None:
    registered(ready, post)
    with acting_as_everything(why="another place"):
        other = organisation("Autre", "PLACE_OPERATOR")
        there = place("Autre lieu", other)
        accept(there, ready.programme_id)
    stranger = Actor(kind="person", label="", person_id=7, organisation_id=other, organisation_ids=frozenset({other}))
    with pytest.raises(TelephoneTaken):
        registered(ready, post, actor=stranger, place_id=there)
    with pytest.raises(PlaceNotAccepted):
        registered(ready, post, "+33639980002", actor=stranger)
    with pytest.raises(PhoneNumberInvalid):
        registered(ready, post, "3949")
    with acting_as(stranger), pytest.raises(TelephoneUnknown):
        queries.telephone(stranger, 10**9, at=LATER)


def test_what_the_gateway_did_not_take_is_sent_again_once_or_given_up(ready: Campaign, post: Post) -> None:
    registered(ready, post)
    post.is_down = True
    assert write(post, "AIDE") == []
    assert operations.send_texts(send=post.send, at=LATER) == (0, 1)
    post.is_down = False
    assert operations.send_texts(send=post.send, at=LATER) == (1, 0)
    assert operations.send_texts(send=post.send, at=LATER) == (0, 0)
    post.is_down = True
    write(post, "AIDE")
    post.is_down = False
    assert operations.send_texts(send=post.send, at=LATER + SENDING_GIVEN_UP) == (0, 1)
    assert len(post.collect()) == 0
