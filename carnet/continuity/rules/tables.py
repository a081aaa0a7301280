"""What an archive of a programme takes from each table of the database, and what it leaves, and why. Every table is in one of the two lists.

A table is taken by its rows' own programme, or through rows of other tables that name them: a place through its acceptance, an organisation
through whatever it does here. `chosen` says which rows in SQL; with a watermark, those written since, and those that a row written since now names.

People leave as bare numbers. What is said about a person in any other column (`kernel.personal`) is emptied on the way out; a house test
compares these lists with the database and with the lists of personal columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Own:
    """Rows whose column holds the programme's number."""

    column: str = "programme_id"


@dataclass(frozen=True, slots=True)
class Ref:
    """Rows named by a column of a taken table: ours whose `own` is among its `column`. `where`: only some of its rows, in SQL."""

    table: str
    column: str
    own: str = "id"


@dataclass(frozen=True, slots=True)
class Taken:
    """A table of which an archive takes rows.

    `blanks`: columns emptied on the way out, by the SQL that stands in their place. `sealed`: the journal seals its rows. `shrinks`: rows may be
    deleted, so that an increment gives the table whole whenever it differs.
    """

    name: str
    scope: Own | tuple[Ref, ...] = field(default_factory=Own)
    key: tuple[str, ...] = ("id",)
    blanks: Mapping[str, str] = field(default_factory=dict)
    sealed: bool = False
    shrinks: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """A table of which an archive takes nothing, and why."""

    name: str
    why: str


PEOPLE: Final = "people: who they are, how they sign in, what they said"
ASSISTED: Final = "mandates are between a person and a structure: a programme's vouchers do not carry them"
SESSIONS: Final = "sessions, grants and tokens: everybody signs in anew"
QUEUES: Final = "work or letters that wait: the successor makes its own"
COUNTED: Final = "counted again from what is taken"
SITE: Final = "of the installation, not of a programme"
ELSEWHERE: Final = "of an organisation or a place, whatever the programme"
RELEASED: Final = "published already, for everybody to keep"
THROTTLES: Final = "refused tries and throttles of this installation"
CLEARING: Final = "between this operator's installation and others': whoever takes over agrees with its own partners"
PRIVACY: Final = "what this installation was asked about people, and forgot: by numbers of its own"
CHAIN: Final = "its blocks leave as files of their own"
SEALED_HERE: Final = "sealed by this installation's own key: of no use elsewhere"

_OWN_FILE: Final = {
    # A file leaves as one whose answers were erased.
    "sealed_answers": "NULL",
    "sealed_email": "NULL",
    "email_mark": "NULL",
    "erased_at": "COALESCE(erased_at, changed_at)",
    "secret_hash": "sha256(convert_to('archived ' || id, 'UTF8'))",
}
_NO_WORDS: Final = "'—'"


def _of_programme(*names: str) -> tuple[Taken, ...]:
    return tuple(Taken(name) for name in names)


def _of(table: str, *columns: str) -> tuple[Ref, ...]:
    return tuple(Ref(table, column) for column in columns)


# Rows are listed in an order in which they can be loaded: what is named comes before what names it.
TAKEN: Final[tuple[Taken, ...]] = (
    Taken(
        "parties_organisation",
        scope=(
            *_of("funding_programme", "operator_id"),
            *_of("funding_share", "funder_id", "advanced_by_id"),
            *_of("funding_commitmentshare", "funder_id", "held_by_id"),
            *_of("funding_moneyreceived", "funder_id"),
            *_of("funding_pledge", "organisation_id"),
            *_of("funding_auditengagement", "organisation_id"),
            *_of("places_place", "operator_id"),
            *_of("places_placelabel", "organisation_id"),
            *_of("places_joiningfile", "organisation_id"),
            *_of("workshops_session", "organisation_id"),
            *_of("workshops_booking", "organisation_id", "desk_id"),
            *_of("ledger_account", "organisation_id"),
            *_of("redemption_uploadeditem", "organisation_id"),
            *_of("redemption_dispute", "organisation_id"),
            *_of("settlement_claim", "organisation_id"),
            *_of("settlement_feeinvoice", "organisation_id"),
            *_of("parties_approval", "organisation_id"),
            *_of("issuing_order", "operator_id"),
            *_of("issuing_proof", "asked_of_id"),
            *_of("issuing_shipment", "from_organisation_id", "to_organisation_id"),
            *_of("issuing_packing", "to_organisation_id"),
            *_of("issuing_job", "shop_organisation_id"),
            *_of("distribution_programmeprescriber", "organisation_id"),
            *_of("distribution_handover", "organisation_id"),
            *_of("distribution_replacement", "gave_organisation_id"),
            *_of("distribution_deskfile", "organisation_id"),
            *_of("distribution_deskagreement", "organisation_id"),
            *_of("distribution_deskpoint", "organisation_id"),
            *_of("distribution_stockmove", "from_organisation_id", "to_organisation_id"),
            *_of("helpline_complaint", "filer_organisation_id", "place_organisation_id"),
            *_of("connectivity_partner", "organisation_id"),
            *_of("connectivity_offer", "landlord_id", "provider_id"),
            *_of("connectivity_connection", "desk_id"),
        ),
        blanks={"contact_email": "''", "contact_phone": "''", "registered_by_id": "NULL"},
    ),
    Taken(
        "parties_bankaccount",
        scope=(Ref("parties_organisation", "id", own="organisation_id"),),
        blanks={"iban": "''", "bic": "''", "holder_name": "''"},
    ),
    # Machines of places go on by the tokens they have: only the hashes are known. Those of the operator stay behind (`takeovers`).
    Taken("parties_apitoken", scope=(Ref("parties_organisation", "id", own="organisation_id"),), blanks={"label": "''"}),
    # Voices before what they decided: nobody may add a voice to what is decided, whoever brings it. Links are looked at when all are there.
    *_of_programme("parties_approvalvoice", "parties_approval"),
    Taken("funding_programme", scope=Own("id")),
    *_of_programme(
        "funding_agreement", "funding_shareversion", "funding_share", "funding_commitment", "funding_commitmentshare",
        "funding_moneyreceived", "funding_pledge", "funding_auditengagement", "funding_statesharestudy", "funding_fundthreshold",
        "funding_publictarget", "funding_fundalert",
    ),
    # The accountant's papers are sealed under this installation's key; what they said, and that two people read them, goes along.
    Taken("funding_statedbalance", blanks={"sealed_paper": "''::bytea"}),
    Taken("funding_bankbalance"),
    Taken("funding_ringfencechange"),
    # Places are in the national open data; the addresses and numbers in it may be somebody's.
    Taken(
        "places_place",
        scope=(*_of("places_placeacceptance", "place_id"), *_of("places_placelabel", "place_id"), *_of("helpline_complaint", "place_id")),
        blanks={"phone": "''", "emails": "'{}'::text[]", "extras": "'{}'::jsonb"},
    ),
    Taken("places_placeacceptance"),
    Taken("places_placeoffer", scope=(Ref("places_place", "id", own="place_id"),)),
    Taken("places_placeservice", scope=(Ref("places_place", "id", own="place_id"),), shrinks=True),
    Taken("places_placestop", scope=(Ref("places_place", "id", own="place_id"),), shrinks=True),
    Taken("places_freespace", scope=(Ref("places_place", "id", own="place_id"),)),
    Taken("places_placeconfirmation", scope=(Ref("places_place", "id", own="place_id"),)),
    Taken("places_joiningterms"),
    Taken("places_joiningfile", blanks=_OWN_FILE),
    Taken("places_joiningdecision", blanks={"reason": _NO_WORDS}),
    Taken("places_joiningappeal", blanks={"text": _NO_WORDS}),
    Taken("places_placelabel"),
    Taken("workshops_workshop", scope=(Ref("places_place", "id", own="place_id"),)),
    Taken("workshops_session", scope=(Ref("places_place", "id", own="place_id"),)),
    Taken("workshops_booking", scope=(Ref("workshops_session", "id", own="session_id"),), blanks={"booklet_id": "NULL"}),
    Taken("workshops_presence", scope=(Ref("workshops_session", "id", own="session_id"),), shrinks=True),
    Taken("ledger_account"),
    *_of_programme("ledger_series", "ledger_booklet", "ledger_voucher"),
    Taken("ledger_sharepattern", sealed=True),
    Taken("ledger_passage", sealed=True),
    # The ring fence asks which place took each voucher: redemptions come before their money.
    Taken("redemption_redemption", key=("series_id", "voucher_id", "generation")),
    Taken("ledger_movement", sealed=True),
    Taken("ledger_connectionmovement", key=("movement_id",)),
    Taken("journal_line", sealed=True),
    Taken("issuing_printshop", scope=(Ref("issuing_printkey", "print_shop_id"),)),
    Taken("issuing_printkey", scope=(Ref("issuing_job", "print_key_id"),)),
    *_of_programme(
        "issuing_keyversion", "issuing_designlogo", "issuing_order", "issuing_design", "issuing_proof", "issuing_job", "issuing_printfile",
        "issuing_printfetch", "issuing_spoiledrun",
    ),
    Taken("issuing_packing", shrinks=True),
    *_of_programme("issuing_shipment", "issuing_parcel", "issuing_parcelgap", "issuing_parcelsettlement"),
    Taken("distribution_programmeprescriber"),
    Taken("distribution_deskpoint", blanks={"note": "''"}),
    Taken("distribution_desktext"),
    Taken("distribution_deskfile", blanks=_OWN_FILE),
    Taken("distribution_deskimport", blanks={"sealed_rows": "NULL", "erased_at": "COALESCE(erased_at, sent_at)", "lines": "'[]'::jsonb"}),
    Taken("distribution_deskdecision", blanks={"reason": _NO_WORDS}),
    Taken(
        "distribution_deskagreement",
        blanks={
            "signer_name": _NO_WORDS,
            "signer_title": _NO_WORDS,
            "countersigner_name": "''",
            "sent_back_because": "CASE WHEN sent_back_because = '' THEN '' ELSE '—' END",
        },
    ),
    *_of_programme(
        "distribution_desktraining", "distribution_exchangeterms", "distribution_handover", "distribution_plan", "distribution_plannedlesson",
        "distribution_replacement", "distribution_exchange",
    ),
    Taken("distribution_papersheet", scope=_of("distribution_papersheetline", "sheet_id")),
    *_of_programme("distribution_papersheetline", "distribution_stockrequest", "distribution_stockmove", "distribution_stocktake", "distribution_stockweek"),
    Taken(
        "redemption_device",
        scope=(Ref("parties_organisation", "id", own="organisation_id"),),
        blanks={"name": "'n° ' || id"},
    ),
    Taken("redemption_reversal", key=("series_id", "voucher_id", "generation")),
    *_of_programme("redemption_reservation", "redemption_reservationend", "redemption_uploadeditem"),
    Taken("redemption_dispute", blanks={"reason": _NO_WORDS}),
    Taken("redemption_disputedecision", blanks={"reason": _NO_WORDS}),
    Taken("redemption_serialevent", blanks={"reason": "''"}),
    *_of_programme(
        "settlement_cutoff", "settlement_claim", "settlement_claimline", "settlement_paymentrun",
    ),
    Taken("settlement_transfer", blanks={"creditor_name": "''", "creditor_iban": "''", "creditor_bic": "''"}),
    *_of_programme(
        "settlement_bankfile", "settlement_bankline", "settlement_channelchoice", "settlement_runfile", "settlement_accountbook",
        "settlement_closing", "settlement_repayment", "settlement_statement", "settlement_recoveryterms", "settlement_debt", "settlement_netting",
        "settlement_advice", "settlement_debitnote", "settlement_debitnoteline", "settlement_expiry", "settlement_expirystep",
        "settlement_expirychange", "settlement_jointstatement", "settlement_creditnote", "settlement_feeterms", "settlement_feeinvoice",
        "settlement_bandsversion", "settlement_hold", "settlement_paymentrequest", "settlement_heldforcase",
    ),
    # What was noticed, and what became of it. Words of whoever sorted it stay behind.
    Taken("controls_signal", blanks={"set_aside_because": "CASE WHEN set_aside_because = '' THEN '' ELSE '—' END"}),
    Taken("controls_signalsetting", blanks={"reason": _NO_WORDS}),
    Taken("controls_signallook"),
    *_of_programme("controls_sample", "controls_sampleunit"),
    Taken("controls_case", blanks={"reason": _NO_WORDS, "asked": _NO_WORDS}),
    Taken("controls_caseredemption"),
    Taken("controls_casestep", blanks={"words": "CASE WHEN words = '' THEN '' ELSE '—' END"}),
    Taken("settlement_numbering", scope=(Ref("funding_programme", "operator_id", own="operator_id"),)),
    Taken("helpline_complaint", blanks={"sealed_contact": "NULL"}),
    Taken("helpline_complaintdelays"),
    *_of_programme("connectivity_partner", "connectivity_estatefile", "connectivity_residence", "connectivity_home", "connectivity_offer"),
    Taken("connectivity_connection", blanks={"visit_mark": "NULL"}),
    Taken("connectivity_application", blanks={"grounds": "'{}'"}),
    *_of_programme(
        "connectivity_step", "connectivity_incident", "connectivity_bill", "connectivity_billline", "connectivity_landlordpayment",
        "connectivity_study",
    ),
    *_of_programme("notices_programmetext"),
    *_of_programme(
        "planning_allotmentplan", "planning_planversion", "planning_planorder", "planning_plandestination", "planning_gapweek",
        "observatory_objective", "observatory_forecast", "observatory_monthlyletter", "observatory_evaluationplan",
        "observatory_evaluationreading", "observatory_selfcheckterms",
    ),
    # What this installation took over before: another may take it over from us.
    *_of_programme("continuity_takeover", "continuity_formerblock"),
    # What was published day after day: whoever takes over goes on with the same chain.
    Taken("continuity_commitmentday"),
    Taken("continuity_broughtreceipt", blanks={"note": "CASE WHEN note = '' THEN '' ELSE '—' END"}),
    *_of_programme("continuity_paperfile", "continuity_papervoucher"),
    Taken("continuity_paperclaim", blanks={"sealed_photograph": "NULL", "reason": "CASE WHEN reason = '' THEN '' ELSE '—' END"}),
    Taken("continuity_paperclaimline"),
)  # fmt: skip


def _left(why: str, *names: str) -> tuple[Left, ...]:
    return tuple(Left(name, why) for name in names)


LEFT: Final[tuple[Left, ...]] = (
    *_left(
        PEOPLE,
        "parties_person", "parties_membership", "parties_invitation", "parties_headchange", "parties_pin", "parties_pinday", "parties_codecard",
        "parties_cardcode", "parties_cardshipment", "parties_factorrecovery", "account_emailaddress", "mfa_authenticator", "workshops_contact",
        "connectivity_contact", "connectivity_telling", "distribution_remindercontact", "distribution_reminder", "distribution_postalrequest",
        "controls_question",
        "helpline_complaintline", "helpline_question", "places_joiningdocument", "places_placereport", "observatory_selfcheckslip",
        "observatory_selfcheckround", "observatory_selfcheckinvitation", "observatory_selfcheckkeeping", "notices_digestrefusal",
        "notices_announcementread", "observatory_letterchoice",
    ),
    *_left(
        ASSISTED,
        "mandates_helperterms", "mandates_structurefile", "mandates_structurepaper", "mandates_structuremessage", "mandates_structuredecision",
        "mandates_structureappeal", "mandates_structure", "mandates_assistedperson", "mandates_draft", "mandates_mandate",
        "mandates_authorisation", "mandates_ending", "mandates_use", "mandates_visit", "mandates_papertry", "mandates_telling",
        "mandates_remotesetting", "mandates_remoteconsent", "mandates_consentline", "mandates_retentionrun", "mandates_helperfile",
        "mandates_helpertest", "mandates_termsacceptance", "mandates_trainingsession", "mandates_trainingseat",
    ),
    *_left(
        SESSIONS,
        "django_session", "account_emailconfirmation", "openid_client", "openid_grant", "openid_accesstoken",
        "parties_turn", "parties_station", "parties_browsersession",
    ),
    *_left(
        QUEUES,
        "procrastinate_workers", "procrastinate_jobs", "procrastinate_events", "procrastinate_periodic_defers", "notices_notice",
        "notices_textnotice", "notices_webhookdelivery", "notices_webhookmark", "notices_digestweek", "notices_digest", "places_placerecall",
        "redemption_outgoingtext", "continuity_takeoverpart",
    ),
    *_left(
        COUNTED,
        "observatory_figurebuild", "observatory_dailyfigure", "observatory_monthlyfigure", "observatory_countedclaim",
        "observatory_figurecomparison", "places_finder",
    ),
    *_left(
        SITE,
        "django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions", "journal_answer",
        "journal_verificationrun", "notices_announcement", "planning_neighbourhood", "planning_areafigure", "observatory_territoryindicator",
        "distribution_translationcheck", "continuity_export", "continuity_anchor", "continuity_anchorsent", "issuing_keycopy",
    ),
    *_left(
        ELSEWHERE,
        "notices_webhookendpoint", "parties_operatorlabel", "parties_operatorlabeldecision", "activities_record", "activities_seatbooking",
        "activities_doneanswer", "places_placeimport", "places_placemapping", "places_placefile", "places_placefilepart", "places_placerepeat",
        "distribution_lessonagain", "planning_weighing", "observatory_councilreport", "observatory_indicatorstudy", "observatory_territory",
        "observatory_territoryline", "observatory_territorycommitment", "observatory_noticedneed", "observatory_territorydecision",
        "observatory_nextstep", "redemption_sheet", "redemption_sheetline", "redemption_sheetpicture", "controls_casepaper", "redemption_incomingtext",
        # It names the programme of another season.
        "distribution_seasoninvitation",
    ),
    *_left(RELEASED, "observatory_release", "observatory_releasefile", "observatory_releasetruth"),
    *_left(
        THROTTLES,
        "parties_throttle", "redemption_attempt", "redemption_guess", "redemption_pressure", "redemption_balancetry", "redemption_stranger",
    ),
    *_left(
        CLEARING,
        "continuity_partner", "continuity_partneridentity", "continuity_clearingclaim", "continuity_clearingdecision", "continuity_clearingmessage",
        "continuity_clearingsending", "continuity_clearingstatement", "continuity_clearingsuspect", "continuity_clearingtransfer",
        "continuity_clearingpayment",
    ),
    *_left(SEALED_HERE, "redemption_telephone"),
    *_left(PRIVACY, "privacy_datarequest", "privacy_retentionreport"),
    *_left(CHAIN, "journal_block"),
)  # fmt: skip

BY_NAME: Final[Mapping[str, Taken]] = {each.name: each for each in TAKEN}
# In the order of the files of an archive.
SEALED: Final[tuple[str, ...]] = tuple(each.name for each in TAKEN if each.sealed)
# Rows that are never changed, and carry the number of their transaction in a column with an index.
GROWS: Final[frozenset[str]] = frozenset(
    (
        "connectivity_estatefile", "connectivity_landlordpayment", "connectivity_step", "connectivity_study", "continuity_commitmentday",
        "continuity_formerblock",
        "controls_casestep", "controls_signallook", "controls_signalsetting",
        "continuity_paperfile", "continuity_papervoucher", "distribution_desktext",
        "distribution_exchange", "distribution_exchangeterms", "distribution_handover", "distribution_papersheetline", "distribution_plan",
        "distribution_plannedlesson", "funding_bankbalance", "funding_commitmentshare", "funding_fundthreshold", "funding_publictarget", "funding_share",
        "funding_shareversion", "issuing_designlogo", "issuing_parcelgap", "issuing_parcelsettlement", "issuing_printfetch", "issuing_spoiledrun",
        "journal_line", "ledger_account", "ledger_connectionmovement", "ledger_movement", "ledger_passage", "ledger_sharepattern", "notices_programmetext",
        "observatory_evaluationplan", "observatory_evaluationreading", "observatory_forecast", "observatory_monthlyletter",
        "observatory_selfcheckterms", "parties_approvalvoice", "places_joiningterms", "planning_allotmentplan", "planning_gapweek",
        "planning_plandestination", "planning_planorder", "redemption_dispute", "redemption_disputedecision", "redemption_redemption",
        "redemption_reservation", "redemption_reservationend", "redemption_reversal", "redemption_serialevent", "redemption_uploadeditem",
        "settlement_accountbook", "settlement_advice", "settlement_bandsversion", "settlement_bankfile", "settlement_bankline",
        "settlement_channelchoice", "settlement_claimline", "settlement_creditnote", "settlement_cutoff", "settlement_debt",
        "settlement_expirychange", "settlement_feeinvoice", "settlement_feeterms", "settlement_heldforcase", "settlement_recoveryterms", "settlement_runfile",
        "settlement_statement",
    )
)  # fmt: skip
# What many other rows are chosen by: whoever writes an archive asks for their numbers first, in this order.
SETS: Final[tuple[str, ...]] = ("places_place", "parties_organisation")


def chosen(table: Taken, *, since: bool = False) -> str:
    """The rows of one programme, as a condition in SQL.

    Parameters: `programme`; the numbers of each of SETS under its name. `since`: only rows written from a transaction on (`since`, and `since32`,
    the same in the 32 bits that rows carry), and those that such rows name; then also `<set>_since`. A row may be chosen by two steps, never by none.
    """
    return _chosen(table.name, table.scope, since=since)


def _chosen(name: str, scope: Own | tuple[Ref, ...], *, since: bool) -> str:
    written = f"{name}.xid >= %(since)s" if name in GROWS else f"age({name}.xmin) <= age(%(since32)s::xid)"
    if isinstance(scope, Own):
        mine = f"{name}.{scope.column} = %(programme)s"
        return f"{mine} AND {written}" if since else mine
    mine = " OR ".join(_named(name, ref, since=False) for ref in scope)
    if not since:
        return f"({mine})"
    return f"(({written} AND ({mine})) OR {' OR '.join(_named(name, ref, since=True) for ref in scope)})"


def _named(name: str, ref: Ref, *, since: bool) -> str:
    if ref.table in SETS and ref.column == "id":
        return f"{name}.{ref.own} = ANY(%({ref.table}{'_since' if since else ''})s)"
    other = BY_NAME[ref.table]
    return f"{name}.{ref.own} IN (SELECT {ref.table}.{ref.column} FROM {ref.table} WHERE {_chosen(other.name, other.scope, since=since)})"
