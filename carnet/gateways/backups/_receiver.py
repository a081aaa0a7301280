"""The continuous archive: PostgreSQL's log as it is written, received like a replica receives it, sealed before it touches a disk.

What was received is on the archive's disk at the latest `every` seconds later, and only then is the server told that it may forget it: what
a loss of the server costs is what was written in those seconds. Named in the server's `synchronous_standby_names` (as carnet_backup), and
with `every=0`, it costs nothing: a redemption is not acknowledged before its log is in the archive.

The server keeps, in a slot of ours, what we have not received; `max_slot_wal_keep_size` bounds it, or a receiver long away would fill its disk.
"""

import select
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from psycopg.pq import ConnStatus, ExecStatus, PGconn
from psycopg.pq.abc import PGconn as Sender

from carnet.gateways.backups._archive import Segment, read_lsn, segment_of, write_lsn
from carnet.gateways.backups._refusals import ArchiveLost, ServerNotReached
from carnet.gateways.backups._server import described, identified, latest_line, reached, replication_address
from carnet.gateways.backups._shelf import Shelf

SLOT = "carnet_backup"
EVERY_SECONDS = 1.0
REPLY_SECONDS = 5.0
# Of one segment, before they are made one: a quiet night would leave thousands.
PIECES_MOST = 256
# Microseconds between 1970 and 2000, from which PostgreSQL counts.
EPOCH = 946_684_800_000_000


@dataclass
class Received:
    """How far the archive is."""

    timeline: int = 0
    place: int = 0
    bytes: int = 0
    segments: int = 0


class Receiver:
    """Receives until told to stop. `tell` hears of each thing kept; `stop` is asked several times a second."""

    def __init__(
        self, shelf: Shelf, *, address: str, recipient: str, every: float, stop: Callable[[], bool], tell: Callable[[Received], None]
    ) -> None:
        self.shelf, self.address, self.recipient, self.every, self.stop, self.tell = shelf, address, recipient, every, stop, tell
        self.received = Received()
        self._segment: Segment | None = None
        self._buffer = bytearray()
        self._kept = 0
        self._kept_at = 0.0
        self._replied_at = 0.0

    def prepare(self) -> int:
        """Make the slot, so that from now on nothing is forgotten before it is here; gives the server's bound for slots, in MB (-1: none).

        Raises: ServerNotReached, OtherCluster, ArchiveLost.
        """
        with reached(self.address) as connection:
            server = described(connection, self.address)
            self.shelf.open_for(system=server.system, recipient=self.recipient, segment_bytes=server.segment_bytes)
            slot = connection.execute(
                "SELECT restart_lsn::text, wal_status FROM pg_replication_slots WHERE slot_name = %s", [SLOT]
            ).fetchone()
            if slot is not None and slot[1] == "lost":
                connection.execute("SELECT pg_drop_replication_slot(%s)", [SLOT])
                raise ArchiveLost(slot=SLOT)
            if slot is None:
                connection.execute("SELECT pg_create_physical_replication_slot(%s, true)", [SLOT])
                slot = connection.execute("SELECT restart_lsn::text FROM pg_replication_slots WHERE slot_name = %s", [SLOT]).fetchone()
            assert slot is not None
        _, timeline, _ = identified(self.address)
        self._begin(timeline, read_lsn(slot[0]), server.segment_bytes)
        return server.slots_most_megabytes

    def _begin(self, timeline: int, slot_place: int, size: int) -> None:
        """Where to go on: at the beginning of the segment the archive was filling, if the server still has it."""
        kept = self.shelf.archive()
        start = segment_of(slot_place, timeline=timeline, size=size)
        if kept:
            latest = max(kept, key=lambda each: (each.segment.timeline, each.segment.rank, each.until)).segment
            if latest.rank <= start.rank:
                start = Segment(latest.timeline, start.rank, size)
        self._enter(start)

    def _enter(self, segment: Segment) -> None:
        self._segment, self._buffer, self._kept = segment, bytearray(), 0
        self.received.timeline, self.received.place = segment.timeline, segment.start

    def stream(self) -> None:
        """Receive until told to stop, or until the server ends (its restart, its failover): whoever calls comes back.

        Raises: ServerNotReached.
        """
        sender = PGconn.connect(replication_address(self.address).encode())
        try:
            if sender.status != ConnStatus.OK:
                raise ServerNotReached(reason=latest_line(sender.get_error_message()))
            assert self._segment is not None
            # What is not on the disk is asked again, from the beginning of its segment.
            self._enter(self._segment)
            self._histories(sender)
            words = f"START_REPLICATION SLOT {SLOT} PHYSICAL {write_lsn(self._segment.start)} TIMELINE {self._segment.timeline}"
            begun = sender.exec_(words.encode())
            if begun.status != ExecStatus.COPY_BOTH:
                raise ServerNotReached(reason=latest_line(begun.get_error_message()))
            self._receive(sender)
        except psycopg.OperationalError as error:
            raise ServerNotReached(reason=str(error).strip().splitlines()[0]) from None
        finally:
            self._keep()  # whatever was heard before the end, a kill of the server included
            sender.finish()

    def _histories(self, sender: Sender) -> None:
        """How the server's timeline came of earlier ones: a restoration needs to know."""
        told = sender.exec_(b"IDENTIFY_SYSTEM")
        for timeline in range(2, int(bytes(told.get_value(0, 1) or b"1")) + 1):
            history = sender.exec_(f"TIMELINE_HISTORY {timeline}".encode())
            if history.status == ExecStatus.TUPLES_OK:
                name, content = (bytes(history.get_value(0, column) or b"") for column in range(2))
                self.shelf.keep_history(name.decode(), content, self.recipient)

    def _receive(self, sender: Sender) -> None:
        self._kept_at = self._replied_at = time.monotonic()
        while True:
            size, content = sender.get_copy_data(1)
            if size > 0:
                self._heard(sender, bytes(content))
                continue
            if size < 0:
                self._ended(sender)
                return
            self._on_time(sender)
            if self.stop():
                self._keep()
                self._reply(sender)
                return
            select.select([sender.socket], [], [], 0.2 if self.every else 0.05)
            sender.consume_input()

    def _heard(self, sender: Sender, message: bytes) -> None:
        if message[:1] == b"w":
            (place,) = struct.unpack_from("!q", message, 1)
            self._write(sender, place, message[25:])
            self._on_time(sender)
        elif message[:1] == b"k" and message[17]:
            self._keep()
            self._reply(sender)

    def _write(self, sender: Sender, place: int, content: bytes) -> None:
        assert self._segment is not None
        if place != self._segment.start + len(self._buffer):
            raise ServerNotReached(reason=f"{write_lsn(place)} after {write_lsn(self._segment.start + len(self._buffer))}")
        while content:
            room = self._segment.size - len(self._buffer)
            self._buffer += content[:room]
            content = content[room:]
            if len(self._buffer) == self._segment.size:
                self._keep()
                self.received.segments += 1
                self._reply(sender)
                self._enter(Segment(self._segment.timeline, self._segment.rank + 1, self._segment.size))

    def _on_time(self, sender: Sender) -> None:
        now = time.monotonic()
        if len(self._buffer) > self._kept and now - self._kept_at >= self.every:
            self._keep()
            self._reply(sender)
        elif now - self._replied_at >= REPLY_SECONDS:
            self._reply(sender)

    def _keep(self) -> None:
        """What was received and is not on the disk yet: now it is."""
        assert self._segment is not None
        self._kept_at = time.monotonic()
        if len(self._buffer) == self._kept:
            return
        whole = len(self._buffer) == self._segment.size
        pieces = list(self.shelf.archive_folder.glob(f"{self._segment.name}.*-*.gz.age"))
        together = whole or len(pieces) >= PIECES_MOST
        first = 0 if together else self._kept
        kept = self.shelf.keep(self._segment, first, bytes(self._buffer[first:]), self.recipient)
        if together:
            for piece in pieces:
                if piece != kept.path:
                    piece.unlink(missing_ok=True)
        self._kept = len(self._buffer)
        self.received.place = self._segment.start + self._kept
        self.received.bytes += kept.path.stat().st_size
        self.tell(self.received)

    def _reply(self, sender: Sender) -> None:
        """Say what is on our disk: the server may forget it, and a commit that waits for us is done."""
        assert self._segment is not None
        place = self._segment.start + self._kept
        now = int(time.time() * 1_000_000) - EPOCH
        self._replied_at = time.monotonic()
        sender.put_copy_data(b"r" + struct.pack("!qqqqB", place, place, place, now, 0))
        sender.flush()

    def _ended(self, sender: Sender) -> None:
        """The server ended the flow: it stops, or its timeline does, and then it says which follows and from where."""
        assert self._segment is not None
        ended = sender.get_result()
        if ended is not None and ended.status == ExecStatus.COPY_BOTH:
            sender.put_copy_end()
            ended = sender.get_result()
        if ended is not None and ended.status == ExecStatus.TUPLES_OK and ended.ntuples:
            timeline = int(bytes(ended.get_value(0, 0) or b"0"))
            place = read_lsn(bytes(ended.get_value(0, 1) or b"0/0").decode())
            self._keep()
            self._enter(segment_of(place, timeline=timeline, size=self._segment.size))


def drop_slot(address: str) -> bool:
    """Let the server forget: no archive is received any more. False if there was no slot."""
    with reached(address) as connection:
        found = connection.execute("SELECT 1 FROM pg_replication_slots WHERE slot_name = %s", [SLOT]).fetchone()
        if found:
            connection.execute("SELECT pg_drop_replication_slot(%s)", [SLOT])
        return bool(found)
