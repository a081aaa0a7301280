"""One line of the table *role x may see x may do*, and how a line is written."""

from dataclasses import dataclass
from typing import Literal

from carnet.parties.rules._words import Role

Verb = Literal["see", "do"]


@dataclass(frozen=True, slots=True)
class Permission:
    """One line of the table: an action, who holds it, whether a recent second factor is asked for, whether a PIN is enough."""

    action: str
    verb: Verb
    meaning: str
    roles: frozenset[Role]
    proof: bool = False
    pin: bool = False


def see(action: str, meaning: str, *roles: Role, pin: bool = False) -> Permission:
    """A line of what these roles may see."""
    return Permission(action, "see", meaning, frozenset(roles), pin=pin)


def do(action: str, meaning: str, *roles: Role, proof: bool = False, pin: bool = False) -> Permission:
    """A line of what these roles may do."""
    return Permission(action, "do", meaning, frozenset(roles), proof, pin)
