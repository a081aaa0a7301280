"""Reading a published file of communes or neighbourhoods: the same questions and the same words, whichever room keeps it."""

import gzip
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from carnet.cli.running import installation
from carnet.cli.speech import CommandFailed, complain, give
from carnet.cli.speech import gettext as _

FAULTS_SHOWN = 50
Source = Annotated[str, typer.Option("--source", help=_("D’où vient le fichier (qui le publie, quelle année). Par défaut, son nom."))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=_("Vérifier seulement, sans rien garder."))]


def import_by(
    command: str,
    importer: Callable[[], Callable[..., Any]],
    *,
    file: Path,
    source: str,
    dry_run: bool,
    as_json: bool,
    tell: Callable[[Any], None],
) -> None:
    """Give a file, plain or compressed, to a room's import, and tell its report; ends with 1 when a line is at fault.

    `importer` gives the operation once Django is loaded.
    """
    content = content_of(file)
    with installation():
        from carnet.gateways.database import acting_as
        from carnet.kernel.actors import Actor
        from carnet.web import clock

        actor = Actor.system(command)
        with acting_as(actor):
            report = importer()(
                content=content, source=source or file.name, is_dry=dry_run, actor=actor, request_id=uuid4(), at=clock.now()
            )
    if as_json:
        give(asdict(report))
    else:
        tell(report)
    if report.fault_count:
        raise typer.Exit(1)


def complain_of(faults: Iterable[Any], count: int, words: Callable[[str], str]) -> None:
    """The first lines at fault, one by one, then how many others."""
    shown = list(faults)[:FAULTS_SHOWN]
    for each in shown:
        complain(_("ligne %(line)d : %(fault)s (%(value)s)") % {"line": each.line, "fault": words(each.code), "value": each.value})
    if count > FAULTS_SHOWN:
        complain(_("… et %(count)d autres lignes en défaut.") % {"count": count - FAULTS_SHOWN})


def content_of(file: Path) -> bytes:
    """The file, taken out of its compression. Raises: CommandFailed."""
    try:
        content = file.read_bytes()
        return gzip.decompress(content) if file.suffix == ".gz" else content
    except (OSError, EOFError, ValueError):
        raise CommandFailed(_("%(file)s ne peut pas être lu.") % {"file": file}) from None
