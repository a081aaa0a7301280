"""Two installations: each its database, its folder of keys, its numbers. The first runs a campaign; the second may take it over."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import connections
from django.test import override_settings

from carnet.continuity.operations import archives, takeovers
from carnet.gateways import programme_archives, schema
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import new_pair
from carnet.kernel.actors import Actor
from carnet.redemption import operations as redemption
from carnet.redemption.operations import Asked, Item
from tests.conftest import point_django_at
from tests.databases import TestDatabases
from tests.factories.campaign import LATER, SYSTEM, Campaign, organisation, rid
from tests.factories.labels import labelled

FIRST_NUMBER = 1_000_000


@dataclass
class Two:
    """`first` and `second` are names of databases; one is used at a time (`at`)."""

    first: str
    second: str
    folder: Path
    archive: Path
    private: bytes
    public: bytes

    @contextmanager
    def at(self, name: str) -> Iterator[None]:
        before = connections["default"].settings_dict["NAME"]
        point_django_at(name)
        try:
            with override_settings(KEYS_DIR=self.folder / f"keys-{'first' if name == self.first else 'second'}", CARNET_CLOCK=LATER):
                yield
        finally:
            point_django_at(before)

    @property
    def successor(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self.private)

    def kept(self, ready: Campaign, *, anew: bool = False, at: Any = LATER) -> archives.Written:
        """One more step of the archive, in the first installation."""
        return archives.write_step(
            programme_id=ready.programme_id, folder=self.archive, successor=self.public, anew=anew, actor=SYSTEM, at=at
        )

    def taken(
        self, operator_id: int, *, up_to_gap: bool = False, on_rows: Any = lambda _count: None, at: Any = LATER
    ) -> takeovers.TakenOver:
        """What `carnet takeover` does, in the second installation."""
        opened = takeovers.open_whole(programme_archives.open_archive(self.archive), up_to_gap=up_to_gap)
        return takeovers.take_over(
            opened=opened, operator_id=operator_id, successor=self.successor, actor=Actor.system("carnet takeover"), request_id=rid(), at=at,
            on_rows=on_rows,
        )  # fmt: skip


@contextmanager
def two_installations(databases: TestDatabases, worker: str, folder: Path) -> Iterator[Two]:
    """Both empty; the second numbers its rows from a million on."""
    names = [databases.clone(f"{worker}_{what}") for what in ("falls", "takes")]
    private, public = new_pair()
    two = Two(names[0], names[1], folder, folder / "archive", private, public)
    try:
        with two.at(two.second):
            schema.number_from(FIRST_NUMBER)
        yield two
    finally:
        for name in names:
            databases.drop(name)


def successor_operator() -> int:
    """The organisation that takes over, in the second installation."""
    with acting_as_everything(why="prepare a successor"):
        operator_id = organisation("Successeur", "OPERATOR")
        labelled(operator_id)
    return operator_id


def spend(ready: Campaign, code: str, *, at: Any = LATER, key: str | None = None) -> Any:
    """At the campaign's place; the answer."""
    with acting_as(ready.mediator):
        (answer,) = redemption.redeem_many(asked=[Asked(Item(code=code, service="mailbox", key=key), ready.mediator, "SCREEN")], at=at)
    return answer
