"""One mechanism for every application: opened by an address, written in steps, sent, taken back, given up, decided by two people.

Nobody has an account yet: what the letter's link holds (its key) stands for the applicant. Everything typed is kept as it was typed. The
room says what its application asks and what an admission does; everything here is the same for all of them.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from carnet.gateways import documents
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties.columns import ApplicationColumns, DecisionColumns, PaperColumns
from carnet.parties.operations._approvals import answer, request_approval
from carnet.parties.queries.applications import Sealed
from carnet.parties.rules import secret_hash
from carnet.parties.rules.applications import NAME_MAX, WAITING, WRITABLE, Answers, DecisionState, FileState

APPLICANT = Actor.anonymous()
# Of one address in one programme: nobody has more, and a letter is written for each.
LINKS_MAX = 10

FileT = TypeVar("FileT", bound=ApplicationColumns)
DecisionT = TypeVar("DecisionT", bound=DecisionColumns)
PaperT = TypeVar("PaperT", bound=PaperColumns)


@dataclass(frozen=True, slots=True)
class Applications(Generic[FileT]):
    """The applications of one room.

    `decisions`: the table of what is decided about them, its `file` naming one. `of_key`: the one a key opens, or the room's refusal.
    `locked`: the same, locked, called seeing its programme. `numbered`: its organisation's number, as the column `number` keeps it.
    A unique index whose name holds "one_per_" refuses a number that applies twice.
    """

    rows: type[FileT]
    decisions: type[Any]
    sealed: Sealed
    of_key: Callable[[str], FileT]
    locked: Callable[[Actor, int], FileT]
    numbered: Callable[[Answers], str]
    not_writable: type[Refusal]
    already_there: type[Refusal]
    number: str = "number"

    def repeated(self, request_id: UUID) -> FileT | None:
        """The application this request opened already. Call it seeing its programme."""
        return self.rows.objects.filter(request_id=request_id).first()

    def keep(self, *, answers: Answers, address: str, key: str, request_id: UUID, at: datetime, **columns: Any) -> FileT:
        """Write a new application, a draft unless `columns` says otherwise. Call it seeing its programme."""
        named = {"name": str(answers["who"].get("name", ""))[:NAME_MAX], self.number: self.numbered(answers)}
        standard = {
            "state": FileState.DRAFT.value,
            "sealed_answers": self.sealed.sealed_answers(answers),
            "sealed_email": self.sealed.sealed_email(address),
            "email_mark": self.sealed.address_mark(address),
            "secret_hash": secret_hash(key),
            "opened_at": at,
            "changed_at": at,
            "request_id": request_id,
        }
        return self.rows.objects.create(**(standard | named | columns))

    def renew_keys(self, programme_id: int, address: str, key_for: Callable[[FileT], str]) -> Iterator[tuple[FileT, str]]:
        """A new key for each application of an address; earlier ones open nothing any more. None for an address nobody knows."""
        with acting_as(programme_ids=[programme_id]):
            rows = self.rows.objects.select_for_update(of=("self",)).filter(
                programme_id=programme_id, email_mark=self.sealed.address_mark(address), erased_at__isnull=True
            )
            for file in rows.exclude(state=FileState.WITHDRAWN.value).order_by("id")[:LINKS_MAX]:
                key = key_for(file)
                file.secret_hash = secret_hash(key)
                file.save(update_fields=["secret_hash"])
                yield file, key

    @contextmanager
    def opened(self, key: str, *, found: FileT | None = None) -> Iterator[FileT]:
        """The application of a key, locked; `found` when it was looked for already."""
        found = found or self.of_key(key)
        programme_id = _programme_of(found)
        with acting_as(programme_ids=[programme_id]):
            yield self.locked(Actor.system("applicant", programme_ids={programme_id}), found.pk)

    @contextmanager
    def written(self, key: str, at: datetime) -> Iterator[tuple[FileT, Answers]]:
        """An application and its answers, kept on leaving. Raises: the room's not writable, already there."""
        with self.opened(key) as file:
            self.check_writable(file)
            answers = self.sealed.answers_of(file)
            yield file, answers
            file.sealed_answers, file.name = self.sealed.sealed_answers(answers), str(answers["who"].get("name", ""))[:NAME_MAX]
            setattr(file, self.number, self.numbered(answers))
            file.changed_at, file.revision = at, file.revision + 1
            # An application asked to be completed still stands: its number may be taken by no other.
            self._save_once(file)

    def send(self, key: str, at: datetime, check: Callable[[FileT, Answers], None]) -> FileT | None:
        """Send it to the programme once `check` is content; None when it was sent already. `check` may write in the row."""
        with self.opened(key) as file:
            if file.state == FileState.SENT:
                return None
            self.check_writable(file)
            check(file, self.sealed.answers_of(file))
            file.state, file.sent_at, file.changed_at = FileState.SENT.value, at, at
            file.revision += 1
            self._save_once(file)
        return file

    def take_back(self, key: str, at: datetime, **columns: Any) -> FileT:
        """Back to a draft, while nobody has prepared an answer."""
        return self._turn(key, {FileState.SENT}, FileState.DRAFT, at, columns)

    def withdraw(self, key: str, at: datetime, **columns: Any) -> FileT:
        """Give it up, while nobody has prepared an answer."""
        return self._turn(key, WAITING, FileState.WITHDRAWN, at, columns)

    def check_writable(self, file: FileT) -> None:
        """It changes before it is sent, and while something is asked of it. Raises: the room's not writable."""
        if file.state not in WRITABLE:
            raise self.not_writable(state=file.state)

    def touch(self, file: FileT, at: datetime) -> None:
        """It is not what it was: a decision prepared about it earlier is about another."""
        file.changed_at, file.revision = at, file.revision + 1
        file.save(update_fields=["changed_at", "revision"])

    def _turn(self, key: str, allowed: Collection[str], state: FileState, at: datetime, columns: dict[str, Any]) -> FileT:
        with self.opened(key) as file:
            prepared = self.decisions.objects.filter(file_id=file.pk, state=DecisionState.PREPARED.value).exists()
            if file.state not in allowed or prepared:
                raise self.not_writable(state=file.state)
            for name, value in (columns | {"state": state.value, "changed_at": at, "revision": file.revision + 1}).items():
                setattr(file, name, value)
            file.save(update_fields=["state", "changed_at", "revision", *columns])
        return file

    def _save_once(self, file: FileT) -> None:
        try:
            with transaction.atomic():
                file.save()
        except IntegrityError as error:
            if "one_per_" in str(error):
                raise self.already_there(number=getattr(file, self.number)) from None
            raise


@dataclass(frozen=True, slots=True)
class Papers(Generic[FileT, PaperT]):
    """The papers of one room's applications: made harmless, sealed, erased when they have served. `too_many`: the refusal past `most`."""

    applications: Applications[FileT]
    rows: type[PaperT]
    most: int
    too_many: Callable[[], Refusal]
    unknown: type[Refusal]

    def add(self, key: str, kind: str, content: bytes, request_id: UUID, at: datetime) -> int:
        """Keep a paper, judged by what it holds and never by its name. Returns its id; the first one's when repeated.

        Raises: DocumentTooHeavy, DocumentUnreadable, DocumentLocked, and the room's own.
        """
        found = self.applications.of_key(key)
        paper = documents.read(content)
        with self.applications.opened(key, found=found) as file:
            repeated = self.rows.objects.filter(request_id=request_id).first()
            if repeated is not None:
                return int(repeated.pk)
            self.applications.check_writable(file)
            if self.rows.objects.filter(file_id=file.pk, removed_at__isnull=True).count() >= self.most:
                raise self.too_many()
            row = self.rows.objects.create(
                file=file, programme_id=_programme_of(file), kind=kind, media_type=paper.media_type, size=len(paper.content),
                sealed_content=self.applications.sealed.sealed_paper(paper.content), added_at=at, request_id=request_id,
            )  # fmt: skip
            self.applications.touch(file, at)
        return int(row.pk)

    def remove(self, key: str, paper_id: int, at: datetime) -> None:
        """Take a paper out: it is erased at once. Raises: the room's unknown, not writable."""
        with self.applications.opened(key) as file:
            self.applications.check_writable(file)
            rows = self.rows.objects.filter(id=paper_id, file_id=file.pk, removed_at__isnull=True)
            if not rows.update(sealed_content=None, removed_at=at):
                raise self.unknown
            self.applications.touch(file, at)

    def own(self, key: str, paper_id: int) -> tuple[bytes, str]:
        """A paper of the application a key opens, and its media type. Raises: the room's unknown, KeysUnreadable."""
        found = self.applications.of_key(key)
        with acting_as(programme_ids=[_programme_of(found)]):
            return self.content(found.pk, paper_id)

    def content(self, file_id: int, paper_id: int) -> tuple[bytes, str]:
        """A paper and its media type, for whoever sees its programme. Raises: the room's unknown, KeysUnreadable."""
        row = self.rows.objects.filter(id=paper_id, file_id=file_id, removed_at__isnull=True).first()
        if row is None or row.sealed_content is None:
            raise self.unknown
        return self.applications.sealed.content_of(row), row.media_type


@dataclass(frozen=True, slots=True)
class Decisions(Generic[DecisionT]):
    """What two people decide in one room. `action`: what the second may do; `subject`: what the approval is about.

    A unique index whose name holds `one_waiting` refuses a second decision about the same thing while one waits.
    """

    action: str
    subject: str
    one_waiting: str
    waiting: type[Refusal]
    not_now: type[Refusal]
    digest: Callable[[DecisionT], bytes]

    def prepare(self, row: DecisionT, *, operator_id: int, programme_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
        """Write a decision that was checked, and ask for a second person. Raises: the room's waiting."""
        row.digest = self.digest(row)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            if self.one_waiting in str(error):
                raise self.waiting from None
            raise
        request_approval(
            action=self.action, subject=(self.subject, row.pk), digest=bytes(row.digest), organisation_id=operator_id,
            programme_id=programme_id, actor=actor, request_id=uuid5(request_id, "approval"), at=at,
        )  # fmt: skip

    def answer(self, row: DecisionT, digest: bytes, *, refused_because: str | None, actor: Actor, request_id: UUID, at: datetime) -> None:
        """The second person's answer to what waits, through the one mechanism of approvals. `digest`: of what is there now.

        Raises: the room's not now, PersonNeeded, SamePerson, ApprovalMissing, ApprovalChanged.
        """
        if row.state != DecisionState.PREPARED:
            raise self.not_now(kind=row.kind, state=row.state)
        answer(
            action=self.action, subject=(self.subject, row.pk), digest=digest, requested_by=row.prepared_by_id,
            refused_because=refused_because, actor=actor, request_id=uuid5(request_id, "decision"), at=at,
        )  # fmt: skip

    def is_taken_by(self, row: DecisionT, actor: Actor) -> bool:
        """Whether this person took it already: taking it again changes nothing."""
        return row.state == DecisionState.TAKEN and row.decided_by_id == actor.person_id

    def close(self, row: DecisionT, state: DecisionState, actor: Actor, at: datetime) -> None:
        """Taken, or set aside, by this person."""
        row.state, row.decided_by_id, row.decided_at = state.value, actor.person_id, at
        row.save(update_fields=["state", "decided_by_id", "decided_at"])


def _programme_of(row: ApplicationColumns) -> int:
    found: int = row.programme_id  # type: ignore[attr-defined]  # each room's table says which programme; the columns in common do not
    return found
