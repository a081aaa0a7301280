"""Where a page of a list stopped, signed: whoever holds a cursor can go on with the same list and do nothing else with it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.signing import BadSignature, Signer
from django.http import QueryDict

from carnet.api.refusals import CursorInvalid
from carnet.kernel.actors import Actor

CURSOR_LENGTH_MAX = 400
# What does not choose the lines of a list: it may change from one page to the next.
OF_ONE_PAGE = ("cursor", "limit")


def write_cursor(after: Sequence[Any], *, actor: Actor, path: str, query: QueryDict) -> str:
    """The cursor of the page that begins after `after`, for the same organisation, address and filters."""
    return _signer(actor, path, query).sign_object(list(after))


def read_cursor(cursor: str, *, actor: Actor, path: str, query: QueryDict) -> list[Any]:
    """Where the page begins. Raises: CursorInvalid (not ours, changed, or of another list)."""
    if len(cursor) > CURSOR_LENGTH_MAX:
        raise CursorInvalid(field="cursor")
    try:
        after = _signer(actor, path, query).unsign_object(cursor)
    except (BadSignature, ValueError):
        raise CursorInvalid(field="cursor") from None
    assert isinstance(after, list), "a signed cursor is one of ours"
    return after


def next_page(cursor: str, *, path: str, query: QueryDict) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The address of the next page, and the ``Link`` header (RFC 8288) that says it too."""
    again = query.copy()
    again["cursor"] = cursor
    address = f"{path}?{again.urlencode()}"
    return address, (("Link", f'<{address}>; rel="next"'),)


def _signer(actor: Actor, path: str, query: QueryDict) -> Signer:
    filters: Mapping[str, Any] = {name: query.getlist(name) for name in sorted(query) if name not in OF_ONE_PAGE}
    of = json.dumps([actor.organisation_id, actor.place_id, path, filters])
    return Signer(salt=f"carnet.api.cursor:{hashlib.sha256(of.encode()).hexdigest()}")
