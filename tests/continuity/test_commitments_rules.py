"""Whether the account holds what is promised: pure rules, worlds drawn at random, and files checked without a database."""

import base64
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carnet.continuity.rules import publication
from carnet.continuity.rules.commitments import STATEMENT_DAYS_MAX, Alert, Cash, Cover, Held, Sent, Standing, alerts_of, cover
from carnet.continuity.rules.publication import (
    FIELDS,
    FORMAT,
    NO_DAY_BEFORE,
    NUMBERS,
    Sealed,
    as_csv,
    as_json,
    digest_of,
    faults,
    fingerprint,
    read,
    written,
)
from carnet.gateways.keys import COMMITMENTS, signs

FIRST = date(2026, 3, 1)
NOW = 40


def on(number: int) -> date:
    return FIRST + timedelta(days=number)


@dataclass(frozen=True)
class Payment:
    """A transfer of ours: sent, booked by the bank, told to the ledger (None: not yet); sent back, and that told."""

    sent: int
    booked: int
    told: int | None
    cents: int
    back: int | None = None
    back_told: bool = False


days = st.integers(0, NOW - 5)


@st.composite
def payments(draw: st.DrawFn) -> Payment:
    sent = draw(days)
    booked = sent + draw(st.integers(0, 3))
    told = booked + draw(st.integers(0, 3)) if draw(st.booleans()) else None
    back = booked + draw(st.integers(0, 4)) if told is not None and draw(st.booleans()) else None
    return Payment(sent, booked, told, draw(st.integers(1, 50_000)), back, back is not None and draw(st.booleans()))


@dataclass(frozen=True)
class World:
    """What really happened to an account, and what the ledger was told of it by the last day."""

    receipts: tuple[tuple[int, int], ...]
    payments: tuple[Payment, ...]
    day: int
    stolen: int = 0

    def balance(self) -> int:
        came = sum(cents for day, cents in self.receipts if day <= self.day)
        left = sum(each.cents for each in self.payments if each.booked <= self.day)
        back = sum(each.cents for each in self.payments if each.back is not None and each.back <= self.day)
        return came - left + back - self.stolen

    def standing(self, *, is_continuous: bool) -> Standing:
        told = [each for each in self.payments if each.told is not None]
        returned = [each for each in told if each.back_told and each.back is not None]
        needed = sum(cents for _day, cents in self.receipts) - sum(each.cents for each in told) + sum(each.cents for each in returned)
        cash = [Cash(on(day), cents) for day, cents in self.receipts if day > self.day]
        cash += [Cash(on(each.booked), -each.cents) for each in told if each.booked > self.day]
        cash += [Cash(on(each.back), each.cents) for each in returned if each.back is not None and each.back > self.day]
        sent = [
            Sent(on(each.sent), on(each.booked) if each.told is not None else None, each.cents)
            for each in self.payments
            if each.told is None or each.booked > self.day
        ]
        return Standing(
            in_circulation_cents=needed, held=Held(on(self.day), self.balance(), is_continuous), cash=tuple(cash), sent=tuple(sent)
        )

    def all_read(self) -> "World":
        """The same, every line up to the statement having been read."""
        read_up = [replace(each, told=each.booked) if each.booked <= self.day else each for each in self.payments]
        return replace(
            self,
            payments=tuple(replace(each, back_told=True) if each.back is not None and each.back <= self.day else each for each in read_up),
        )


worlds = st.builds(
    World,
    st.lists(st.tuples(st.integers(0, NOW), st.integers(1, 100_000)), max_size=4).map(tuple),
    st.lists(payments(), max_size=5).map(tuple),
    days,
)


class TestAnHonestAccount:
    @settings(suppress_health_check=[HealthCheck.too_slow])
    @given(worlds)
    def test_never_shows_a_gap_whatever_was_read_and_when(self, world: World) -> None:
        assert cover(world.standing(is_continuous=False)).gap_cents == 0

    @settings(suppress_health_check=[HealthCheck.too_slow])
    @given(worlds)
    def test_shows_none_when_every_line_was_read_and_nothing_needs_explaining(self, world: World) -> None:
        told = cover(world.all_read().standing(is_continuous=True))
        assert (told.gap_cents, told.explained_cents) == (0, 0)
        assert told.needed_cents == told.held_cents


class TestMoneyTaken:
    @settings(suppress_health_check=[HealthCheck.too_slow])
    @given(worlds, st.integers(1, 1_000_000))
    def test_shows_to_the_cent_when_every_line_was_read(self, world: World, stolen: int) -> None:
        assert cover(replace(world.all_read(), stolen=stolen).standing(is_continuous=True)).gap_cents == stolen

    @settings(suppress_health_check=[HealthCheck.too_slow])
    @given(worlds, st.integers(1, 1_000_000))
    def test_otherwise_hides_behind_payments_on_their_way_and_no_further(self, world: World, stolen: int) -> None:
        robbed = replace(world, stolen=stolen)
        unsure = sum(each.cents for each in robbed.payments if each.sent <= robbed.day and (each.told is None or each.booked > robbed.day))
        unread = sum(each.cents for each in robbed.payments if each.back is not None and each.back <= robbed.day and not each.back_told)
        assert cover(robbed.standing(is_continuous=False)).gap_cents >= stolen - unsure - unread

    @settings(suppress_health_check=[HealthCheck.too_slow])
    @given(worlds, st.integers(0, 1_000_000), st.integers(0, 1_000_000), st.booleans())
    def test_more_taken_never_shows_less(self, world: World, stolen: int, more: int, is_continuous: bool) -> None:
        less_taken, more_taken = (
            cover(replace(world, stolen=each).standing(is_continuous=is_continuous)).gap_cents for each in (stolen, stolen + more)
        )
        assert 0 <= less_taken <= more_taken <= less_taken + more


class TestOneCaseEach:
    funded = Standing(unissued_cents=50_00, in_circulation_cents=100_00, owed_cents=50_00)

    def test_everything_is_there(self) -> None:
        assert cover(replace(self.funded, held=Held(on(5), 200_00, True))) == Cover(200_00, 200_00, 0, 0)

    def test_a_thousand_euros_are_gone(self) -> None:
        standing = replace(self.funded, in_circulation_cents=1_100_00, held=Held(on(5), 200_00, True))
        assert cover(standing).gap_cents == 1_000_00

    def test_more_than_promised_is_no_gap(self) -> None:
        assert cover(replace(self.funded, held=Held(on(5), 999_00, True))).gap_cents == 0

    def test_a_payment_sent_and_not_booked_explains_its_own_amount_only(self) -> None:
        standing = replace(self.funded, held=Held(on(5), 140_00, False), sent=(Sent(on(4), None, 50_00),))
        assert cover(standing) == Cover(200_00, 140_00, 50_00, 10_00)

    def test_a_payment_sent_after_the_statement_explains_nothing(self) -> None:
        standing = replace(self.funded, held=Held(on(5), 150_00, False), sent=(Sent(on(6), None, 50_00),))
        assert cover(standing).gap_cents == 50_00

    def test_a_bank_whose_every_line_was_read_leaves_nothing_to_explain(self) -> None:
        standing = replace(self.funded, held=Held(on(5), 150_00, True), sent=(Sent(on(4), None, 50_00),))
        assert cover(standing).gap_cents == 50_00

    def test_a_statement_of_a_day_before_a_payment_hides_no_gap(self) -> None:
        """The ledger already paid 50 €, the statement is older: 10 € taken before it show all the same."""
        standing = replace(self.funded, owed_cents=0, held=Held(on(5), 190_00, True), cash=(Cash(on(6), -50_00),))
        assert cover(standing) == Cover(150_00, 140_00, 0, 10_00)

    def test_a_transfer_that_came_back_is_promised_again_and_there_again(self) -> None:
        standing = replace(self.funded, held=Held(on(5), 150_00, True), cash=(Cash(on(6), 50_00),))
        assert cover(standing).gap_cents == 0

    def test_an_overdrawn_account_is_missing_more_than_all(self) -> None:
        assert cover(replace(self.funded, held=Held(on(5), -10_00, True))).gap_cents == 210_00

    def test_nothing_known_of_the_account_is_no_gap_and_is_told(self) -> None:
        standing = replace(self.funded, funded_since=on(0))
        assert cover(standing) == Cover(200_00, None, 0, 0)
        late = on(STATEMENT_DAYS_MAX + 1)
        assert alerts_of([standing], today=late, label="in-force") == (Alert.STATEMENT_MISSING,)
        assert alerts_of([standing], today=on(STATEMENT_DAYS_MAX), label="in-force") == ()


class TestWhatShowsInRed:
    kept = Standing(owed_cents=1, held=Held(on(0), 1, True), funded_since=on(0))

    def test_a_statement_is_old_after_so_many_days(self) -> None:
        assert alerts_of([self.kept], today=on(STATEMENT_DAYS_MAX), label="in-force") == ()
        assert alerts_of([self.kept], today=on(STATEMENT_DAYS_MAX + 1), label="in-force") == (Alert.STATEMENT_OLD,)

    @pytest.mark.parametrize(("label", "alert"), [("withdrawn", Alert.LABEL_WITHDRAWN), ("ended", Alert.LABEL_ENDED)])
    def test_a_label_withdrawn_or_ended(self, label: str, alert: Alert) -> None:
        assert alerts_of([self.kept], today=on(1), label=label) == (alert,)

    @pytest.mark.parametrize("label", ["none", "in-force"])
    def test_never_asked_for_or_in_force_is_quiet(self, label: str) -> None:
        assert alerts_of([self.kept], today=on(1), label=label) == ()

    def test_whoever_holds_nobodys_money_any_more_is_left_alone(self) -> None:
        assert alerts_of([replace(self.kept, owed_cents=0)], today=on(400), label="withdrawn") == ()

    def test_the_gap_comes_first(self) -> None:
        robbed = replace(self.kept, owed_cents=5)
        assert alerts_of([robbed], today=on(400), label="ended") == (Alert.GAP, Alert.STATEMENT_OLD, Alert.LABEL_ENDED)

    def test_more_in_one_account_never_makes_up_for_less_in_another(self) -> None:
        rich, robbed = replace(self.kept, held=Held(on(0), 999, True)), replace(self.kept, owed_cents=5)
        assert alerts_of([rich, robbed], today=on(1), label="in-force") == (Alert.GAP,)


def _key(seed: int) -> tuple[Ed25519PrivateKey, bytes]:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return private, private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def chain(count: int, *, programme: str = "essai", seed: int = 1, **more: str | int | None) -> list[Sealed]:
    """Days of one programme, signed, each naming the one before."""
    private, public = _key(seed)
    told: list[Sealed] = []
    for number in range(1, count + 1):
        content: dict[str, str | int | None] = {name: 0 if name in NUMBERS else "" for name in FIELDS}
        content |= {
            "format": FORMAT, "programme": programme, "name": "Essai, « un » \"deux\"", "day": on(number).isoformat(), "number": number,
            "previous": told[-1].digest if told else NO_DAY_BEFORE, "key_version": 1, "keys": f"1:{fingerprint(public)}", "account_cents": None,
        }  # fmt: skip
        content |= more
        signature = private.sign(COMMITMENTS + written(content))
        told.append(Sealed(content, digest_of(content), base64.b64encode(signature).decode(), base64.b64encode(public).decode()))
    return told


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    return signs(public, COMMITMENTS, message, signature)


def wrong(days_told: list[Sealed], **more: object) -> list[tuple[str, str]]:
    return [(each.day, each.what) for each in faults(days_told, verify, **more)]  # type: ignore[arg-type]


class TestAFile:
    def test_both_forms_say_the_same_and_hold(self) -> None:
        told = chain(3) + chain(2, programme="autre", seed=2)
        assert read(as_json(told)) == read(as_csv(told)) == told
        assert wrong(told) == []

    @pytest.mark.parametrize("name", [each for each in FIELDS if each not in ("programme", "day", "format")])
    def test_any_field_changed_is_found_and_its_day_named(self, name: str) -> None:
        told = chain(3)
        content = dict(told[1].content)
        content[name] = (content[name] or 0) + 1 if name in NUMBERS else f"{content[name]}x"
        told[1] = replace(told[1], content=content)
        assert (on(2).isoformat(), "digest") in wrong(told)

    def test_a_day_taken_out_is_found(self) -> None:
        told = chain(4)
        assert wrong([told[0], told[1], told[3]]) == [(on(4).isoformat(), "missing")]

    def test_a_day_told_twice_is_found(self) -> None:
        told = chain(2)
        assert wrong([*told, told[1]]) == [(on(2).isoformat(), "twice")]

    def test_a_day_signed_anew_breaks_the_day_after(self) -> None:
        """The operator's own key, another sum: the next day no longer follows."""
        told, other = chain(3), chain(3, owed_cents=7)
        assert wrong([told[0], replace(other[1], content={**other[1].content, "previous": told[0].digest}), told[2]]) != []
        private, public = _key(1)
        content = {**told[1].content, "owed_cents": 7}
        again = Sealed(
            content,
            digest_of(content),
            base64.b64encode(private.sign(COMMITMENTS + written(content))).decode(),
            base64.b64encode(public).decode(),
        )
        assert wrong([told[0], again, told[2]]) == [(on(3).isoformat(), "chain")]

    def test_another_key_under_the_same_number_is_found(self) -> None:
        assert (on(2).isoformat(), "key") in wrong([chain(1, seed=2)[0], *chain(3)[1:]])

    def test_a_stranger_who_makes_a_whole_chain_is_found_by_the_fingerprint_one_knows(self) -> None:
        _private, public = _key(1)
        assert wrong(chain(2, seed=3)) == []
        assert wrong(chain(2, seed=3), trusted={"essai": fingerprint(public)}) == [(on(1).isoformat(), "key")]
        assert wrong(chain(2), trusted={"essai": fingerprint(public)}) == []

    @pytest.mark.parametrize("text", ["", "{}", "a,b\n1,2\n", '{"days": 3}'])
    def test_what_is_no_such_file_is_refused(self, text: str) -> None:
        if text == "":
            assert read(text) == []
            return
        with pytest.raises(publication.FileUnreadable):
            read(text)
