"""One transaction puts every row in its place, or none: until it commits, nobody sees anything of the programme; after it, all of it.

No trigger is switched off and no wall is lowered: rows are inserted in the order of the registry, as their owner, behind the same policies as
ever. What an archive could not hold is made in the same transaction: nameless persons, sequences, who operates. Then the ledger is verified:
one fault, and nothing happened.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from uuid import UUID

from django.db import DataError, IntegrityError, InternalError, connection
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from carnet.connectivity.queries import verifying as connections
from carnet.continuity.models import FormerBlock, Takeover
from carnet.continuity.operations.takeovers._beside import beside, entries, names, real, said, schema_of
from carnet.continuity.rules.tables import TAKEN
from carnet.continuity.rules.takeovers import OPERATED, LedgerBroken, RowsRefused, TakeoverState, TotalsDiffer
from carnet.distribution.queries import custody
from carnet.gateways import programme_archives as archives
from carnet.gateways.programme_archives import Archive, Step
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.redemption import queries as redemption
from carnet.settlement import queries as settlement

_ANALYSED_FROM = 1_000
# Rows that no member of the application's role may write, the owner included: the role that redeems writes them, as it always does, and no other.
_BY_REDEEMER = {"ledger_movement": "kind IN ('REDEEM', 'REVERSE')", "redemption_serialevent": "kind <> 'UNLOCKED'"}
# What goes on under the successor, table by table, while the rows are still beside.
_HANDED_ON = {
    # What waited for the former operator's people waits for the successor's.
    "parties_approval": "UPDATE {} SET organisation_id = %(successor)s WHERE organisation_id = %(former)s AND decision IS NULL",
    # It invites the first members of those that have nobody left here, and approves their bank accounts.
    "parties_organisation": "UPDATE {} SET registered_by_id = %(successor)s WHERE id <> %(former)s",
    # Numbers of accounts never leave in an archive: each organisation says its own again, and a second person approves it.
    "parties_bankaccount": "UPDATE {} SET state = 'ENDED', ended_at = %(at)s, ended_reason = 'reprise du programme' WHERE state <> 'ENDED'",
    # Nothing is paid from an account that nobody here holds: another is entered, by two people.
    "funding_agreement": "UPDATE {} SET account_ended_at = %(at)s WHERE account_ended_at IS NULL",
    # The machines of whoever fell have nothing to do here.
    "parties_apitoken": "DELETE FROM {} WHERE organisation_id = %(former)s",
}


def put_in_place(takeover: Takeover, archive: Archive) -> dict[str, int]:
    """Every row where it belongs, in the caller's transaction; how many of each table. Raises: RowsRefused."""
    _change_operator(takeover, archive)
    _make_nameless(takeover, archive)
    counts: dict[str, int] = {}
    found = entries(archive)
    for table in (each.name for each in TAKEN if each.name in found):
        columns = [name for name in found[table].columns if name not in _computed(table)]
        put = sql.SQL("INSERT INTO {0} ({1}) SELECT {1} FROM {2} WHERE {3} /* fan-out: a takeover, every series of it */")
        theirs = _BY_REDEEMER.get(table, "false")
        counts[table] = 0
        with connection.cursor() as cursor:
            try:
                for which, is_redeemer in ((theirs, True), (f"({theirs}) IS NOT TRUE", False)):
                    if is_redeemer and table not in _BY_REDEEMER:
                        continue
                    with _writer(cursor, takeover.id, table) if is_redeemer else nullcontext():
                        wanted = put.format(real(table), names(columns), beside(takeover.id, table), sql.SQL(which))
                        cursor.execute(said(wanted))
                        counts[table] += cursor.rowcount
            except (IntegrityError, DataError, InternalError) as error:
                raise RowsRefused(table=table, reason=str(error).splitlines()[0]) from None
            if counts[table] >= _ANALYSED_FROM:
                cursor.execute(said(sql.SQL("ANALYZE {}").format(real(table))))
    _check_links()
    for table in found:
        _move_sequence(takeover.id, table)
    return counts


@contextmanager
def _writer(cursor: CursorWrapper, takeover_id: int, table: str) -> Iterator[None]:
    """Write as the role that redeems, for one statement."""
    cursor.execute(said(sql.SQL("GRANT USAGE ON SCHEMA {} TO carnet_redeemer").format(sql.Identifier(schema_of(takeover_id)))))
    cursor.execute(said(sql.SQL("GRANT SELECT ON {} TO carnet_redeemer").format(beside(takeover_id, table))))
    cursor.execute("SET LOCAL ROLE carnet_redeemer")
    yield
    cursor.execute("SET LOCAL ROLE NONE")


def _check_links() -> None:
    """Foreign keys are looked at when a transaction ends: look now, while a fault can still be told. Raises: RowsRefused."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except IntegrityError as error:
            raise RowsRefused(table="", reason=str(error).splitlines()[0]) from None
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _computed(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND (attgenerated <> '' OR attname = 'xid')",
            [f"public.{table}"],
        )
        return {row[0] for row in cursor.fetchall()}


def _change_operator(takeover: Takeover, archive: Archive) -> None:
    """While the rows are still beside: whoever ran the programme gives way to whoever runs it now. What tells history is left as it was."""
    came = entries(archive)
    with connection.cursor() as cursor:
        cursor.execute(
            said(sql.SQL("SELECT operator_id FROM {} WHERE id = %s").format(beside(takeover.id, "funding_programme"))),
            [takeover.programme_id],
        )
        row = cursor.fetchone()
        if row is None:
            raise TotalsDiffer(name="funding_programme", found=0, announced=1)
        former = takeover.former_organisation_id or row[0]
        for table, column in OPERATED.items():
            if table in came and column in came[table].columns:
                cursor.execute(
                    said(sql.SQL("UPDATE {0} SET {1} = %s WHERE {1} = %s").format(beside(takeover.id, table), sql.Identifier(column))),
                    [takeover.organisation_id, former],
                )
        for table, statement in _HANDED_ON.items():
            if table in came:
                values = {"former": former, "successor": takeover.organisation_id, "at": takeover.begun_at}
                cursor.execute(said(sql.SQL(statement).format(beside(takeover.id, table))), values)
    takeover.former_organisation_id = former


def _make_nameless(takeover: Takeover, archive: Archive) -> None:
    """Persons of the numbers that rows name, without a name, without a way in: people never leave an installation in an archive."""
    with connection.cursor() as cursor:
        for table, column in _person_columns(set(entries(archive))):
            if column not in entries(archive)[table].columns:
                continue
            cursor.execute(
                said(
                    sql.SQL(
                        "INSERT INTO parties_person (id, email, display_name, password, language, phone, is_active, created_at, erased_at)"
                        " SELECT DISTINCT {0}, NULL, '—', '!', 'fr', '', false, %s::timestamptz, %s::timestamptz FROM {1}"
                        " WHERE {0} IS NOT NULL ON CONFLICT (id) DO NOTHING"
                    ).format(sql.Identifier(column), beside(takeover.id, table))
                ),
                [takeover.begun_at, takeover.begun_at],
            )


def _person_columns(tables: set[str]) -> list[tuple[str, str]]:
    """Columns that are links to persons, or that name one by a bare number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.conrelid::regclass::text, a.attname::text FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
            " WHERE c.contype = 'f' AND c.confrelid = 'public.parties_person'::regclass"
            " UNION SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'bigint'"
            " AND (column_name = 'person_id' OR column_name LIKE '%\\_person\\_id' OR column_name LIKE '%\\_by\\_id') AND column_name <> 'reserved_by_id'"
            " AND column_name <> 'registered_by_id' ORDER BY 1, 2"
        )
        return [(table, column) for table, column in cursor.fetchall() if table in tables]


def _move_sequence(takeover_id: int, table: str) -> None:
    """The next number of a table is above all that came, and above its own latest: numbers are never given twice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.attname::text, pg_get_serial_sequence(%s, a.attname) FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0"
            " AND NOT a.attisdropped AND pg_get_serial_sequence(%s, a.attname) IS NOT NULL",
            [f"public.{table}"] * 3,
        )
        for column, sequence in cursor.fetchall():
            schema, _dot, name = sequence.partition(".")
            cursor.execute(
                said(
                    sql.SQL(
                        "SELECT setval(%s, greatest(s.last_value, came.highest)) FROM {} s, (SELECT max({}) AS highest FROM {}) came"
                    ).format(sql.Identifier(schema, name.strip('"')), sql.Identifier(column), beside(takeover_id, table))
                    + sql.SQL(" WHERE came.highest IS NOT NULL")
                ),
                [sequence],
            )


def keep_former_chain(takeover: Takeover, archive: Archive) -> dict[str, dict[str, int | str]]:
    """The sealed blocks of the former journal, and the head of each of its chains: where it ends, ours begins."""
    heads: dict[str, dict[str, int | str]] = {}
    for step in archive.steps:
        for chain in step.manifest.chains:
            heads[chain.table] = {"number": chain.number, "digest": chain.digest}
            if chain.blocks:
                _keep_blocks(takeover, step, chain.table, chain.file)
    return heads


def _keep_blocks(takeover: Takeover, step: Step, table: str, name: str) -> None:
    with (step.folder / name).open("rb") as file:
        for header, parts in archives.blocks(file):
            rows = b"".join(parts)
            FormerBlock.objects.bulk_create(
                [
                    FormerBlock(
                        takeover=takeover,
                        programme_id=takeover.programme_id,
                        table_name=table,
                        number=header.number,
                        from_xid=header.from_xid,
                        to_xid=header.to_xid,
                        row_count=header.row_count,
                        rows=rows,
                        previous=bytes.fromhex(header.previous),
                        digest=bytes.fromhex(header.digest),
                        sealed_at=datetime.fromisoformat(header.sealed_at),
                    )
                ],
                ignore_conflicts=True,
            )


def verify_ledger() -> None:
    """Every rule of the ledger, with the new rows. Raises: LedgerBroken."""
    faults = [fault for room in (ledger, redemption, settlement, connections, custody) for fault in room.verify()]
    if faults:
        first = faults[0]
        raise LedgerBroken(where=first.where, what=first.what, invariant=first.invariant, faults=len(faults))


def owed_to_places(programme_id: int) -> list[tuple[int, int]]:
    """What each organisation of places is owed on the day, in whole cents: the former operator's debt, that the agreement's money pays."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.organisation_id, sum(CASE WHEN m.debit_account_id = a.id THEN m.cents ELSE -m.cents END)::bigint FROM ledger_account a"
            " JOIN ledger_movement m ON m.debit_account_id = a.id OR m.credit_account_id = a.id /* fan-out: a takeover */"
            " WHERE a.programme_id = %s AND a.kind = 'OWED' GROUP BY 1 HAVING sum(CASE WHEN m.debit_account_id = a.id THEN m.cents ELSE -m.cents END) > 0"
            " ORDER BY 2 DESC, 1",
            [programme_id],
        )
        return [(int(row[0]), int(row[1])) for row in cursor.fetchall()]


def finish(takeover: Takeover, *, heads: dict[str, dict[str, int | str]], actor: Actor, request_id: UUID, at: datetime) -> None:
    """The line of the journal that says where the former chain ended, and the takeover done."""
    takeover.state, takeover.taken_at = TakeoverState.DONE, at
    takeover.save()
    journal.record(
        actor=actor,
        action="continuity.taken-over",
        subject=("takeover", takeover.id),
        facts={
            "former_operator": takeover.former_organisation_id,
            "base": takeover.base_number,
            "latest": takeover.latest_number,
            "digest": takeover.latest_digest,
            "signing_key": takeover.signing_key,
            "known_until": takeover.known_until.isoformat(),
            "heads": heads,
        },
        programme_id=takeover.programme_id,
        organisation_id=takeover.organisation_id,
        request_id=request_id,
        at=at,
    )
