"""The end of a season as it is played: the timer calls, the operator and the funders confirm, both sides sign, each funder is credited."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4

from django.utils.text import slugify

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS, end_of_day
from carnet.parties import operations as parties
from carnet.parties import queries as parties_queries
from carnet.parties.rules import Role
from carnet.scenarios.cast import Cast, cast_moment
from carnet.scenarios.plan import Season
from carnet.settlement.operations import expiry
from carnet.settlement.queries import expiry as reads
from carnet.settlement.queries import joint
from carnet.settlement.rules.expiry import ExpiryStep, days_of, default_stop_day
from carnet.web.statements import credit_note_pdf, joint_pdf

# Long enough to read a statement before signing it.
READ_IN = timedelta(days=5)


def days_of_season(season: Season) -> dict[ExpiryStep, date]:
    """The day of each step of a season of the scenarios."""
    accepted_until = end_of_day(season.grace_ends_on - timedelta(days=1))
    return days_of(printed_until=end_of_day(season.last_day), accepted_until=accepted_until)


def stops_on(season: Season) -> date:
    """The first day without hand-over: the day after the stop is validated."""
    return default_stop_day(today=days_of_season(season)[ExpiryStep.STOP], printed_until=end_of_day(season.last_day))


@dataclass
class Ending:
    """One agreement's end of validity, played day by day."""

    cast: Cast
    programme_id: int
    agreement_id: int
    season: Season
    out: Path | None
    _signers: dict[int, int] = field(default_factory=dict)

    @property
    def steps(self) -> dict[date, ExpiryStep]:
        """Which step is confirmed on which day; the last one is the closing's."""
        return {day: step for step, day in days_of_season(self.season).items() if step is not ExpiryStep.CREDIT}

    def play(self, step: ExpiryStep, day: date) -> None:
        """The timer calls early in the morning, and somebody confirms at eight."""
        self._call(datetime.combine(day, time(5, 12), tzinfo=PARIS))
        at = datetime.combine(day, time(8), tzinfo=PARIS)
        funder_id = next(iter(self.cast.funder_ids.values()))
        by_funder = step in (ExpiryStep.STOP, ExpiryStep.CONFIRM)
        with self._funder(funder_id, at) if by_funder else self._operator(at) as actor:
            expiry_id = reads.expiry_of(actor, self.agreement_id)
            assert expiry_id is not None, "the timer opened it"
            expiry.confirm_step(expiry_id=expiry_id, step=step, actor=actor, request_id=uuid4(), at=at)
        if step is ExpiryStep.STATEMENT:
            self._sign(at + READ_IN)

    def papers(self) -> list[Path]:
        """What both sides signed, and the credit notes, as files."""
        if self.out is None:
            return []
        written = []
        with self._operator(datetime.combine(self.season.closed_on, time(12), tzinfo=PARIS)) as actor:
            for view in joint.statements_of(actor, self.agreement_id):
                content = joint.signed_paper(actor, view.id)
                if content is not None:
                    written.append(self._keep(f"etat-contradictoire-{slugify(view.figures.funder)}.pdf", content))
            written += [
                self._keep(f"avoir-{slugify(note.funder)}.pdf", credit_note_pdf(note))
                for note in joint.credit_notes(actor, self.agreement_id)
            ]
        return written

    def _call(self, at: datetime) -> None:
        system = Actor.system("scenario", programme_ids={self.programme_id}, organisation_ids={self.cast.operator_id})
        with acting_as(system):
            expiry.call_for_steps(programme_id=self.programme_id, at=at)

    def _sign(self, at: datetime) -> None:
        with self._operator(at) as actor:
            waiting = joint.to_sign(actor, as_funder=False)
            for view in waiting:
                if view.agreement_id == self.agreement_id:
                    self._sign_one(view, actor, at)
        for funder_id in self.cast.funder_ids.values():
            with self._funder(funder_id, at) as actor:
                for view in joint.to_sign(actor, as_funder=True):
                    if view.agreement_id == self.agreement_id:
                        self._sign_one(view, actor, at)

    def _sign_one(self, view: joint.JointView, actor: Actor, at: datetime) -> None:
        expiry.sign_statement(statement_id=view.id, digest=view.digest, write=joint_pdf, actor=actor, request_id=uuid4(), at=at)

    @contextmanager
    def _operator(self, at: datetime) -> Iterator[Actor]:
        actor = self.cast.actor(Role.OPERATOR_ADMIN, self.programme_id, at)
        with acting_as(actor):
            yield actor

    @contextmanager
    def _funder(self, funder_id: int, at: datetime) -> Iterator[Actor]:
        actor = Actor(
            kind="person", label="Finances", person_id=self._signer(funder_id), organisation_id=funder_id,
            organisation_ids=frozenset({funder_id}), programme_ids=frozenset({self.programme_id}),
            roles=frozenset({Role.FUNDER.value}), proved_at=at,
        )  # fmt: skip
        with acting_as(actor):
            yield actor

    def _signer(self, funder_id: int) -> int:
        if funder_id not in self._signers:
            self._signers[funder_id] = signer_of(funder_id, cast_moment(self.season.today))
        return self._signers[funder_id]

    def _keep(self, name: str, content: bytes) -> Path:
        assert self.out is not None, "files are kept where there is a folder"
        path = self.out / "fin-de-validite" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


def signer_of(funder_id: int, at: datetime) -> int:
    """Who signs for a funder: found again, or enrolled."""
    system = Actor.system("scenario", organisation_ids={funder_id})
    with acting_as(system):
        email = f"finances-{funder_id}@financeurs.carnet.example"
        members = parties_queries.members(actor=system, organisation_id=funder_id, at=at)
        known = [each.person_id for each in members if each.email == email]
        return known[0] if known else parties.enrol_member(
            organisation_id=funder_id, email=email, display_name="Dominique Girard", role=Role.FUNDER,
            actor=system, request_id=uuid4(), at=at,
        )  # fmt: skip
