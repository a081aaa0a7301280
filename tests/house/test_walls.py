"""The walls between tenants, and what may never be rewritten: asked of the database itself, table by table."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

# Columns by which a row belongs to somebody.
TENANT_COLUMNS = (
    "programme_id", "organisation_id", "person_id", "funder_id", "funder_ids", "holder_id", "user_id", "agreement_id", "series_id", "claim_id",
)  # fmt: skip

# Tables with such a column that everybody may read: each says why.
PUBLIC = {
    "account_emailaddress": "sign-in looks for the address before anybody is known; held by django-allauth",
    "funding_programme": "what a programme is and who operates it is published",
    "workshops_session": "the agenda is published: a session, where, when, the seats left; never who booked",
    "places_placeacceptance": "which places accept a programme is published",
    "places_placerepeat": "which places are one is published: the page of each says it",
    "places_placeconfirmation": "that a place's page was confirmed, and when, is published on it",
    "places_placeimport": "what was wrong in a file that is open data; shown to the organisation that brought it",
    "places_joiningterms": "what a network asks of its places is published, every version of it",
    "places_placelabel": "which places have a label, from when to when, is published",
    "distribution_desktext": "the agreement that a programme's desks sign is published, every version of it",
    "mandates_helperterms": "what helpers of a programme accept is published, every version of it",
    "mandates_trainingsession": "when and where a programme trains its helpers, and how many seats there are, is published; never who comes",
    "issuing_keyversion": "devices are told which versions of a programme's keys to believe; no key is in it, nor who drew it",
    "parties_operatorlabel": "which operators asked the State for a label, and what it answered, is published",
    "parties_organisation": "names and SIRET numbers are public facts",
}

# Tables that only grow.
APPEND_ONLY = (
    "observatory_release", "observatory_releasefile", "observatory_releasetruth",
    "ledger_account", "funding_bankbalance", "continuity_commitmentday",
    "continuity_anchor", "continuity_anchorsent", "continuity_clearingmessage", "continuity_clearingsuspect", "continuity_clearingtransfer",
    "continuity_formerblock", "continuity_paperfile", "continuity_papervoucher",
    "journal_line", "journal_block", "observatory_figurecomparison", "ledger_movement", "ledger_passage", "ledger_sharepattern", "redemption_redemption",
    "activities_record", "activities_doneanswer", "places_joiningterms", "notices_programmetext",
    "distribution_desktext", "mandates_use", "mandates_ending", "mandates_helperterms", "mandates_helpertest", "mandates_termsacceptance", "mandates_consentline", "mandates_remotesetting", "mandates_retentionrun",
    "observatory_selfcheckterms", "observatory_selfcheckkeeping",
    "issuing_parcelgap", "issuing_parcelsettlement",
    "privacy_retentionreport", "controls_signalsetting", "controls_signallook", "controls_casestep", "settlement_heldforcase",
    "planning_weighing", "issuing_designlogo", "issuing_printfetch", "issuing_spoiledrun",
)  # fmt: skip


def ask(question: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(question, parameters)
        return cursor.fetchall()


def test_the_application_owns_nothing_and_is_held_by_the_walls() -> None:
    role, superuser, bypasses = ask("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")[0]
    assert (role, superuser, bypasses) == ("carnet_app", False, False)
    owned = ask("SELECT relname FROM pg_class WHERE relowner = 'carnet_app'::regrole")
    assert owned == []


def test_every_table_of_somebodys_rows_has_forced_walls() -> None:
    tables = ask(
        """
        SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, array_agg(a.attname::text)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND a.attname = ANY(%s) AND NOT a.attisdropped
        GROUP BY 1, 2
        """,
        list(TENANT_COLUMNS),
    )
    assert len(tables) > 15
    open_tables = {name: columns for name, walled, columns in tables if not walled and name not in PUBLIC}
    assert not open_tables, f"tables of somebody's rows without forced row-level security: {open_tables}"


def test_every_wall_has_a_policy() -> None:
    bare = ask(
        """
        SELECT relname FROM pg_class c
        WHERE relrowsecurity AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)
        """
    )
    assert bare == []


def test_the_list_of_public_tables_names_tables_that_exist_and_are_open() -> None:
    for table in PUBLIC:
        found = ask("SELECT relrowsecurity FROM pg_class WHERE relname = %s AND relkind IN ('r', 'p')", table)
        assert found == [(False,)], f"{table}: not an open table any more; take it off the list"


def test_without_a_tenant_there_are_no_rows() -> None:
    walled = [name for (name,) in ask("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind IN ('r', 'p')")]
    for table in walled:
        seen = ask(f"SELECT count(*) FROM {table} /* fan-out: nobody sees any */")[0][0]
        assert seen == 0, f"{table} shows {seen} rows to nobody in particular"


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_only_grows_refuses_the_rest(table: str) -> None:
    triggers = {name for (name,) in ask("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'A'", table)}
    assert {"carnet_append_only", "carnet_no_truncate"} <= triggers, f"{table}: {triggers}"
    may = ask("SELECT p FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) p WHERE has_table_privilege('carnet_app', %s, p)", table)
    assert may == [], f"the application may {may} on {table}"


def test_no_function_with_its_owners_rights_leaves_its_search_path_open() -> None:
    functions = ask(
        """
        SELECT p.proname, coalesce(array_to_string(p.proconfig, ','), '') FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.prosecdef AND n.nspname = 'public'
        """
    )
    loose = [name for name, configuration in functions if "search_path=" not in configuration]
    assert loose == [], "a caller could put its own tables in front"
