"""Citus, as an outside system: what a PostgreSQL spread over machines by series would ask of this database, and the steps that prepare one.

Every hot row carries its series. The checklist is asked of any PostgreSQL, the ordinary one included (tests/gateways/test_citus.py); the
plan is made from the catalogue of the database it is asked of, and says why of each step. No cluster was at hand to try the plan on: what
is known of one was measured apart, and docs/decisions/0081-a-door-kept-open.md says what stays to be done there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from carnet.kernel.refusals import Refusal

KEY = "series_id"
# Spread over the machines, all cut the same way, so that what concerns one series is on one machine.
SPREAD = ("ledger_voucher", "ledger_booklet", "ledger_passage", "ledger_movement", "redemption_redemption")
# Copied whole to every machine: small, read beside each hot row.
COPIED = ("ledger_series", "ledger_sharepattern", "ledger_account", "funding_programme", "places_place", "places_placeacceptance")
SHARDS = 32
ALLOWED_TRIGGERS = ("carnet_append_only", "carnet_no_truncate")

_SPREAD = "WITH hot AS (SELECT oid, relname FROM pg_class WHERE relname = ANY(%(spread)s) AND relkind IN ('r', 'p'))"
# The numbers are those of the checklist measured on a cluster: a row returned is something it refuses.
CHECKS = {
    "C1 a hot row does not say which series it is of": """
        SELECT h.relname FROM hot h LEFT JOIN pg_attribute a ON a.attrelid = h.oid AND a.attname = 'series_id' AND NOT a.attisdropped
        WHERE a.attnum IS NULL OR NOT a.attnotnull OR a.attgenerated <> ''""",
    "C2 series_id has not one type everywhere": """
        SELECT string_agg(h.relname, ', ') FROM hot h JOIN pg_attribute a ON a.attrelid = h.oid AND a.attname = 'series_id'
        HAVING count(DISTINCT a.atttypid) > 1""",
    "C3 no primary key": "SELECT relname FROM hot h WHERE NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = h.oid AND i.indisprimary)",
    "C4 a uniqueness leaves the series out": """
        SELECT i.indexrelid::regclass::text FROM hot h JOIN pg_index i ON i.indrelid = h.oid
        JOIN pg_attribute a ON a.attrelid = h.oid AND a.attname = 'series_id'
        WHERE (i.indisunique OR i.indisexclusion) AND (%(keys_changed)s OR NOT i.indisprimary)
          AND NOT a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])""",
    "C5 a foreign key between hot rows leaves the series out": """
        SELECT c.conname FROM pg_constraint c JOIN hot h ON h.oid = c.conrelid JOIN hot g ON g.oid = c.confrelid
        JOIN pg_attribute a ON a.attrelid = h.oid AND a.attname = 'series_id' JOIN pg_attribute b ON b.attrelid = g.oid AND b.attname = 'series_id'
        WHERE c.contype = 'f' AND NOT EXISTS (
          SELECT 1 FROM generate_subscripts(c.conkey, 1) s WHERE c.conkey[s] = a.attnum AND c.confkey[s] = b.attnum)""",
    "C6 a hot row holds a foreign key to a table that is not copied everywhere": """
        SELECT c.conname FROM pg_constraint c JOIN hot h ON h.oid = c.conrelid
        WHERE c.contype = 'f' AND c.confrelid::regclass::text <> ALL (%(copied)s) AND c.confrelid NOT IN (SELECT oid FROM hot)""",
    "C7 a row that is not hot holds a foreign key to a hot one": """
        SELECT c.conname FROM pg_constraint c JOIN hot h ON h.oid = c.confrelid WHERE c.contype = 'f' AND c.conrelid NOT IN (SELECT oid FROM hot)""",
    "C8 a foreign key would change the series by itself": """
        SELECT c.conname FROM pg_constraint c JOIN hot h ON h.oid = c.conrelid JOIN pg_attribute a ON a.attrelid = h.oid AND a.attname = 'series_id'
        WHERE c.contype = 'f' AND a.attnum = ANY (c.conkey) AND (c.confdeltype IN ('n', 'd') OR c.confupdtype IN ('n', 'd', 'c'))""",
    "C9 a number drawn by the database that is not a bigint": """
        SELECT h.relname || '.' || a.attname FROM hot h JOIN pg_attribute a ON a.attrelid = h.oid AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE (a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%%') AND a.atttypid <> 'bigint'::regtype""",
    "C10 a trigger that acts": """
        SELECT t.tgname FROM pg_trigger t JOIN hot h ON h.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND t.tgname <> ALL (%(triggers)s) AND t.tgname NOT LIKE '%%\\_guard'""",
    "C11 a rule or an inheritance": """
        SELECT h.relname FROM hot h WHERE EXISTS (SELECT 1 FROM pg_rewrite r WHERE r.ev_class = h.oid)
        OR EXISTS (SELECT 1 FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE i.inhrelid = h.oid AND p.relkind = 'r')""",
}


class ClusterMissing(Refusal):
    """This PostgreSQL has no Citus: there is nothing to spread over."""

    code = "cluster-missing"


class CannotBeSpread(Refusal):
    """The checklist found something a cluster refuses. Facts: found."""

    code = "cannot-be-spread"


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of the plan, and why it is there."""

    statement: str
    why: str


@dataclass(frozen=True, slots=True)
class Remaining:
    """What works on one PostgreSQL and a cluster would refuse or do slowly, once everything is spread."""

    where: str
    what: str


def violations(*, keys_changed: bool = False) -> dict[str, list[str]]:
    """What the checklist finds, by check; none when this database could be spread. `keys_changed`: primary keys must hold the series too."""
    found: dict[str, list[str]] = {}
    told: dict[str, Any] = {
        "spread": list(SPREAD),
        "copied": list(COPIED),
        "triggers": list(ALLOWED_TRIGGERS),
        "keys_changed": keys_changed,
    }
    with connection.cursor() as cursor:
        for check, statement in CHECKS.items():
            cursor.execute(f"{_SPREAD} {statement}", told)
            names = [row[0] for row in cursor.fetchall() if row[0]]
            if names:
                found[check] = names
    return found


def plan() -> list[Step]:
    """Every statement, in the order that works: keys, spreading, copies, then the foreign keys that link them."""
    keys = _foreign_keys()
    steps = [
        Step(f"SET citus.shard_count = {SHARDS}", "as many pieces as several machines may share later"),
        Step("SET citus.enable_unsafe_triggers = on", "rows only grow, on every machine: the triggers that refuse changes go along"),
    ]
    steps += [Step(f"ALTER TABLE {table} DROP CONSTRAINT {name}", "put back once both sides are prepared") for table, name, _ in keys]
    for table, name, columns in _primary_keys():
        if KEY not in columns:
            steps.append(Step(f"ALTER TABLE {table} DROP CONSTRAINT {name}", "an id alone is unique nowhere but on one machine"))
            steps.append(Step(f"ALTER TABLE {table} ADD CONSTRAINT {name} PRIMARY KEY ({', '.join((KEY, *columns))})", "series, then id"))
    for number, table in enumerate(SPREAD):
        beside = f", colocate_with => '{SPREAD[0]}'" if number else ""
        steps.append(Step(f"SELECT create_distributed_table('{table}', '{KEY}'{beside})", "a series is whole on one machine"))
    steps += [Step(f"SELECT create_reference_table('{table}')", "read beside each hot row, on its machine") for table in COPIED]
    steps += [Step(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}", "as before") for table, name, definition in keys]
    return steps


def remaining() -> list[Remaining]:
    """What the ordinary path may do and a cluster may not, read from the functions that redeem."""
    found: list[Remaining] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosrc ~ %(hot)s ORDER BY proname",
            {"hot": "|".join(SPREAD)},
        )
        for name, source in cursor.fetchall():
            found += [Remaining(name, what) for what in _refused(source)]
    return found


def _refused(source: str) -> list[str]:
    """Why a function could not be run whole on the machine of one series."""
    reasons = []
    for statement in source.split(";"):
        names_key = re.search(rf"{KEY}\s*=", statement)
        if re.search(r"FOR (NO KEY )?UPDATE", statement) and not names_key:
            reasons.append("locks rows found by their code alone: their series must be looked up first")
    if "fan-out: the directory of codes" in source:
        reasons.append("finds a code without its series: one question to every machine")
    written = {table for table in re.findall(r"INSERT INTO (\w+)", source) if table not in (*SPREAD, *COPIED)}
    if written:
        reasons.append(f"also writes {', '.join(sorted(written))}, kept on the first machine: run there, statement by statement")
    return reasons


def spread() -> list[Step]:
    """Do it, in one transaction; the steps done. Raises: ClusterMissing, CannotBeSpread. Asked as the owner of the tables."""
    from django.db import transaction

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'citus'")
        if not cursor.fetchone()[0]:
            raise ClusterMissing
        found = violations()
        if found:
            raise CannotBeSpread(found="; ".join(f"{check}: {', '.join(names)}" for check, names in found.items()))
        steps = plan()
        with transaction.atomic():
            for step in steps:
                cursor.execute(step.statement)
    return steps


def _primary_keys() -> Sequence[tuple[str, str, tuple[str, ...]]]:
    """Table, constraint and columns of each hot table's primary key."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.conrelid::regclass::text, c.conname,
              (SELECT array_agg(a.attname::text ORDER BY k.rank) FROM unnest(c.conkey) WITH ORDINALITY AS k (number, rank)
               JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number)
            FROM pg_constraint c WHERE c.contype = 'p' AND c.conrelid::regclass::text = ANY(%s) ORDER BY 1
            """,
            [list(SPREAD)],
        )
        return [(table, name, tuple(columns)) for table, name, columns in cursor.fetchall()]


def _foreign_keys() -> Sequence[tuple[str, str, str]]:
    """Table, constraint and definition of each foreign key held by a hot table."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s) ORDER BY 1, 2
            """,
            [list(SPREAD)],
        )
        return [(table, name, definition) for table, name, definition in cursor.fetchall()]
