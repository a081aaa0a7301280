"""The solidarity connection: what connecting a landlord's estate would cost, from a file, without a database."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from carnet.cli.running import load_django
from carnet.cli.speech import AsJson, CommandFailed, complain, give, say
from carnet.cli.speech import gettext as _

_SEED = 44_109


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)
    group.command("study", help=_("Étudier un parc : coûts, demande, seuil de rentabilité, incertitude. Rien n’est gardé."))(study)
    app.add_typer(group, name="connection", help=_("La connexion solidaire chez les bailleurs sociaux."))


def _group() -> None:
    """A group even while it has one command."""


def study(
    residences: Annotated[Path, typer.Argument(help=_("Le fichier des résidences, CSV ou XLSX (docs/connection-study.md)."))],
    assumptions: Annotated[
        Path | None, typer.Option("--assumptions", help=_("Vos choix et hypothèses : un fichier TOML. Ce qu’il ne dit pas est supposé."))
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help=_("La graine des tirages : la même redonne la même étude."))] = _SEED,
    out: Annotated[Path | None, typer.Option("--out", help=_("Écrire l’étude dans ce dossier : PDF, CSV et ODS."))] = None,
    as_json: AsJson = False,
) -> None:
    load_django()
    from carnet.connectivity.queries.studies import studied
    from carnet.connectivity.rules.study.refusals import StudiedEstateWrong
    from carnet.connectivity.rules.study.written import write_assumptions, write_studied
    from carnet.web.connection_studies import drawn, words
    from carnet.web.connection_studies.reading import read_estate_file

    if not residences.is_file():
        raise CommandFailed(_("Le fichier %(file)s n’existe pas.") % {"file": residences})
    try:
        with residences.open("rb") as stream:
            estate = read_estate_file(stream)
    except StudiedEstateWrong as refusal:
        for line in words.fault_lines(refusal.facts["faults"]):
            complain(line)
        raise
    ranges, choices = _supposed(assumptions)
    found = studied(estate, ranges, choices, seed=seed)
    written = _written(residences.stem, estate, ranges, choices, found, out) if out is not None else []
    if as_json:
        give({"assumptions": write_assumptions(ranges, choices), "study": write_studied(found), "files": written})
        return
    for sentence in words.said(found, choices):
        say(sentence)
    for table in (drawn.scenarios(found), drawn.weights(found)):
        say("")
        _say_table(table.caption, [column.label for column in table.columns], table.rows)
    say("")
    say(_("%(draws)s tirages, graine %(seed)s : la même graine redonne la même étude.") % {"draws": found.draws, "seed": found.seed})
    for file in written:
        say(file)


def _say_table(caption: str, labels: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    say(caption)
    for line in (labels, *rows):
        say("  " + " ; ".join(str(cell) for cell in line))


def _supposed(file: Path | None) -> tuple[Any, Any]:
    """The assumptions and choices of a TOML file; in the units of the study: shares per ten thousand, cents, months, minutes."""
    from carnet.connectivity.rules.study.assumptions import Choices, Key, Range, check_ranges

    if file is None:
        return check_ranges({}), Choices()
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CommandFailed(_("Ce fichier d’hypothèses ne peut pas être lu : %(why)s.") % {"why": error}) from None
    try:
        ranges = {Key(name): Range(*_three(values)) for name, values in content.get("ranges", {}).items()}
        choices = Choices(**_known_choices(content.get("choices", {})))
    except (TypeError, ValueError) as error:
        raise CommandFailed(_("Ce fichier d’hypothèses n’est pas compris : %(why)s.") % {"why": error}) from None
    return check_ranges(ranges), choices


def _three(values: Any) -> list[int]:
    three = [values] * 3 if isinstance(values, int) else list(values)
    if len(three) != 3 or not all(isinstance(each, int) and not isinstance(each, bool) for each in three):
        raise ValueError(values)
    return three


def _known_choices(content: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in content.items():
        if not isinstance(value, bool if name in ("is_open_to_all", "lends_computers", "is_fibre_only") else int):
            raise ValueError(name)
    return dict(content)


def _written(name: str, estate: Any, ranges: Any, choices: Any, found: Any, out: Path) -> list[str]:
    """The same files as the page's, of a study that is kept nowhere."""
    from io import BytesIO

    from carnet.connectivity.queries.studies import KeptStudy
    from carnet.web import clock
    from carnet.web.connection_studies import files
    from carnet.web.spreadsheets import csv_of, write_ods

    kept = KeptStudy(0, name, 0, None, None, None, clock.now(), estate, ranges, choices, found)
    ods = BytesIO()
    write_ods(ods, files.results_sheet(kept))
    contents = {
        "etude.pdf": files.study_paper(kept),
        "etude.csv": b"".join(csv_of(files.results_sheet(kept))),
        "etude.ods": ods.getvalue(),
        "residences.csv": b"".join(csv_of(files.residences_sheet(kept))),
    }
    out.mkdir(parents=True, exist_ok=True)
    for file, content in contents.items():
        (out / file).write_bytes(content)
    return [str(out / file) for file in contents]
