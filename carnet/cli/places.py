"""The directory of places: checking, importing and writing files of the national standard."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from carnet.cli.running import installation, load_django
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _

if TYPE_CHECKING:
    from carnet.places.rules import ImportReport

_File = Annotated[
    Path, typer.Argument(help=_("Fichier de lieux : standard national v1.0.2 ou v0.1, CSV, XLSX ou JSON, compressé (.gz) ou non."))
]
_Source = Annotated[str, typer.Option("--source", help=_("D’où vient le fichier (qui le publie). Par défaut, le nom du fichier."))]
_All = Annotated[bool, typer.Option("--all", help=_("Montrer chaque défaut, et non un exemple de chaque sorte."))]


class ExportForm(StrEnum):
    """What the directory is written as."""

    STANDARD = "standard"
    DATA_INCLUSION = "data-inclusion"


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("import", help=_("Importer un fichier de lieux et dire, ligne par ligne, ce qui ne va pas."))(import_file)
    group.command("check", help=_("Vérifier un fichier de lieux sans toucher à la base."))(check)
    group.command("export", help=_("Écrire l’annuaire au standard national v1.0.2 (CSV), ou au schéma data·inclusion (JSON)."))(export)
    app.add_typer(group, name="places", help=_("L’annuaire des lieux."))


def import_file(
    file: _File,
    source: _Source = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Dire ce qui changerait, sans rien changer."))] = False,
    show_all: _All = False,
    as_json: AsJson = False,
) -> None:
    with installation(), _opened(file) as stream:
        from carnet.gateways.database import acting_as
        from carnet.kernel.actors import Actor
        from carnet.places.operations import import_places
        from carnet.web import clock

        actor = Actor.system("carnet places import")
        with acting_as(actor), _progress(quiet=as_json) as progress:
            report = import_places(
                provenance=source or _stem(file),
                file_name=file.name,
                stream=stream,
                dry_run=dry_run,
                progress=progress,
                actor=actor,
                request_id=uuid4(),
                at=clock.now(),
            )
        _tell(report, as_json=as_json, show_all=show_all, says_changes=True)


def check(file: _File, show_all: _All = False, as_json: AsJson = False) -> None:
    load_django()
    with _opened(file) as stream:
        from carnet.places.operations import check_place_file
        from carnet.web import clock

        with _progress(quiet=as_json) as progress:
            report, _rows = check_place_file(stream=stream, file_name=file.name, at=clock.now(), progress=progress)
        _tell(report, as_json=as_json, show_all=show_all, says_changes=False)
    if report.refused_count:
        raise CommandFailed(_("%(count)d ligne(s) seraient refusées.") % {"count": report.refused_count})


def export(
    out: Annotated[Path, typer.Option("--out", help=_("Fichier à écrire ; « - » pour la sortie standard."))],
    department: Annotated[str, typer.Option("--department", help=_("Un département seulement, par exemple 44."))] = "",
    form: Annotated[
        ExportForm, typer.Option("--format", help=_("standard (v1.0.2, CSV) ou data-inclusion (v1, JSON)."))
    ] = ExportForm.STANDARD,
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.gateways.database import acting_as
        from carnet.kernel.actors import Actor
        from carnet.places import queries
        from carnet.web import clock

        with acting_as(Actor.system("carnet places export")):
            at = clock.now()
            written = queries.export_lines if form is ExportForm.STANDARD else queries.inclusion_lines
            lines = written(at=at, department=department or None)
            if str(out) == "-":
                sys.stdout.writelines(lines)
                return
            _write_whole(out, lines)
            count = queries.export_count(at=at, department=department or None)
    if as_json:
        give({"file": str(out), "places": count})
    else:
        say(_("%(count)d lieux écrits dans %(file)s.") % {"count": count, "file": out})


def _write_whole(out: Path, lines: Iterator[str]) -> None:
    """Write the file whole or not at all."""
    draft = out.with_name(f"{out.name}.part")
    try:
        with draft.open("w", encoding="utf-8", newline="") as target:
            target.writelines(lines)
        draft.replace(out)
    except OSError as error:
        raise CommandFailed(_("Impossible d’écrire %(file)s : %(reason)s.") % {"file": out, "reason": error.strerror}) from error


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    try:
        stream = file.open("rb")
    except OSError as error:
        raise CommandFailed(_("Impossible de lire %(file)s : %(reason)s.") % {"file": file, "reason": error.strerror}) from error
    with stream:
        yield stream


def _stem(file: Path) -> str:
    return file.name.split(".")[0]


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, for people at a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield lambda _count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_("Lecture des lieux"), total=None)
        yield lambda count: bar.update(task, completed=count)


def _tell(report: "ImportReport", *, as_json: bool, show_all: bool, says_changes: bool) -> None:
    from carnet.web.design.sentences.places import OUTCOMES, kinds_of_faults, sentence_of_fault

    if as_json:
        give(_as_json(report))
        return
    say(
        _("%(read)d lieux lus (standard %(version)s) : %(kept)d gardés, %(refused)d refusés.")
        % {"read": report.read_count, "version": report.version, "kept": report.kept_count, "refused": report.refused_count}
    )
    if says_changes:
        say(_changes(report))
    for sentence, outcome, count in kinds_of_faults(report.faults) if not show_all else ():
        say(f"  {count:>6} × [{OUTCOMES[outcome]}] {sentence}")
    for fault in report.faults if show_all else ():
        place = _("ligne %(line)d") % {"line": fault.line} if fault.line else _("fichier")
        say(f"  {place} [{OUTCOMES[fault.outcome]}] {sentence_of_fault(fault)}")


def _changes(report: "ImportReport") -> str:
    sentence = _(
        "%(created)d nouveaux, %(updated)d changés, %(unchanged)d inchangés, %(absent)d absents du fichier et laissés tels quels."
    ) % {
        "created": report.created_count,
        "updated": report.updated_count,
        "unchanged": report.unchanged_count,
        "absent": report.absent_count,
    }
    # Outside the f-string: the sentences inside one are not found for translation.
    dry = _("À blanc : rien n’a changé.")
    return f"{sentence} {dry}" if report.import_id is None else sentence


def _as_json(report: "ImportReport") -> dict[str, Any]:
    counts = ("read", "created", "updated", "unchanged", "refused", "absent", "communes_found")
    return {
        "import_id": report.import_id,
        "provenance": report.provenance,
        "file": report.file_name,
        "version": report.version,
        **{name: getattr(report, f"{name}_count") for name in counts},
        "faults": [fault.as_json() for fault in report.faults],
    }
