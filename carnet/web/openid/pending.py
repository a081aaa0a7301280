"""Requests a helper is answering, kept in their own session for a quarter of an hour: each is bound to the browser that brought it."""

import secrets
from collections.abc import MutableMapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from carnet.mandates.rules import Family
from carnet.web.openid.parameters import Asked

LIFE = timedelta(minutes=15)
MOST = 5  # several tabs, never a heap
_NAME = "openid_pending"


def keep(session: MutableMapping[str, Any], asked: Asked, at: datetime) -> str:
    """Keep what is asked; the handle names it in addresses, and is worth nothing in another session."""
    handle = secrets.token_urlsafe(16)
    kept = {**asdict(asked), "scopes": list(asked.scopes), "families": sorted(asked.families) if asked.families is not None else None}
    others = [(name, each) for name, each in session.get(_NAME, {}).items() if not _is_over(each, at)]
    session[_NAME] = {**dict(others[-(MOST - 1) :]), handle: {"at": at.isoformat(), "asked": kept}}
    return handle


def find(session: MutableMapping[str, Any], handle: str, at: datetime) -> Asked | None:
    """What that handle names in this session, unless it is over."""
    found = session.get(_NAME, {}).get(handle)
    if found is None or _is_over(found, at):
        return None
    asked = found["asked"]
    families = frozenset(Family(code) for code in asked["families"]) if asked["families"] is not None else None
    return Asked(**{**asked, "scopes": tuple(asked["scopes"]), "families": families})


def forget(session: MutableMapping[str, Any], handle: str) -> None:
    """It was answered: it is not answered twice."""
    session[_NAME] = {name: each for name, each in session.get(_NAME, {}).items() if name != handle}


def _is_over(kept: dict[str, Any], at: datetime) -> bool:
    return at >= datetime.fromisoformat(kept["at"]) + LIFE
