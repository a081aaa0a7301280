"""Who acts. A door makes the actor once; every operation names it; nobody below guesses."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ActorKind = Literal["person", "token", "system", "anonymous"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone or something that acts, for one organisation, with its tenant already worked out.

    `organisation_id` is the one acted for; `organisation_ids` and `programme_ids` are the rows the
    database lets this actor see; `proved_at` is the last proof of a second factor (aware) or None.
    `instrument` is what it acts with when that has an identity of its own: ``device:12``, ``phone:5``.
    """

    kind: ActorKind
    label: str
    person_id: int | None = None
    organisation_id: int | None = None
    organisation_ids: frozenset[int] = field(default_factory=frozenset)
    programme_ids: frozenset[int] = field(default_factory=frozenset)
    roles: frozenset[str] = field(default_factory=frozenset)
    proved_at: datetime | None = None
    place_id: int | None = None
    token_id: int | None = None
    instrument: str | None = None

    @classmethod
    def system(
        cls,
        label: str,
        *,
        programme_ids: frozenset[int] | set[int] = frozenset(),
        organisation_ids: frozenset[int] | set[int] = frozenset(),
    ) -> "Actor":
        """Background work, naming itself and its tenant."""
        return cls(
            kind="system",
            label=label,
            organisation_ids=frozenset(organisation_ids),
            programme_ids=frozenset(programme_ids),
        )

    @classmethod
    def anonymous(cls) -> "Actor":
        """A visitor of public pages: no rows of any tenant."""
        return cls(kind="anonymous", label="public")
