"""The rows about one human, in every table they may be in. Call it seeing everything.

First what was given (an address, a telephone, a number, names); then, once more, the addresses and telephones of the rows found, which say the
same human without doubt. Never their names: two people may have the same.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from carnet.privacy.queries.mapping import data_map, declared, processings
from carnet.privacy.queries.reading import ReadRow, primary_key, read_rows
from carnet.privacy.rules import NobodyFound, Sought, SoughtBy, holds, sought
from carnet.privacy.rules.erasing import BY_TABLE, KEPT_BY_TABLE

# What hangs from a row and names it by a number: table, column, of which table.
BELONGS = (
    ("parties_membership", "person_id", "parties_person"),
    ("mfa_authenticator", "user_id", "parties_person"),
    ("account_emailaddress", "user_id", "parties_person"),
    ("parties_codecard", "holder_id", "parties_person"),
    ("helpline_complaintline", "complaint_id", "helpline_complaint"),
    ("mandates_mandate", "person_id", "mandates_assistedperson"),
)
# Secrets are nobody's to read, not even their owner's.
_SECRET = {("mfa_authenticator", "data"), ("parties_person", "password"), ("parties_pin", "hash"), ("parties_codecard", "sealed_seed")}
_NUMBERED = {"mandates_mandate": "mandates_assistedperson", "connectivity_connection": "connectivity_contact"}


# Large, and without a name by construction: a row leads to nobody. `carnet data search` reads them too.
_NAMELESS = {
    "journal_line", "journal_answer", "distribution_handover", "notices_webhookdelivery", "django_session", "openid_accesstoken", "openid_grant",
    "mandates_visit", "mandates_use", "redemption_balancetry", "redemption_stranger", "observatory_selfcheckslip", "observatory_selfcheckround",
    "parties_browsersession",
    "parties_cardcode", "workshops_booking", "connectivity_application", "connectivity_home", "places_place",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One row about the person. `because`: what it was found by."""

    table: str
    row: str
    texts: dict[str, str]
    closed: tuple[str, ...]
    because: str
    can_be_erased: bool
    law: str
    until: str

    @property
    def name(self) -> str:
        """How the command calls it."""
        return f"{self.table}:{self.row}"


def find(text: str) -> tuple[Finding, ...]:
    """Every row about whoever is given. Raises: TooVague, NobodyFound."""
    whom = sought(text)
    found = {_key(row): (row, whom.by.value) for row in _holding([whom])}
    also = [each for each in _certain(row for row, _ in found.values()) if each != whom]
    for row in _holding(also) if also else ():
        found.setdefault(_key(row), (row, "same address or telephone"))
    for row in list(_hanging([row for row, _ in found.values()])):
        found.setdefault(_key(row), (row, "belongs to a row found"))
    if not found:
        raise NobodyFound
    return tuple(_finding(row, because) for row, because in found.values())


def exported(findings: Iterable[Finding], *, at: datetime) -> dict[str, Any]:
    """What is held about the person, for them to read: each row, why, under which basis, how long, who sees it."""
    about = {(each.table, each.column): each for each in data_map()}
    of_table = {table: each for each in processings() for table in each.tables}
    rows = []
    for found in findings:
        columns = []
        for column, text in found.texts.items():
            said = about[found.table, column]
            columns.append({
                "column": column, "holds": text, "why": said.purpose, "kept": said.lifetime, "basis": said.basis, "seen_by": said.seen_by,
                "leaves_to": said.leaves_to,
            })  # fmt: skip
        about_it = of_table[found.table]
        rows.append({
            "processing": about_it.title, "purpose": about_it.purpose, "basis": about_it.basis, "kept": about_it.kept, "seen_by": about_it.seen_by,
            "leaves_to": about_it.leaves_to, "table": found.table, "row": found.row, "found_by": found.because, "columns": columns,
            "not_shown": list(found.closed), "can_be_erased": found.can_be_erased, "kept_because": found.law, "kept_until": found.until,
        })  # fmt: skip
    return {"made_at": at.isoformat(), "rows": rows}


def _holding(looked_for: list[Sought]) -> Iterable[ReadRow]:
    for table in sorted(set(declared()) - _NAMELESS):
        for row in read_rows(table):
            together = " ".join(row.texts.values())
            if together and any(holds(together, whom) for whom in looked_for):
                yield _followed(row, looked_for)


def _followed(row: ReadRow, looked_for: list[Sought]) -> ReadRow:
    """A mandate's or a connection's number leads to the person's own row."""
    if row.table not in _NUMBERED or not any(whom.by is SoughtBy.NUMBER for whom in looked_for):
        return row
    target = _NUMBERED[row.table]
    question = (
        "SELECT person_id::text FROM mandates_mandate WHERE id = %s"
        if target == "mandates_assistedperson"
        else "SELECT id::text FROM connectivity_contact WHERE connection_id = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(question, [int(row.row)])
        named = cursor.fetchone()
    return next(read_rows(target, only=[named[0]]), row) if named else row


def _certain(rows: Iterable[ReadRow]) -> list[Sought]:
    """Addresses and telephones that a row says are this person's own: its account's, or what they left to be reached by."""
    own = {
        "parties_person": ("email", "phone"), "mandates_assistedperson": ("sealed_identity", "sealed_contact"), "connectivity_contact": ("sealed_phone",),
        "distribution_remindercontact": ("sealed",), "helpline_complaint": ("sealed_contact",), "workshops_contact": ("sealed_phone",),
        "observatory_selfcheckinvitation": ("sealed",), "mandates_helperfile": ("sealed_identity",),
    }  # fmt: skip
    texts = " ".join(row.texts.get(column, "") for row in rows for column in own.get(row.table, ()))
    emails = re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", texts)
    phones = re.findall(r"\+?\d(?:[\s.()]?\d){8,14}", texts)
    return list(dict.fromkeys(sought(each) for each in (*emails, *phones)))


def _hanging(rows: list[ReadRow]) -> Iterable[ReadRow]:
    for table, column, of in BELONGS:
        owners = [int(row.row) for row in rows if row.table == of]
        if not owners or table not in declared():
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {primary_key(table)}::text FROM {table} WHERE {column} = ANY(%s)", [owners])
            named = [each for (each,) in cursor.fetchall()]
        yield from read_rows(table, only=named)


def _finding(row: ReadRow, because: str) -> Finding:
    kept = KEPT_BY_TABLE.get(row.table)
    texts = {
        column: "—" if (row.table, column) in _SECRET else text
        for column, text in row.texts.items()
        if not column.endswith(("_mark", "_marks"))
    }
    return Finding(
        row.table, row.row, texts, row.closed, because, row.table in BY_TABLE, kept.law if kept else "", kept.until if kept else ""
    )


def _key(row: ReadRow) -> tuple[str, str]:
    return row.table, row.row
