"""The directory of places: checking, importing and writing files of the national standard."""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from carnet.cli.running import installation, load_django
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _

if TYPE_CHECKING:
    from carnet.kernel.actors import Actor
    from carnet.places.rules import ImportReport
    from carnet.places.rules.mapping import Mapping

_File = Annotated[
    Path,
    typer.Argument(help=_("Fichier de lieux, CSV, XLSX ou JSON, compressé (.gz) ou non ; au standard national v1.0.2 ou v0.1, ou autre.")),
]
_Columns = Annotated[
    list[str],
    typer.Option(
        "--map",
        help=_("Ce que dit une colonne : « Ville=commune » ; « Notes= » la garde à côté. À répéter. Voir « carnet places columns »."),
    ),
]
_Constants = Annotated[
    list[str],
    typer.Option("--set", help=_("Ce qui vaut pour toutes les lignes qui ne le disent pas : « date_maj=2026-11-22 ». À répéter.")),
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
    group.command("columns", help=_("Dire ce que semblent dire les colonnes d’un fichier."))(columns)
    group.command("check", help=_("Vérifier un fichier de lieux sans toucher à la base."))(check)
    group.command("export", help=_("Écrire l’annuaire au standard national v1.0.2 (CSV), ou au schéma data·inclusion (JSON)."))(export)
    app.add_typer(group, name="places", help=_("L’annuaire des lieux."))


def import_file(
    file: _File,
    source: _Source = "",
    column: _Columns = [],  # noqa: B006 - typer reads the default, nobody changes it
    constant: _Constants = [],  # noqa: B006
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Dire ce qui changerait, sans rien changer."))] = False,
    show_all: _All = False,
    as_json: AsJson = False,
) -> None:
    with installation(), _opened(file) as stream:
        from carnet.kernel.actors import Actor

        actor = Actor.system("carnet places import")
        provenance = source or _stem(file)
        if dry_run:
            report = _tried(file, stream, actor, provenance, column, constant, quiet=as_json)
        else:
            report = _imported(file, stream, actor, provenance, column, constant, quiet=as_json)
        _tell(report, as_json=as_json, show_all=show_all, says_changes=True)


def _tried(
    file: Path, stream: IO[bytes], actor: "Actor", provenance: str, column: list[str], constant: list[str], *, quiet: bool
) -> "ImportReport":
    from carnet.gateways.database import acting_as
    from carnet.places.operations import import_places
    from carnet.web import clock

    mapping, content = _mapping(stream, column, constant)
    with acting_as(actor), _progress(quiet=quiet) as progress:
        return import_places(
            provenance=provenance,
            file_name=file.name,
            stream=io.BytesIO(content),
            dry_run=True,
            mapping=mapping,
            progress=lambda count: progress(count, None),
            actor=actor,
            request_id=uuid4(),
            at=clock.now(),
        )


def _imported(
    file: Path, stream: IO[bytes], actor: "Actor", provenance: str, column: list[str], constant: list[str], *, quiet: bool
) -> "ImportReport":
    """The same steps as on the screens, one transaction each: a command stopped in the middle goes on where it was when run again."""
    from carnet.gateways.database import acting_as
    from carnet.places import operations, queries
    from carnet.places.access import INSTALLATION
    from carnet.places.rules import FileState
    from carnet.web import clock

    mapping, content = _mapping(stream, column, constant)
    with acting_as(actor, organisation_ids={INSTALLATION}):
        file_id = operations.send_place_file(
            provenance=provenance, file_name=file.name, stream=io.BytesIO(content), actor=actor, request_id=uuid4(), at=clock.now()
        )
        state = queries.place_file(file_id, actor=actor).state
    if state is FileState.MAPPING or ((column or constant) and state in (FileState.CHECKING, FileState.CHECKED)):
        with acting_as(actor, organisation_ids={INSTALLATION}):
            operations.map_place_file(
                file_id=file_id, targets=mapping.targets, constants=mapping.constants, actor=actor, request_id=uuid4(), at=clock.now()
            )
    with _progress(quiet=quiet) as progress:
        state = operations.run_place_file(file_id=file_id, organisation_id=INSTALLATION, at=clock.now(), progress=progress)
        if state is FileState.CHECKED:
            with acting_as(actor, organisation_ids={INSTALLATION}):
                operations.write_place_file(file_id=file_id, actor=actor, request_id=uuid4(), at=clock.now())
            operations.run_place_file(file_id=file_id, organisation_id=INSTALLATION, at=clock.now())
    with acting_as(actor, organisation_ids={INSTALLATION}):
        return operations.written_report(file_id=file_id, organisation_id=INSTALLATION)


def _mapping(stream: IO[bytes], column: list[str], constant: list[str]) -> "tuple[Mapping, bytes]":
    """What is proposed for the columns of a file, corrected by what was said; and the file's bytes, read once."""
    from carnet.places.queries import gazetteer
    from carnet.places.rules import content_of
    from carnet.places.rules.mapping import Mapping, check_mapping
    from carnet.places.rules.proposing import mapping_of, proposed
    from carnet.places.rules.tables import read_table

    content = content_of(stream)
    table = read_table(content)
    first = mapping_of(proposed(table, gazetteer=gazetteer()))
    said = dict(_pair(each) for each in column)
    kept = {name: "" if target in said.values() else target for name, target in first.targets.items()}
    mapping = Mapping({**kept, **said}, dict(_pair(each) for each in constant))
    check_mapping(table, mapping)
    return mapping, content


def _pair(said: str) -> tuple[str, str]:
    name, sign, value = said.partition("=")
    if not sign:
        raise CommandFailed(_("« %(said)s » : écrivez « nom=valeur ».") % {"said": said})
    return name.strip(), value.strip()


def columns(file: _File, as_json: AsJson = False) -> None:
    load_django()
    with _opened(file) as stream:
        from carnet.places.queries import gazetteer
        from carnet.places.rules import content_of
        from carnet.places.rules.mapping import Mapping
        from carnet.places.rules.proposing import mapping_of, proposed
        from carnet.places.rules.tables import read_table

        table = read_table(content_of(stream))
        proposals = proposed(table, gazetteer=gazetteer())
        missing = mapping_of(proposals).missing if proposals else Mapping().missing
    if as_json:
        found = [{"column": each.column, "field": each.target, "reason": each.reason, "filled": each.filled_count} for each in proposals]
        give({"columns": found, "missing": list(missing)})
        return
    for each in proposals:
        target = each.target or _("gardée à côté")
        say(f"  {each.column} → {target} ({each.filled_count}/{len(table.lines)}) {'; '.join(each.samples)[:60]}")
    if missing:
        say(_("Il manque : %(fields)s. Dites-le avec --map ou --set.") % {"fields": ", ".join(missing)})


def check(file: _File, column: _Columns = [], constant: _Constants = [], show_all: _All = False, as_json: AsJson = False) -> None:  # noqa: B006
    load_django()
    with _opened(file) as stream:
        from carnet.places.operations import check_place_file
        from carnet.web import clock

        mapping, content = _mapping(stream, column, constant)
        with _progress(quiet=as_json) as progress:
            report, _rows = check_place_file(
                stream=io.BytesIO(content),
                file_name=file.name,
                at=clock.now(),
                mapping=mapping,
                progress=lambda count: progress(count, None),
            )
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
        with suppress(OSError):
            draft.unlink(missing_ok=True)
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
def _progress(*, quiet: bool) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on standard error, for people at a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield lambda _count, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_("Lecture des lieux"), total=None)
        yield lambda count, total: bar.update(task, completed=count, total=total)


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
