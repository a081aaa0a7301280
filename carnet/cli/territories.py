"""INSEE's figures of communes: read a file as it is published, say line by line what is wrong; say what is here."""

import gzip
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, complain, give, say
from carnet.cli.speech import gettext as _

FAULTS_SHOWN = 50
_File = Annotated[
    Path,
    typer.Argument(
        help=_("Fichier CSV de l’INSEE, « base-cc » ou « base-ic », sorti de son archive ou compressé (.gz)."), exists=True, dir_okay=False
    ),
]
_Source = Annotated[str, typer.Option("--source", help=_("D’où vient le fichier (qui le publie, quelle année). Par défaut, son nom."))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("import", help=_("Lire un fichier de communes de l’INSEE et dire, ligne par ligne, ce qui ne va pas."))(import_file)
    group.command("list", help=_("Dire quels chiffres de communes sont ici, de quelle année."))(list_figures)
    app.add_typer(group, name="territories", help=_("Les territoires, et les chiffres de leurs communes."))


def import_file(
    file: _File,
    source: _Source = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Vérifier seulement, sans rien garder."))] = False,
    as_json: AsJson = False,
) -> None:
    content = _content(file)
    with installation():
        from carnet.gateways.database import acting_as
        from carnet.kernel.actors import Actor
        from carnet.observatory.operations.indicators import import_indicators
        from carnet.web import clock

        actor = Actor.system("carnet territories import")
        with acting_as(actor):
            report = import_indicators(
                content=content, source=source or file.name, is_dry=dry_run, actor=actor, request_id=uuid4(), at=clock.now()
            )
    if as_json:
        give(asdict(report))
    else:
        _tell(report)
    if report.fault_count:
        raise typer.Exit(1)


def _tell(report: Any) -> None:
    for name, (indicator, vintage) in report.columns.items():
        say(f"  {name} : {indicator.value}, {vintage}")
    for each in report.faults[:FAULTS_SHOWN]:
        complain(_("ligne %(line)d : %(fault)s (%(value)s)") % {"line": each.line, "fault": _fault(each.code), "value": each.value})
    if report.fault_count > FAULTS_SHOWN:
        complain(_("… et %(count)d autres lignes en défaut.") % {"count": report.fault_count - FAULTS_SHOWN})
    facts = {"communes": report.communes, "figures": report.figures, "secret": report.secret}
    if report.is_kept:
        say(_("%(communes)d communes, %(figures)d chiffres gardés, dont %(secret)d secrets ou absents.") % facts)
    else:
        say(_("%(communes)d communes, %(figures)d chiffres seraient gardés, dont %(secret)d secrets ou absents. Rien n’est gardé.") % facts)


def _fault(code: str) -> str:
    from carnet.observatory.rules.indicators import FAULTS

    return _(FAULTS[code])


def list_figures(as_json: AsJson = False) -> None:
    with installation():
        from carnet.gateways.database import acting_as
        from carnet.kernel.actors import Actor
        from carnet.observatory.queries.reach import imported

        actor = Actor.system("carnet territories list")
        with acting_as(actor):
            found = imported(actor=actor)
    if as_json:
        give([asdict(each) for each in found])
        return
    for each in found:
        say(_("%(name)s %(vintage)d : %(communes)d communes (%(source)s)") % {
            "name": each.indicator.value, "vintage": each.vintage, "communes": each.communes, "source": each.source,
        })  # fmt: skip
    if not found:
        say(_("Aucun fichier n’a été lu."))


def _content(file: Path) -> bytes:
    try:
        content = file.read_bytes()
        return gzip.decompress(content) if file.suffix == ".gz" else content
    except (OSError, EOFError, ValueError):
        raise CommandFailed(_("%(file)s ne peut pas être lu.") % {"file": file}) from None
