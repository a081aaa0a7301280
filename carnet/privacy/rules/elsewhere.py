"""Columns about people that no room of ours lists: tables of our libraries, and what is about somebody only through a number or a place.

By table, then column: why it exists, and how long. Rooms list the others beside their models (`PERSONAL_DATA`).
"""

from collections.abc import Mapping
from typing import Final

from carnet.kernel.personal import PersonalColumn

_ACCOUNT: Final = "as the account"
_ACCOUNTING: Final = "10 years after the payment (commercial code, L123-22)"
_NUMBERED: Final = "a number: names nobody once the person is erased"


def _all(purpose: str, lifetime: str, *columns: str) -> dict[str, PersonalColumn]:
    return {column: PersonalColumn(purpose, lifetime) for column in columns}


ELSEWHERE: Final[Mapping[str, Mapping[str, PersonalColumn]]] = {
    "account_emailaddress": _all("to sign in: the address, verified", _ACCOUNT, "email"),
    "mfa_authenticator": _all("the second factor: secret or public key, useless without the account", _ACCOUNT, "data"),
    "django_session": _all("to stay signed in; who, as a number, signed by the site", "24 hours", "session_data"),
    "parties_browsersession": _all(
        "to show somebody their own sessions, and end them: a browser and a system by their names, no address of a network", "24 hours",
        "browser", "system",
    ),
    "openid_accesstoken": _all("to carry out something for a person who authorised it", "minutes; erased each night", "subject"),
    "openid_grant": _all("to carry out something for a person who authorised it", "minutes; erased each night", "subject", "claims"),
    "parties_membership": _all("why somebody was suspended; the screen asks for no name", "as long as the membership", "suspended_reason"),
    "parties_codecard": _all("the number printed on a card, and its secret, sealed", "as long as the card is known", "serial", "sealed_seed"),
    "settlement_debitnote": _all("to ask a place for money back, and prove it", _ACCOUNTING, "holder", "iban"),
    "continuity_clearingpayment": _all("to pay another operator for its places, and prove it", _ACCOUNTING, "creditor_name", "creditor_iban", "creditor_bic"),
    "places_place": _all(
        "to be reached by the public: as published by the place or in national open data; may be somebody's",
        "as long as the place is published", "phone", "emails", "extras",
    ),
    "distribution_handover": _all("to count who is helped: ticks, beside a booklet's number", _ACCOUNTING, "age_band", "reason", "area"),
    "distribution_postalrequest": _all("to count who is helped: ticks, beside a request's number", _ACCOUNTING, "age_band", "reason", "area", "number"),
    "connectivity_connection": _all("a household by its number, and the visit open to its page", _ACCOUNTING, "number", "visit_mark"),
    "connectivity_home": _all("which home of a residence, in the landlord's words", "as long as the landlord's estate is known", "reference", "door"),
    "mandates_assistedperson": _all("a person by their number, and the code of their paper", _NUMBERED, "number", "code_mark", "language"),
    "mandates_mandate": _all("a mandate by its number", _NUMBERED, "number", "check_mark"),
    "mandates_use": _all("what was done, for which number", _NUMBERED, "person_number", "service", "procedure"),
    "mandates_remoteconsent": _all(
        "to ask somebody from afar by text message", "the number until the answer; its mark with the person", "sealed_number", "number_mark"
    ),
    "mandates_consentline": _all("the words of a yes by text message: the proof of consent", "as the mandate", "words", "words_mark", "message_mark"),
    "mandates_visit": _all("a few minutes during which somebody reads their own mandates", "erased each night", "key_mark", "token_mark"),
    "helpline_complaint": _all("a complaint by its number", _NUMBERED, "number"),
    "redemption_telephone": _all("to confirm a place's telephone once", "10 minutes", "confirmation_mark"),
    "journal_line": _all("who did what: a number, or the name of a program; never a person's name", "10 years", "actor_label", "facts"),
    "journal_answer": _all("the first answer to a request asked again", "90 days", "body"),
    "notices_notice": _all("what a letter will say; emptied once sent", "until it is sent, 30 days at most", "context", "latest_error"),
    "notices_webhookdelivery": _all("an event told to an organisation's program: numbers, no name", "30 days", "body"),
    "parties_approval": _all("why a second person refused; the screen asks for no name", _ACCOUNTING, "reason"),
    "parties_bankaccount": _all("why an account was ended; the screen asks for no name", _ACCOUNTING, "ended_reason"),
    "mandates_helperfile": _all("why a helper was deactivated; the screen asks for no name", "3 years after", "deactivated_because"),
    "controls_question": _all("to ask somebody who agreed whether they were at a lesson, once", "until the answer, a week at most", "contact_id", "token_hash"),
    # Words that professionals type about structures, places and payments: their screens ask for no name, and refuse numbers of persons.
    "mandates_structuredecision": _all("to tell a structure why; the screen asks for no name", "10 years after the decision", "reason"),
    "parties_headchange": _all("why somebody else heads a structure; the screen asks for no name", "3 years after the change", "reason"),
    "places_placefilepart": _all("lines of a file of places, as brought: may hold addresses of their contacts", "as long as the file", "lines", "judged"),
    "places_placereport": _all("what was answered; the screen asks for no name", "as long as the place", "answer"),
    "redemption_reversal": _all("why a spent voucher was undone; the screen asks for no name", _ACCOUNTING, "reason"),
    "settlement_hold": _all("why a payment waits; the screen asks for no name", _ACCOUNTING, "reason", "words", "released_because"),
    "settlement_bankline": _all("what the bank's file says, and how it was settled", _ACCOUNTING, "reference", "note"),
    "distribution_deskimport": _all("lines of a file of desks, and what was wrong in them", "until the file is taken or given up", "lines", "ignored"),
    "activities_record": _all("what a session was called; the screen asks for no name", "as long as the place", "title"),
    "continuity_takeover": _all("who ran a programme before: a legal body", "as long as the programme", "former_name"),
}  # fmt: skip
