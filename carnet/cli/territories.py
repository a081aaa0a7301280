"""INSEE's figures of communes: read a file as it is published, say line by line what is wrong; say what is here."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from carnet.cli.area_files import DryRun, Source, complain_of, import_by
from carnet.cli.running import installation
from carnet.cli.speech import AsJson, give, say
from carnet.cli.speech import gettext as _

_File = Annotated[
    Path,
    typer.Argument(
        help=_("Fichier CSV de l’INSEE, « base-cc » ou « base-ic », sorti de son archive ou compressé (.gz)."), exists=True, dir_okay=False
    ),
]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("import", help=_("Lire un fichier de communes de l’INSEE et dire, ligne par ligne, ce qui ne va pas."))(import_file)
    group.command("list", help=_("Dire quels chiffres de communes sont ici, de quelle année."))(list_figures)
    app.add_typer(group, name="territories", help=_("Les territoires, et les chiffres de leurs communes."))


def import_file(file: _File, source: Source = "", dry_run: DryRun = False, as_json: AsJson = False) -> None:
    import_by("carnet territories import", _import_indicators, file=file, source=source, dry_run=dry_run, as_json=as_json, tell=_tell)


def _import_indicators() -> Callable[..., Any]:
    from carnet.observatory.operations.indicators import import_indicators

    return import_indicators


def _tell(report: Any) -> None:
    for name, (indicator, vintage) in report.columns.items():
        say(f"  {name} : {indicator.value}, {vintage}")
    complain_of(report.faults, report.fault_count, _fault)
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
