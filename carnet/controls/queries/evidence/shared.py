"""What two organisations of a programme share: compared inside the database, given as ids. No account, number or key leaves it."""

from collections import defaultdict
from collections.abc import Iterator

from carnet.controls.queries.evidence._ground import BEYOND, SPENT, Ground, read
from carnet.controls.rules.signals.shared import Shared

# Organisations of the programme: whoever runs a place that accepts it, whoever hands its booklets over. And the busiest place of each in the month.
_OF_PROGRAMME = f"""
{SPENT}, {BEYOND},
busiest AS (
  SELECT DISTINCT ON (organisation_id) organisation_id, place_id, count(*) AS vouchers FROM spent GROUP BY organisation_id, place_id
  ORDER BY organisation_id, count(*) DESC, place_id),
desk AS (SELECT DISTINCT organisation_id FROM distribution_programmeprescriber WHERE programme_id = %(programme)s),
part AS (
  SELECT p.operator_id AS organisation_id FROM places_placeacceptance a JOIN places_place p ON p.id = a.place_id
  WHERE a.programme_id = %(programme)s AND p.operator_id IS NOT NULL
  UNION SELECT organisation_id FROM busiest UNION SELECT organisation_id FROM desk)"""
_TELL = """
SELECT b.place_id, b.organisation_id, o.organisation_id, o.organisation_id IN (SELECT organisation_id FROM desk), s.alike, b.vouchers, COALESCE(y.beyond, 0),
  COALESCE(y.cents, 0)
FROM pair s JOIN busiest b ON b.organisation_id = s.one JOIN part o ON o.organisation_id = s.other LEFT JOIN beyond y ON y.place_id = b.place_id
ORDER BY 1, 3"""

_ACCOUNTS = f"""
WITH {_OF_PROGRAMME},
account AS (
  SELECT organisation_id, iban FROM parties_bankaccount
  WHERE approved_at IS NOT NULL AND valid_from < %(until)s AND (ended_at IS NULL OR ended_at > %(since)s)
    AND organisation_id IN (SELECT organisation_id FROM part)),
pair AS (
  SELECT a.organisation_id AS one, o.organisation_id AS other, '' AS alike FROM account a
  JOIN account o ON o.iban = a.iban AND o.organisation_id <> a.organisation_id GROUP BY 1, 2)
{_TELL}"""

# A building shared by many says nothing alone: an address counts beside a number or an e-mail address only.
_CONTACTS = f"""
WITH {_OF_PROGRAMME},
said AS (
  SELECT p.operator_id AS organisation_id, p.phone, unnest(CASE WHEN p.emails = '{{}}' THEN ARRAY[''] ELSE p.emails END) AS email,
    p.postcode, p.address AS street
  FROM places_place p JOIN places_placeacceptance a ON a.place_id = p.id AND a.programme_id = %(programme)s WHERE p.operator_id IS NOT NULL
  UNION ALL
  SELECT o.id, o.contact_phone, o.contact_email, o.postcode, o.street FROM parties_organisation o JOIN part ON part.organisation_id = o.id
  UNION ALL
  SELECT d.organisation_id, d.phone, '', d.postcode, d.street FROM distribution_deskpoint d WHERE d.programme_id = %(programme)s AND d.closed_at IS NULL),
contact AS (
  SELECT DISTINCT organisation_id, kind, word FROM said, LATERAL (VALUES
    ('phone', right(regexp_replace(phone, '[^0-9]', '', 'g'), 9)), ('email', lower(trim(email))),
    ('address', CASE WHEN street = '' THEN '' ELSE postcode || ' ' || regexp_replace(lower(street), '[^a-z0-9à-ÿ]+', ' ', 'g') END)) each (kind, word)
  WHERE word <> ''),
pair AS (
  SELECT a.organisation_id AS one, o.organisation_id AS other, string_agg(DISTINCT a.kind, ' ' ORDER BY a.kind) AS alike
  FROM contact a JOIN contact o ON o.kind = a.kind AND o.word = a.word AND o.organisation_id <> a.organisation_id
  GROUP BY 1, 2 HAVING bool_or(a.kind <> 'address'))
{_TELL}"""

_DEVICES = f"""
WITH {_OF_PROGRAMME},
device AS (
  SELECT organisation_id, public_key AS mark FROM redemption_device WHERE enrolled_at < %(until)s AND (revoked_at IS NULL OR revoked_at > %(since)s)
  UNION SELECT organisation_id, number_mark FROM redemption_telephone WHERE number_mark IS NOT NULL AND confirmed_at < %(until)s),
pair AS (
  SELECT a.organisation_id AS one, o.organisation_id AS other, '' AS alike FROM device a
  JOIN device o ON o.mark = a.mark AND o.organisation_id <> a.organisation_id GROUP BY 1, 2)
{_TELL}"""


def accounts(ground: Ground) -> Iterator[Shared]:
    """Organisations paid on one account."""
    return _shared(ground, _ACCOUNTS)


def contacts(ground: Ground) -> Iterator[Shared]:
    """Organisations that answer at one number or address."""
    return _shared(ground, _CONTACTS)


def devices(ground: Ground) -> Iterator[Shared]:
    """Organisations that spend with one device."""
    return _shared(ground, _DEVICES)


def _shared(ground: Ground, statement: str) -> Iterator[Shared]:
    for month in ground.each():
        found: dict[tuple[int, ...], list[tuple[int, bool, str]]] = defaultdict(list)
        for place_id, organisation_id, other, is_desk, alike, *spent in read(month, statement):
            found[(place_id, organisation_id, *spent)].append((other, is_desk, alike))
        for (place_id, organisation_id, vouchers, beyond, cents), others in found.items():
            yield Shared(
                place_id,
                organisation_id,
                month.from_on,
                month.until_on,
                vouchers,
                beyond,
                cents,
                others=tuple(sorted(other for other, _desk, _alike in others)),
                desks=tuple(sorted(other for other, is_desk, _alike in others if is_desk)),
                alike=tuple(sorted({word for _other, _desk, alike in others for word in alike.split()})),
            )
