"""How long each kind of data is kept: one table, read by the nights, the report, the page and the impact assessment. Pure.

`held` and `late` count rows in SQL; `late` knows `%(at)s` and the period as `%(kept)s` days or months of `Period.unit`, with two days' grace: a
night may be missed. `forgets`: what the night of this room runs, when no other does. `gap`: what is said to be missing, never hidden.
Sources: docs/sources/personal-data.md#periods (CNIL, délibération 2021-028, 2 years after the latest contact; commercial code, L123-22).
"""

from dataclasses import dataclass
from typing import Final

from carnet.privacy.rules.erasing import EMAIL_ERASED


@dataclass(frozen=True, slots=True)
class Period:
    """`setting`: the environment variable that may change it, between `least` and `most`; "" where a law or a promise fixes it."""

    code: str
    kept: int
    unit: str
    held: str
    late: str
    done_by: str
    basis: str
    forgets: tuple[str, ...] = ()
    setting: str = ""
    least: int = 0
    most: int = 0
    gap: str = ""


_SERVED: Final = (
    "GREATEST(p.created_at, COALESCE(p.last_login, p.created_at),"
    " COALESCE((SELECT max(t.latest_at) FROM parties_turn t WHERE t.person_id = p.id), p.created_at))"
)
_UNUSED: Final = f"p.erased_at IS NULL AND {_SERVED} < %(at)s - make_interval(months => %(kept)s)"
_ENDED_INVITATION: Final = (
    f"NOT ({EMAIL_ERASED}) AND LEAST(expires_at, COALESCE(accepted_at, expires_at), COALESCE(withdrawn_at, expires_at))"
    " < %(at)s - make_interval(days => %(kept)s)"
)
_CHANGED_HEAD: Final = (
    f"NOT ({EMAIL_ERASED}) AND COALESCE(done_at, asked_at) < %(at)s - make_interval(months => %(kept)s)"
    " AND state NOT IN ('ASKED', 'INVITED')"
)
_OLD_LETTER: Final = "sent_at IS NULL AND posted_at < %(at)s - make_interval(days => %(kept)s)"
_LATEST_MANDATE: Final = (
    "SELECT max(LEAST(m.ends_on, (m.ended_at AT TIME ZONE 'Europe/Paris')::date)) FROM mandates_mandate m WHERE m.person_id = p.id"
)
_DAYS, _MONTHS = "days", "months"
_AIDANTS: Final = "Aidants Connect; RGPD 5-1-e"
_CNIL: Final = "CNIL, délib. 2021-028"
_ACCOUNTING: Final = "code de commerce, L123-22"
_CONSENT: Final = "consentement : le temps de servir"


def _days(table: str, condition: str, since: str) -> str:
    return f"SELECT count(*) FROM {table} WHERE {condition} AND {since} < %(at)s - make_interval(days => %(kept)s + 2)"


def _refused(table: str) -> str:
    """Applications that were refused or taken back, past their time."""
    return (
        f"SELECT count(*) FROM {table} WHERE erased_at IS NULL AND state IN ('REFUSED', 'WITHDRAWN')"
        " AND changed_at < %(at)s - make_interval(months => %(kept)s, days => 2)"
    )


PERIODS: Final[tuple[Period, ...]] = (
    Period(
        "accounts", 72, _MONTHS, "SELECT count(*) FROM parties_person WHERE erased_at IS NULL", f"SELECT count(*) FROM parties_person p WHERE {_UNUSED}",
        "privacy.keep-in-time", _AIDANTS, forgets=("parties_person", f"SELECT p.id FROM parties_person p WHERE {_UNUSED} ORDER BY p.id LIMIT 500"),
        setting="CARNET_KEEP_ACCOUNTS_MONTHS", least=12, most=72,
    ),
    Period(
        "invitations", 30, _DAYS, f"SELECT count(*) FROM parties_invitation WHERE NOT ({EMAIL_ERASED})",
        f"SELECT count(*) FROM parties_invitation WHERE {_ENDED_INVITATION}", "privacy.keep-in-time", "RGPD 5-1-e",
        forgets=("parties_invitation", f"SELECT id FROM parties_invitation WHERE {_ENDED_INVITATION} ORDER BY id LIMIT 5000"),
        setting="CARNET_KEEP_INVITATIONS_DAYS", least=1, most=90,
    ),
    Period(
        "head-changes", 36, _MONTHS, f"SELECT count(*) FROM parties_headchange WHERE NOT ({EMAIL_ERASED})",
        f"SELECT count(*) FROM parties_headchange WHERE {_CHANGED_HEAD}", "privacy.keep-in-time", "code civil, 2224",
        forgets=("parties_headchange", f"SELECT id FROM parties_headchange WHERE {_CHANGED_HEAD} ORDER BY id LIMIT 5000"),
    ),
    Period(
        "letters", 30, _DAYS, "SELECT count(*) FROM notices_notice WHERE sent_at IS NULL", f"SELECT count(*) FROM notices_notice WHERE {_OLD_LETTER}",
        "privacy.keep-in-time", "RGPD 5-1-e", forgets=("notices_notice", f"SELECT id FROM notices_notice WHERE {_OLD_LETTER} ORDER BY id LIMIT 5000"),
        setting="CARNET_KEEP_LETTERS_DAYS", least=1, most=180,
    ),
    Period(
        "sessions", 1, _DAYS, "SELECT count(*) FROM django_session", "SELECT count(*) FROM django_session"
        " WHERE expire_date < %(at)s - make_interval(days => %(kept)s + 2)",
        "privacy.keep-in-time", "RGPD 5-1-e", forgets=("django_session", "DELETE FROM django_session WHERE expire_date < %(at)s"),
    ),
    Period(
        "own-sessions", 1, _DAYS, "SELECT count(*) FROM parties_browsersession",
        _days("parties_browsersession", "true", "seen_at"), "privacy.keep-in-time", "RGPD 5-1-e",
        forgets=("parties_browsersession", "DELETE FROM parties_browsersession WHERE seen_at < %(at)s - make_interval(days => 1)"),
    ),
    Period(
        "helped-people", 72, _MONTHS, "SELECT count(*) FROM mandates_assistedperson WHERE erased_at IS NULL",
        f"SELECT count(*) FROM mandates_assistedperson p WHERE erased_at IS NULL"
        f" AND ({_LATEST_MANDATE}) < (%(at)s - make_interval(months => %(kept)s, days => 2))::date",
        "mandates.keep-in-time", _AIDANTS,
    ),
    Period(
        "drafts", 1, _DAYS, "SELECT count(*) FROM mandates_draft WHERE sealed_identity IS NOT NULL",
        _days("mandates_draft", "sealed_identity IS NOT NULL", "expires_at"), "mandates.forget-drafts", "RGPD 5-1-e",
    ),
    Period(
        "habilitations", 12, _MONTHS, "SELECT count(*) FROM mandates_structurefile WHERE erased_at IS NULL",
        _refused("mandates_structurefile"), "mandates.forget-structure-files", _CNIL,
    ),
    Period(
        "helpers", 36, _MONTHS, "SELECT count(*) FROM mandates_helperfile WHERE erased_at IS NULL",
        "SELECT count(*) FROM mandates_helperfile WHERE erased_at IS NULL AND deactivated_at < %(at)s - make_interval(months => %(kept)s, days => 2)",
        "mandates.forget-structure-files", _AIDANTS,
    ),
    Period(
        "households", 30, _DAYS, "SELECT count(*) FROM connectivity_contact WHERE erased_at IS NULL",
        "SELECT count(*) FROM connectivity_contact k JOIN connectivity_connection c ON c.id = k.connection_id"
        " WHERE k.erased_at IS NULL AND c.over_at < %(at)s - make_interval(days => %(kept)s + 2)", "connectivity.keep-in-time", _CONSENT,
    ),
    Period(
        "postal-addresses", 21, _DAYS, "SELECT count(*) FROM distribution_postalrequest WHERE sealed_address IS NOT NULL",
        _days("distribution_postalrequest", "sealed_address IS NOT NULL", "asked_at"), "distribution.forget-postal", "RGPD 5-1-e",
    ),
    Period(
        "reminders", 24, _MONTHS, "SELECT count(*) FROM distribution_remindercontact WHERE ended_at IS NULL",
        "SELECT count(*) FROM distribution_remindercontact WHERE ended_at IS NULL AND consented_at < %(at)s - make_interval(months => %(kept)s)",
        "distribution.forget-contacts", _CNIL,
    ),
    Period(
        "questions", 7, _DAYS, "SELECT count(*) FROM controls_question WHERE contact_id IS NOT NULL",
        _days("controls_question", "contact_id IS NOT NULL", "asked_on::timestamptz"), "controls.forget-questions", _CONSENT,
    ),
    Period(
        "workshop-phones", 1, _DAYS, "SELECT count(*) FROM workshops_contact",
        "SELECT count(*) FROM workshops_contact c JOIN workshops_booking b ON b.id = c.booking_id JOIN workshops_session s ON s.id = b.session_id"
        " WHERE s.ends_at < %(at)s - make_interval(days => %(kept)s + 2)", "workshops.forget-booklets", _CONSENT,
    ),
    Period(
        "workshop-booklets", 30, _DAYS, "SELECT count(*) FROM workshops_booking WHERE booklet_id IS NOT NULL",
        "SELECT count(*) FROM workshops_booking b JOIN workshops_session s ON s.id = b.session_id WHERE b.booklet_id IS NOT NULL"
        " AND s.ends_at < %(at)s - make_interval(days => %(kept)s + 2)", "workshops.forget-booklets", "RGPD 5-1-c",
    ),
    Period(
        "complaint-contacts", 365, _DAYS, "SELECT count(*) FROM helpline_complaint WHERE sealed_contact IS NOT NULL",
        _days("helpline_complaint", "sealed_contact IS NOT NULL", "filed_at"), "helpline.forget", _CNIL,
    ),
    Period(
        "complaint-words", 730, _DAYS, "SELECT count(*) FROM helpline_complaintline WHERE said <> ''",
        "SELECT count(*) FROM helpline_complaintline l JOIN helpline_complaint c ON c.id = l.complaint_id WHERE l.said <> ''"
        " AND c.closed_at < %(at)s - make_interval(days => %(kept)s + 2)", "helpline.forget", _CNIL,
    ),
    Period(
        "self-check-contacts", 30, _DAYS, "SELECT count(*) FROM observatory_selfcheckinvitation WHERE ended_at IS NULL",
        _days("observatory_selfcheckinvitation", "ended_at IS NULL", "due_on::timestamptz"), "mandates.keep-in-time", _CONSENT,
    ),
    Period(
        "report-contacts", 90, _DAYS, "SELECT count(*) FROM places_placereport WHERE contact <> ''",
        _days("places_placereport", "contact <> ''", "reported_at"), "places.forget-contacts", "RGPD 5-1-e",
    ),
    Period(
        "joining-files", 12, _MONTHS, "SELECT count(*) FROM places_joiningfile WHERE erased_at IS NULL",
        _refused("places_joiningfile"), "places.keep-joining", _CNIL,
    ),
    Period(
        "desk-files", 12, _MONTHS, "SELECT count(*) FROM distribution_deskfile WHERE erased_at IS NULL",
        _refused("distribution_deskfile"), "distribution.keep-desks", _CNIL,
    ),
    Period(
        "sheet-pictures", 30, _DAYS, "SELECT count(*) FROM redemption_sheetpicture WHERE erased_at IS NULL",
        _days("redemption_sheetpicture", "erased_at IS NULL", "added_at"), "redemption.erase-pictures", "RGPD 5-1-e",
    ),
    Period(
        "case-papers", 12, _MONTHS, "SELECT count(*) FROM controls_casepaper WHERE erased_at IS NULL",
        "SELECT count(*) FROM controls_casepaper p JOIN controls_case c ON c.id = p.case_id WHERE p.erased_at IS NULL"
        " AND c.closed_at < %(at)s - make_interval(months => %(kept)s, days => 2)", "controls.keep-deadlines", "RGPD 5-1-e",
    ),
    Period(
        "balance-tries", 2, _DAYS, "SELECT count(*) FROM redemption_balancetry",
        _days("redemption_balancetry", "true", "at"), "redemption.forget-balance-tries", "CNIL, recommandation journaux, 2021",
    ),
    Period(
        "outgoing-texts", 1, _DAYS, "SELECT count(*) FROM redemption_outgoingtext", _days("redemption_outgoingtext", "true", "made_at"),
        "redemption.send-texts", "RGPD 5-1-e",
    ),
    Period(
        "first-answers", 90, _DAYS, "SELECT count(*) FROM journal_answer", _days("journal_answer", "true", "at"), "journal.forget-answers", "RGPD 5-1-e",
    ),
    Period(
        "payments", 120, _MONTHS, "SELECT count(*) FROM settlement_transfer",
        "SELECT count(*) FROM settlement_transfer t JOIN settlement_paymentrun r ON r.id = t.run_id"
        " WHERE r.prepared_at < %(at)s - make_interval(months => %(kept)s + 12)", "", _ACCOUNTING,
        gap="Rien n’efface encore après dix ans : la première échéance est en 2037, et demande le visa des archives publiques.",
    ),
    Period(
        "agreements", 120, _MONTHS, "SELECT count(*) FROM distribution_deskagreement", "SELECT 0", "", "code civil, 2224",
        gap="Rien n’efface encore les noms des signataires dix ans après la fin d’une convention : la première échéance est en 2037.",
    ),
    Period(
        "journal", 120, _MONTHS, "SELECT count(*) FROM journal_line", "SELECT 0", "", _ACCOUNTING,
        gap="Le journal ne porte que des numéros ; il n’est pas raccourci, sa chaîne en dépend.",
    ),
    Period(
        "backups", 35, _DAYS, "SELECT 0", "SELECT 0", "", "CNIL, guide de la sécurité",
        gap="Les sauvegardes sont hors de la base : « carnet backup prune » les borne à 35 jours, « carnet doctor » le vérifie.",
    ),
    Period(
        "logs", 12, _MONTHS, "SELECT 0", "SELECT 0", "", "CNIL, recommandation journaux, 2021",
        gap="Les lignes du service vont au journal du système, sans donnée de personne : à borner là, à douze mois au plus.",
    ),
)  # fmt: skip

BY_CODE: Final = {each.code: each for each in PERIODS}
