"""What erasing does to each table that holds data of people: the statements that empty a row, or the law by which it stays and until when.

Statements know `%(id)s` and `%(at)s`; each may be repeated without harm. `born`: what a row has from its first day and no other has, so that
after a restoration another row of the same number is left alone. `done`: the row is empty already. A house test finds a table without its line.
Source: GDPR, article 17 (docs/sources/personal-data.md#erasure).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Erasure:
    """How rows of a table are emptied. `person`: how the ring calls the key destroyed with them, in SQL; "" for none."""

    table: str
    born: str
    done: str
    statements: tuple[str, ...]
    person: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows that an erasure leaves: `law` is why, `until` how long."""

    table: str
    law: str
    until: str


EMAIL_ERASED: Final = "email LIKE 'efface-%%@example.invalid'"
"""An address that names nobody any more."""

ACCOUNTING: Final = "GDPR 17-3-b: a legal obligation to keep accounts (commercial code, L123-22)"
CONTRACT: Final = "GDPR 17-3-e: proof of what was agreed, for claims at law (civil code, 2224)"
PROOF: Final = "GDPR 17-3-e: proof of a decision that may be appealed"
DETACHED: Final = "no name, address or number of anybody in it: it names nobody once the person's own rows are emptied"
PUBLISHED: Final = "published by the place or in national open data: corrected at the source, by whoever runs the place"


def _application(table: str) -> Erasure:
    return Erasure(
        table,
        born="r.request_id",
        done="r.erased_at IS NOT NULL",
        statements=(
            f"UPDATE {table} SET sealed_answers = NULL, sealed_email = NULL, email_mark = NULL, erased_at = %(at)s"
            " WHERE id = %(id)s AND erased_at IS NULL",
        ),
    )  # fmt: skip


_UNASKED: Final = (
    "UPDATE controls_question SET contact_id = NULL, token_hash = NULL, closed_on = (%(at)s::timestamptz AT TIME ZONE 'Europe/Paris')::date"
)
_RANDOM: Final = "sha256(convert_to(gen_random_uuid()::text, 'UTF8'))"

# The same row is emptied by itself, or with the person it is of.
_UNINVITED: Final = (
    "UPDATE parties_invitation SET email = 'efface-' || id || '@example.invalid', display_name = '',"
    " withdrawn_at = CASE WHEN accepted_at IS NULL THEN COALESCE(withdrawn_at, %(at)s) ELSE withdrawn_at END"
)
_NOT_ASKED: Final = (
    f"UPDATE mandates_remoteconsent SET number_mark = {_RANDOM}, sealed_number = NULL,"
    " state = CASE WHEN state = 'ASKED' THEN 'EXPIRED' ELSE state END"
)
_CLOSED_DRAFT: Final = "UPDATE mandates_draft SET closed_at = COALESCE(closed_at, %(at)s), sealed_identity = NULL, sealed_contact = NULL"

ERASURES: Final[tuple[Erasure, ...]] = (
    Erasure(
        "parties_person", born="r.created_at", done="r.erased_at IS NOT NULL",
        statements=(
            "UPDATE parties_membership SET ends_at = GREATEST(starts_at, %(at)s) WHERE person_id = %(id)s AND (ends_at IS NULL OR ends_at > %(at)s)",
            "DELETE FROM mfa_authenticator WHERE user_id = %(id)s",
            "DELETE FROM account_emailaddress WHERE user_id = %(id)s",
            "DELETE FROM parties_browsersession WHERE person_id = %(id)s",
            "UPDATE parties_pin SET hash = '', chosen_at = NULL, code_hash = NULL, code_expires_at = NULL WHERE person_id = %(id)s",
            f"{_UNINVITED} WHERE accepted_by_id = %(id)s"
            " OR lower(email) = (SELECT p.email FROM parties_person p WHERE p.id = %(id)s)",
            "DELETE FROM notices_notice WHERE sent_at IS NULL AND to_email <> '' AND lower(to_email) ="
            " (SELECT p.email FROM parties_person p WHERE p.id = %(id)s)",
            "DELETE FROM openid_accesstoken WHERE user_id = %(id)s",
            "DELETE FROM openid_grant WHERE user_id = %(id)s",
            "UPDATE parties_person SET email = NULL, display_name = '—', phone = '', password = '!', is_active = false, last_login = NULL,"
            " erased_at = %(at)s WHERE id = %(id)s AND erased_at IS NULL",
        ),
    ),
    Erasure(
        "parties_invitation", born="r.request_id", done=f"r.{EMAIL_ERASED}",
        statements=(
            f"{_UNINVITED} WHERE id = %(id)s",
        ),
    ),
    Erasure(
        "parties_headchange", born="r.request_id", done=f"r.{EMAIL_ERASED}",
        statements=(
            "UPDATE parties_headchange SET email = 'efface-' || id || '@example.invalid', display_name = '—', sealed_document = NULL, media_type = ''"
            " WHERE id = %(id)s",
        ),
    ),
    Erasure(
        "parties_organisation", born="r.request_id", done="r.contact_email = '' AND r.contact_phone = ''",
        statements=("UPDATE parties_organisation SET contact_email = '', contact_phone = '' WHERE id = %(id)s",),
    ),
    Erasure(
        "mandates_assistedperson", born="r.number", done="r.erased_at IS NOT NULL", person="'person-' || r.number",
        statements=(
            f"{_NOT_ASKED} WHERE mandate_id IN"
            " (SELECT m.id FROM mandates_mandate m WHERE m.person_id = %(id)s) OR draft_id IN (SELECT d.id FROM mandates_draft d WHERE d.person_id = %(id)s)",
            f"{_CLOSED_DRAFT} WHERE person_id = %(id)s",
            "UPDATE mandates_telling SET done_at = %(at)s WHERE person_id = %(id)s AND done_at IS NULL",
            "UPDATE mandates_visit v SET ended_at = %(at)s FROM mandates_assistedperson p"
            " WHERE p.id = %(id)s AND v.key_mark IN (p.subject_mark, p.code_mark) AND v.ended_at IS NULL",
            "UPDATE mandates_assistedperson SET sealed_key = NULL, sealed_identity = NULL, sealed_contact = NULL, subject_mark = NULL, identity_mark = NULL,"
            f" search_marks = '{{}}', code_mark = {_RANDOM}, erased_at = %(at)s WHERE id = %(id)s AND erased_at IS NULL",
        ),
    ),
    Erasure(
        "mandates_draft", born="r.request_id", done="r.sealed_identity IS NULL AND r.sealed_contact IS NULL",
        statements=(
            f"{_CLOSED_DRAFT} WHERE id = %(id)s",
        ),
    ),
    Erasure(
        "mandates_remoteconsent", born="r.request_id", done="r.sealed_number IS NULL",
        statements=(
            f"{_NOT_ASKED} WHERE id = %(id)s",
        ),
    ),
    _application("mandates_structurefile"),
    Erasure(
        "mandates_structuremessage", born="r.request_id", done="r.erased_at IS NOT NULL",
        statements=("UPDATE mandates_structuremessage SET sealed_text = NULL, erased_at = %(at)s WHERE id = %(id)s AND erased_at IS NULL",),
    ),
    Erasure(
        "mandates_structureappeal", born="r.request_id", done="r.erased_at IS NOT NULL",
        statements=("UPDATE mandates_structureappeal SET sealed_text = NULL, erased_at = %(at)s WHERE id = %(id)s AND erased_at IS NULL",),
    ),
    Erasure(
        "mandates_helperfile", born="r.request_id", done="r.erased_at IS NOT NULL",
        statements=("UPDATE mandates_helperfile SET sealed_identity = NULL, email_mark = NULL, erased_at = %(at)s WHERE id = %(id)s AND erased_at IS NULL",),
    ),
    Erasure(
        "connectivity_contact", born="r.connection_id || ' ' || r.given_at", done="r.erased_at IS NOT NULL",
        person="'household-' || (SELECT c.number FROM connectivity_connection c WHERE c.id = r.connection_id)",
        statements=("UPDATE connectivity_contact SET sealed_phone = NULL, erased_at = %(at)s WHERE id = %(id)s AND erased_at IS NULL",),
    ),
    Erasure(
        "distribution_postalrequest", born="r.request_id", done="r.sealed_address IS NULL", person="'postal-' || r.number",
        statements=(
            "UPDATE distribution_postalrequest SET state = 'WITHDRAWN', sealed_address = NULL, address_mark = NULL, ended_at = %(at)s"
            " WHERE id = %(id)s AND sealed_address IS NOT NULL",
        ),
    ),
    Erasure(
        "distribution_remindercontact", born="r.request_id", done="r.ended_at IS NOT NULL", person="'reminded-' || r.request_id",
        statements=(
            f"{_UNASKED} WHERE contact_id = %(id)s",
            "UPDATE distribution_reminder SET done_at = %(at)s, outcome = 'ENDED' WHERE contact_id = %(id)s AND done_at IS NULL",
            "UPDATE distribution_remindercontact SET sealed = NULL, number_mark = NULL, ended_at = %(at)s, ended_for = 'WITHDRAWN'"
            " WHERE id = %(id)s AND ended_at IS NULL",
        ),
    ),
    _application("distribution_deskfile"),
    Erasure(
        "distribution_deskpoint", born="r.id", done="r.note = ''",
        statements=("UPDATE distribution_deskpoint SET note = '' WHERE id = %(id)s",),
    ),
    _application("places_joiningfile"),
    Erasure(
        "places_placereport", born="r.request_id", done="r.contact = ''",
        statements=("UPDATE places_placereport SET contact = '' WHERE id = %(id)s",),
    ),
    Erasure(
        "workshops_contact", born="r.booking_id || ' ' || r.left_at", done="false",
        statements=("DELETE FROM workshops_contact WHERE id = %(id)s",),
    ),
    Erasure(
        "helpline_complaint", born="r.number", done="r.sealed_contact IS NULL", person="'complaint-' || r.number",
        statements=("UPDATE helpline_complaint SET sealed_contact = NULL WHERE id = %(id)s",),
    ),
    Erasure(
        "helpline_complaintline", born="r.complaint_id || ' ' || r.id", done="r.said = ''",
        statements=("UPDATE helpline_complaintline SET said = '' WHERE id = %(id)s",),
    ),
    Erasure(
        "observatory_selfcheckinvitation", born="r.request_id", done="r.ended_at IS NOT NULL",
        statements=(
            "UPDATE observatory_selfcheckinvitation SET sealed = NULL, ended_at = %(at)s, ended_for = 'WITHDRAWN' WHERE id = %(id)s AND ended_at IS NULL",
        ),
    ),
    Erasure(
        "observatory_letterchoice", born="r.organisation_id || ' ' || r.id", done="r.emails = '{}'",
        statements=("UPDATE observatory_letterchoice SET emails = '{}' WHERE id = %(id)s",),
    ),
    Erasure(
        "observatory_territoryline", born="r.territory_id || ' ' || r.organisation_id", done="r.contact_email = '' AND r.contact_phone = ''",
        statements=("UPDATE observatory_territoryline SET contact_email = '', contact_phone = '', contact_service = '' WHERE id = %(id)s",),
    ),
    Erasure(
        "controls_question",
        born="r.programme_id || ' ' || r.place_id || ' ' || r.asked_on",
        done="r.contact_id IS NULL",
        statements=(f"{_UNASKED} WHERE id = %(id)s AND contact_id IS NOT NULL",),
    ),
    Erasure("notices_notice", born="r.posted_at", done="false", statements=("DELETE FROM notices_notice WHERE id = %(id)s",)),
    Erasure("notices_textnotice", born="r.posted_at", done="false", statements=("DELETE FROM notices_textnotice WHERE id = %(id)s",)),
    Erasure("redemption_outgoingtext", born="r.made_at", done="false", statements=("DELETE FROM redemption_outgoingtext WHERE id = %(id)s",)),
    Erasure("account_emailaddress", born="r.email", done="false", statements=("DELETE FROM account_emailaddress WHERE id = %(id)s",)),
    Erasure("mfa_authenticator", born="r.user_id || ' ' || r.created_at", done="false", statements=("DELETE FROM mfa_authenticator WHERE id = %(id)s",)),
)  # fmt: skip

KEPT: Final[tuple[Kept, ...]] = (
    Kept("parties_bankaccount", ACCOUNTING, "10 years after the latest payment"),
    Kept("settlement_transfer", ACCOUNTING, "10 years after the payment"),
    Kept("settlement_debitnote", ACCOUNTING, "10 years after the payment"),
    Kept("funding_statedbalance", ACCOUNTING, "10 years after the payment"),
    Kept("continuity_broughtreceipt", ACCOUNTING, "10 years after the payment"),
    Kept("continuity_clearingclaim", ACCOUNTING, "10 years after the payment"),
    Kept("continuity_clearingpayment", ACCOUNTING, "10 years after the payment"),
    Kept("continuity_partneridentity", PROOF, "as long as the partner is known"),
    Kept("continuity_paperclaim", ACCOUNTING, "10 years after the payment; its photograph until the claim is decided"),
    Kept("controls_signal", DETACHED, "10 years after the payment"),
    Kept("controls_signalsetting", DETACHED, "as long as the programme"),
    Kept("controls_case", PROOF, "10 years after the payment"),
    Kept("controls_casestep", PROOF, "10 years after the payment"),
    Kept("controls_casepaper", PROOF, "one year after the case closes, then erased"),
    Kept("mandates_structuredecision", PROOF, "10 years after the decision"),
    Kept("places_placefilepart", PUBLISHED, "as long as the file"),
    Kept("redemption_reversal", ACCOUNTING, "10 years after the payment"),
    Kept("settlement_hold", ACCOUNTING, "10 years after the payment"),
    Kept("settlement_bankline", ACCOUNTING, "10 years after the payment"),
    Kept("activities_record", DETACHED, "as long as the place"),
    Kept("parties_approval", PROOF, "10 years: who agreed to what"),
    Kept("continuity_takeover", DETACHED, "as long as the programme"),
    Kept("redemption_dispute", ACCOUNTING, "10 years after the payment"),
    Kept("redemption_disputedecision", ACCOUNTING, "10 years after the payment"),
    Kept("redemption_serialevent", ACCOUNTING, "10 years after the payment"),
    Kept("redemption_device", ACCOUNTING, "as long as what it sent"),
    Kept("redemption_sheetpicture", ACCOUNTING, "until the sheet is finished, 30 days at most"),
    Kept("redemption_telephone", CONTRACT, "until the place takes it away, on its own screen"),
    Kept("redemption_stranger", DETACHED, "1 day"),
    Kept("redemption_balancetry", DETACHED, "2 days"),
    Kept("distribution_deskagreement", CONTRACT, "10 years after the agreement's end"),
    Kept("distribution_deskdecision", PROOF, "10 years after the decision"),
    Kept("distribution_deskimport", PROOF, "until the file is taken or given up, 90 days at most"),
    Kept("places_joiningdecision", PROOF, "10 years after the decision"),
    Kept("places_joiningappeal", PROOF, "10 years after the decision"),
    Kept("places_joiningdocument", PROOF, "as the answers of its file"),
    Kept("places_place", PUBLISHED, "as long as the place is published"),
    Kept("mandates_structurepaper", PROOF, "as its structure's request: a year after the answer"),
    Kept("parties_codecard", DETACHED, "as long as the card is known"),
    Kept("parties_cardcode", DETACHED, "31 days"),
    Kept("parties_factorrecovery", PROOF, "3 years after it ended"),
    Kept("parties_pin", DETACHED, "until it is removed; emptied with the account"),
    Kept("parties_membership", PROOF, "10 years: who could act for whom; a number once the account is erased"),
    Kept("workshops_booking", DETACHED, "the booklet is forgotten 30 days after the session"),
    Kept("connectivity_application", DETACHED, "grounds are erased at the end of the connection"),
    Kept("connectivity_connection", DETACHED, "10 years after the payment: what its provider was paid for"),
    Kept("connectivity_home", DETACHED, "as long as the landlord's estate is known"),
    Kept("helpline_question", DETACHED, "a month"),
    Kept("observatory_selfcheckslip", DETACHED, "14 months"),
    Kept("observatory_selfcheckround", DETACHED, "a number drawn at random, which opens nothing after 14 months"),
    Kept("distribution_handover", DETACHED, "10 years: ticks about whoever was handed a booklet, without a name"),
    Kept("mandates_use", PROOF, "what was done for somebody, by a number that names nobody once they are erased"),
    Kept("mandates_mandate", PROOF, "the mandate by its number, without a name once the person is erased"),
    Kept("mandates_consentline", PROOF, "words answered by text message; the number that sent them is erased with the person"),
    Kept("mandates_visit", DETACHED, "a few minutes, then erased each night"),
    Kept("parties_browsersession", DETACHED, "until it ends: 24 hours at most; erased with the account"),
    Kept("django_session", DETACHED, "until it ends: 24 hours at most"),
    Kept("openid_accesstoken", DETACHED, "minutes; erased with the account"),
    Kept("openid_grant", DETACHED, "minutes; erased with the account"),
    Kept("journal_line", "GDPR 17-3-b and e: the proof of who did what holds numbers, never a name", "10 years"),
    Kept("journal_answer", DETACHED, "90 days"),
    Kept("notices_webhookdelivery", DETACHED, "30 days after it was delivered or given up"),
)  # fmt: skip

BY_TABLE: Final[Mapping[str, Erasure]] = {each.table: each for each in ERASURES}
KEPT_BY_TABLE: Final[Mapping[str, Kept]] = {each.table: each for each in KEPT}
