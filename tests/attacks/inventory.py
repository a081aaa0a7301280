"""The list of attacks: what is tried, what stops it, and the tests that would fail. `docs/security/attacks.md` is written from it.

python -m tests.attacks.inventory > docs/security/attacks.md
"""

import ast
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/security/attacks.md"
FIGURES = ROOT / "docs/security/attacks.json"


@dataclass(frozen=True, slots=True)
class Attack:
    """One sort of attack. `tests`: files, or files and functions, of this repository."""

    what: str
    stopped_by: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Door:
    """A door where a secret is given: how many wrong ones, for how long, counted for whom, and the test."""

    where: str
    limit: str
    tests: tuple[str, ...]


HERE = "tests/attacks"
ATTACKS: dict[str, Sequence[Attack]] = {
    "Doors and tenants": (
        Attack("Each role at every door, signed out, by a PIN on a shared computer", "the one table of permissions, before any view runs",
               ("tests/web/test_every_route_against_the_table.py",)),
        Attack("Each role of another tenant with real numbers, in every address that names a row; what it is told compared with a number nobody has",
               "each room’s access, and row-level security under it", (f"{HERE}/test_other_tenants.py",)),
        Attack("Each scope of a token, none, an ended one, another organisation’s, at every endpoint", "scopes; the token’s own organisation and place",
               ("tests/api/test_every_token_against_every_endpoint.py",)),
        Attack("A forgotten filter in a query", "forced row-level security: no tenant, no rows",
               ("tests/house/test_walls.py", "tests/invariants/test_one_never_sees_another.py")),
        Attack("Without the second factor, after fifteen minutes, after an idle screen", "the door asks for the proof first",
               ("tests/web/test_signing_in.py::test_whoever_moves_money_enrols_a_second_factor_first",
                "tests/web/test_signing_in.py::test_an_old_proof_is_asked_for_again_then_leads_back")),
        Attack("A place where another operator pays, entrusted, closed or merged by a third", "only an operator of every programme accepted there",
               (f"{HERE}/test_other_tenants.py::TestAPlaceWhereAnotherOperatorPays",)),
    ),
    "Forged and played again": (
        Attack("API tokens: forged, ended, revoked, of another scheme", "hashes of 256 random bits; revoked within five seconds",
               ("tests/api/test_tokens.py",)),
        Attack("QR codes and offline items: changed, of another device, sent again, reordered", "Ed25519 by item and by request; one key, one answer",
               ("tests/redemption/test_devices.py",)),
        Attack("Receipts of a former operator: forged, twice, undone", "the former programme’s key; once", ("tests/continuity/test_takeovers.py",)),
        Attack("Messages between operators: forged, altered, replayed, contradicting", "signatures, numbers in a row, kept as proof",
               ("tests/continuity/test_clearing.py::test_forged_altered_and_contradicting_messages_change_nothing_and_are_kept",)),
        Attack("Deliveries of the text-message gateway: forged, late, again", "HMAC with its moment; five minutes; once",
               ("tests/web/test_text_messages.py::test_a_delivery_that_is_not_the_gateway_s_is_refused",
                "tests/web/test_text_messages.py::test_a_webhook_replayed_does_and_says_nothing_more")),
        Attack("OpenID: state, nonce, code or verifier of another browser, twice, late, a parameter twice", "bound to the session, once, ten minutes",
               ("tests/web/test_identity_pages.py", "tests/web/test_openid_provider.py")),
        Attack("Links to a new password, invitations, six digits: changed, of another, twice", "signed, of one person, once",
               (f"{HERE}/test_sessions.py", "tests/web/test_signing_in.py::test_a_forgotten_password_is_replaced_by_letter_once",
                "tests/web/test_signing_in.py::test_the_same_six_digits_never_serve_twice")),
        Attack("A session fixed beforehand, or used after signing out", "a new session at each sign-in; ended on the server", (f"{HERE}/test_sessions.py",)),
        Attack("Forms without the mark of their own browser, or from another site", "a mark per browser, the origin checked", (f"{HERE}/test_sessions.py",)),
        Attack("A request’s key used again with another body, or by another organisation", "the key belongs to its organisation; 422",
               ("tests/api/test_redemptions.py::test_the_same_key_with_another_body_is_refused",
                "tests/api/test_redemptions.py::test_a_key_belongs_to_its_organisation")),
    ),
    "Mass assignment": (
        Attack("Every form and body with a field named as each column of each table", "forms and bodies say their fields; nothing hands a request on",
               (f"{HERE}/test_mass_assignment.py",)),
    ),
    "Files": (
        Attack("Bombs (gzip, workbook, zip), entities, endless cells, depth, pictures of billions of dots, in every reader",
               "weighed before they are opened; refused in their own words", (f"{HERE}/test_files.py",)),
        Attack("Papers and pictures that carry scripts, or are two files at once", "rewritten before they are kept; downloaded, never shown",
               ("tests/gateways/test_photographs.py", "tests/gateways/test_printer_logos.py")),
        Attack("Two hundred megabytes", "refused by the length announced, else while they arrive", ("tests/web/test_weight.py",)),
        Attack("Cells that a spreadsheet would run, in what is taken away", "an apostrophe before = + - @ and tabs; texts stay texts in workbooks",
               (f"{HERE}/test_exports.py",)),
    ),
    "Addresses and headers": (
        Attack("Numbers no row can have, signs that are none, paths that climb, in addresses and in queries", "read by shape; zeros refused at the door",
               (f"{HERE}/test_odd_addresses.py",)),
        Attack("Hosts that are not ours, words about the way (X-Forwarded-…), methods overridden", "hosts named; only our proxies’ word is read",
               (f"{HERE}/test_headers.py", f"{HERE}/test_networks.py")),
        Attack("Two lengths, lengths and chunks, folded headers, zeros, a megabyte of headers", "the server’s own door (the drill sends them byte by byte)",
               ("tests/attacks/test_drill.py",)),
        Attack("To be sent elsewhere after signing in", "only addresses of this site", (f"{HERE}/test_headers.py::test_no_page_sends_anybody_elsewhere",)),
        Attack("Framing, sniffing, scripts or styles in a page, files from elsewhere, what a shared computer keeps",
               "one strict policy on every page; what is somebody’s is kept by nobody", (f"{HERE}/test_headers.py",)),
    ),
    "What an answer tells": (
        Attack("An address that is known or not, at sign-in and for a new password", "the same words, the same work; times compared by the drill",
               ("tests/web/test_signing_in.py::test_an_unknown_address_and_a_wrong_password_get_the_same_answer",
                f"{HERE}/test_signing_in_under_attack.py::test_somebody_unknown_and_somebody_without_a_password_cost_a_hash",
                f"{HERE}/test_equal_work.py")),
        Attack("A voucher of another programme, a booklet’s number, a complaint’s, a mandate’s", "the same words and as many statements",
               ("tests/api/test_redemptions.py::test_unknown_and_foreign_vouchers_read_the_same",
                "tests/mandates/test_own_side.py::test_a_number_nobody_has_is_refused_as_a_wrong_code_with_as_many_statements")),
    ),
    "At the same moment": (
        Attack("A voucher spent twice, a form sent twice", "one row can exist; the first answer again",
               ("tests/races", "tests/web/test_counter_pages.py::test_the_same_form_sent_twice_spends_once")),
        Attack("Tries sent at once, to be counted as one", "counted under a lock", ("tests/gateways/test_throttles.py",)),
    ),
    "Keeping others out": (
        Attack("Wrong passwords for somebody else’s address", "a browser they used before is counted apart",
               (f"{HERE}/test_signing_in_under_attack.py::test_a_stranger_s_wrong_passwords_keep_nobody_out_of_their_own_browser",)),
        Attack("Wrong numbers, so that a door closes to everybody", "counted by network, behind the proxies that are ours", (f"{HERE}/test_networks.py",)),
        Attack("Counts pushed out by other counts", "what still counts is never thrown away", ("tests/gateways/test_throttles.py",)),
        Attack("Guesses from one place, to close its neighbours", "each hand and each place has its own allowance",
               ("tests/redemption/test_throttles.py::test_a_hand_gone_wrong_closes_itself_and_not_its_neighbours",)),
    ),
}  # fmt: skip
DOORS: Sequence[Door] = (
    Door("Password", "10 in 10 minutes, by address, apart in a known browser", (f"{HERE}/test_signing_in_under_attack.py",)),
    Door("Proof asked again (password, six digits)", "10 in 10 minutes, by person", ("tests/web/test_signing_in.py",)),
    Door("Six digits of a card", "longer and longer, an hour at most", ("tests/parties/test_cards.py::test_wrong_codes_never_widen_the_window_and_make_wait",)),
    Door("A letter for a new password", "5 letters in 10 minutes, by address", ("tests/web/test_signing_in.py::test_a_forgotten_password_is_replaced_by_letter_once",)),
    Door("A recovery’s code", "5 wrong end it", ("tests/parties/test_cards.py::test_five_wrong_codes_end_what_a_letter_opens",)),
    Door("PIN on a shared computer", "5 lock the person, 5 the computer", ("tests/parties/test_pins.py::test_five_errors_lock_a_person_until_somebody_unlocks",)),
    Door("First PIN", "once; a wrong one is an error", ("tests/parties/test_pins.py::test_a_first_code_serves_once_and_a_wrong_one_is_an_error",)),
    Door("Code of a voucher, at a counter or by API", "an allowance by hand, place and programme", ("tests/redemption/test_throttles.py",)),
    Door("Secret of a serial", "5 different wrong ones lock it", ("tests/redemption/test_serials.py::test_five_different_wrong_secrets_lock_it_and_a_person_unlocks_it",)),
    Door("What is left in a booklet", "by network, by number", ("tests/redemption/test_what_is_left.py",)),
    Door("Numbers of bookings, reports, seats, slips, files", "20 in 10 minutes, by network, together", (f"{HERE}/test_networks.py",
         "tests/web/test_lessons_pages.py::test_whoever_tries_numbers_is_stopped_and_a_right_one_is_not_counted")),
    Door("A complaint’s number and six digits", "20 in 10 minutes by network; 5 lock it", ("tests/helpline/test_complaints.py::test_a_wrong_secret_says_nothing_and_locks",)),
    Door("A mandate’s paper", "5 wrong lock it", ("tests/mandates/test_own_side.py::test_five_wrong_codes_lock_the_paper_until_its_structure_opens_it",)),
    Door("A connection’s paper", "5 wrong close the page", ("tests/connectivity/test_lives.py::test_five_wrong_codes_close_the_page_until_the_desk_makes_another",)),
    Door("A self-check’s slip", "wrong codes lock it", ("tests/observatory/test_selfchecks.py::test_wrong_codes_are_answered_alike_and_lock_the_slip",)),
    Door("Booklets asked by post", "20 wrong a day, by network", ("tests/web/test_postal_pages.py",)),
    Door("Digits sent to a telephone", "told what is left", ("tests/web/test_text_messages.py::test_wrong_digits_come_back_with_what_is_left",)),
    Door("Vouchers of another operator", "guesses of a partner are stopped", ("tests/continuity/test_clearing.py::test_guesses_of_a_partner_are_stopped",)),
    Door("Links (invitation, file, new password), API tokens, devices, clients of OpenID", "not counted: 128 random bits and more", (f"{HERE}/test_sessions.py",
         "tests/api/test_tokens.py", "tests/web/test_openid_provider.py::test_a_wrong_secret_opens_nothing")),
)  # fmt: skip


def every_test() -> list[str]:
    """Each test named, once, in order."""
    named = [test for group in ATTACKS.values() for attack in group for test in attack.tests]
    return list(dict.fromkeys([*named, *(test for door in DOORS for test in door.tests)]))


def nodes() -> list[str]:
    """What the drill plays beside `tests/attacks`: the tests named elsewhere. Races play in the suite, two processes at a time."""
    return [node_of(test) for test in every_test() if not test.startswith((f"{HERE}/", "tests/races"))]


def node_of(test: str) -> str:
    """A test as pytest names it: the list leaves out the class a test is in. One that is not there is left as it is, for pytest to refuse."""
    path, _colons, name = test.partition("::")
    if not name or "::" in name:
        return test
    for each in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(each, ast.ClassDef) and any(isinstance(inner, ast.FunctionDef) and inner.name == name for inner in each.body):
            return f"{path}::{each.name}::{name}"
    return test


def written() -> str:
    """The document."""
    lines = [
        "# Attacks",
        "",
        "What is tried against Carnet by its own tests, what stops it, and the test that would fail. Written from `tests/attacks/inventory.py`",
        "(`python -m tests.attacks.inventory > docs/security/attacks.md`). `make drills ONLY=attacks` plays them whole, on a played town and on a",
        "served site, and writes `var/drills/attacks.json`.",
        "",
    ]
    for family, attacks in ATTACKS.items():
        lines += [f"## {family}", "", "| attack | stopped by | proved by |", "| --- | --- | --- |"]
        lines += [f"| {each.what} | {each.stopped_by} | {_named(each.tests)} |" for each in attacks]
        lines.append("")
    lines += ["## Doors that take a secret", "", "| door | wrong ones allowed | proved by |", "| --- | --- | --- |"]
    lines += [f"| {each.where} | {each.limit} | {_named(each.tests)} |" for each in DOORS]
    return "\n".join([*lines, "", *_figures()]) + "\n"


def _named(tests: Sequence[str]) -> str:
    return ", ".join(f"`{test}`" for test in tests)


def _figures() -> list[str]:
    """What the drill last counted, kept beside the document."""
    told = json.loads(FIGURES.read_text(encoding="utf-8"))
    lines = ["## What the drill counted", "", told["when"], "", "| family | tried | came through |", "| --- | ---: | ---: |"]
    lines += [f"| {each['family']} | {each['tried']} | {each['through']} |" for each in told["families"]]
    if told["clocks"]:
        lines += [
            "",
            "Times of what exists against what does not: 0.5 is *not told apart*. Beside, the same with five milliseconds added.",
            "",
        ]
        lines += ["| door | samples | told apart | with 5 ms added |", "| --- | ---: | ---: | ---: |"]
        lines += [f"| {each['door']} | {each['samples']} | {each['auc']} | {each['auc_of_5_ms']} |" for each in told["clocks"]]
    return lines


if __name__ == "__main__":
    sys.stdout.write(written())
