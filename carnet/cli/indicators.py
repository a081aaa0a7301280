"""Indicators from weighted survey answers, and the published ones recomputed. No database is read or written."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from carnet.cli.running import load_django
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _

if TYPE_CHECKING:
    from carnet.observatory.rules.surveys import Answers, IndicatorTable, Reproduced

_Out = Annotated[Path | None, typer.Option("--out", help=_("Le dossier où écrire les tables."))]
_SHOWN_MAX = 20


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("compute", help=_("Calculer les indicateurs d’un fichier de réponses pondérées, avec leur marge d’erreur."))(compute)
    group.command("columns", help=_("Dire les colonnes d’un fichier de réponses, et ce qu’elles contiennent."))(columns)
    group.command("reproduce", help=_("Recalculer les chiffres publiés dont les données sont publiques, et dire l’écart."))(reproduce)
    group.command("coverage", help=_("Vérifier les intervalles par simulation : combien contiennent la vraie valeur."))(coverage)
    app.add_typer(group, name="indicators", help=_("Les indicateurs d’une enquête sur les usages du numérique."))


def compute(
    file: Annotated[Path, typer.Argument(help=_("Le fichier de réponses : CSV, XLSX ou JSON, une ligne par personne."))],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help=_("Un fichier TOML qui dit comment vos colonnes s’appellent ici."))
    ] = None,
    crossed: Annotated[list[str], typer.Option("--cross", help=_("Croiser deux colonnes : « age,education ». À répéter."))] = [],  # noqa: B006 - typer reads the default, nobody changes it
    least: Annotated[int, typer.Option("--least", min=1, help=_("Cacher les cases de moins de réponses que cela."))] = 20,
    out: _Out = None,
    as_json: AsJson = False,
) -> None:
    load_django()
    from carnet.observatory.rules import surveys
    from carnet.places.rules import content_of
    from carnet.places.rules.tables import read_table

    if not file.is_file() or (mapping is not None and not mapping.is_file()):
        raise CommandFailed(_("Le fichier %(file)s n’existe pas.") % {"file": file if not file.is_file() else mapping})
    chosen = surveys.read_mapping(mapping.read_bytes()) if mapping is not None else surveys.AS_IS
    with _progress(quiet=as_json) as progress:
        with file.open("rb") as stream:
            answers = surveys.read_answers(read_table(content_of(stream)), chosen, progress=progress)
        pairs = [tuple(each.strip() for each in said.split(",")) for said in crossed]
        table = surveys.compute(answers, crossed=pairs, least=least, progress=progress)
    if out is not None:
        _write(out, table)
    if as_json:
        give({**surveys.written(table), "faults": [[fault.line, fault.column, fault.value] for fault in answers.faults]})
    else:
        _tell(answers, table)


def columns(
    schema: Annotated[bool, typer.Option("--schema", help=_("Les donner comme un schéma (Table Schema, JSON)."))] = False,
    example: Annotated[Path | None, typer.Option("--example", help=_("Écrire un fichier d’exemple à cette adresse."))] = None,
    as_json: AsJson = False,
) -> None:
    load_django()
    from carnet.observatory.queries.surveys import example_file
    from carnet.observatory.rules import surveys

    if example is not None:
        example.write_bytes(example_file())
    if schema or as_json:
        give(surveys.table_schema())
        return
    for column in surveys.COLUMNS:
        words = ", ".join(column.choices) if column.choices else {"YES_NO": "yes, no", "AGE": "15-120"}.get(column.kind, "")
        needed = _(" (obligatoire)") if column.is_required else ""
        say(f"{column.name}{needed} : {_(column.label)}" + (f" [{words}]" if words else ""))


def reproduce(out: _Out = None, as_json: AsJson = False) -> None:
    load_django()
    from carnet.observatory.queries.surveys import reproduced

    found = reproduced()
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "reproduced.csv").write_bytes(_csv([*_REPRODUCED], [_line_of(each) for each in found]))
    if as_json:
        give([dict(zip(_REPRODUCED, _line_of(each), strict=True)) for each in found])
    else:
        for each in found:
            say(
                (_DERIVED if each.is_derived else _PRINTED)
                % {
                    "mark": "≠" if not each.is_reproduced else "≈" if each.difference else "=",
                    "label": _(each.label),
                    "published": _number(each.published),
                    "recomputed": _number(each.rounded),
                    "difference": _number(each.difference),
                    "source": each.source,
                }
            )
    if wrong := [each.key for each in found if not each.is_reproduced]:
        raise CommandFailed(_("Ces chiffres ne se retrouvent pas : %(keys)s") % {"keys": ", ".join(wrong)})


def coverage(
    draws: Annotated[int, typer.Option("--draws", min=100, help=_("Échantillons tirés de chaque population."))] = 1000,
    seed: Annotated[int, typer.Option("--seed", help=_("La même graine donne les mêmes échantillons."))] = 1,
    as_json: AsJson = False,
) -> None:
    load_django()
    from carnet.observatory.rules import surveys
    from carnet.web.evaluations import words

    found = []
    with _progress(quiet=as_json) as progress:
        for each in surveys.coverage(draws=draws, seed=seed):
            found.append(each)
            progress(len(found), 8)
    if as_json:
        give([{"truth": each.truth, "likeness": each.likeness, "rate": each.rate, "drawn": each.drawn} for each in found])
        return
    for each in found:
        say(
            _("Part vraie %(truth)s, ressemblance des voisins %(likeness)s : l’intervalle la contient %(rate)s du temps.")
            % {"truth": words.percent(each.truth), "likeness": words.figure(each.likeness), "rate": words.percent(each.rate)}
        )


_PRINTED = _("%(mark)s %(label)s : publié %(published)s, recalculé %(recomputed)s, écart %(difference)s (%(source)s)")
# Nobody prints these: they are worked out from the published table, and held to what the documentation says.
_DERIVED = _("%(mark)s %(label)s : déduit de la table %(published)s, recalculé %(recomputed)s, écart %(difference)s (%(source)s)")
_REPRODUCED = ("key", "label", "source", "published", "recomputed", "difference", "is_reproduced")


def _line_of(each: "Reproduced") -> list[Any]:
    return [each.key, each.label, each.source, each.published, each.rounded, each.difference, each.is_reproduced]


def _number(value: Any) -> str:
    from carnet.web.design import formats

    return f"{value:f}".replace(".", formats.decimal_mark())


def _csv(head: list[str], lines: list[list[Any]]) -> bytes:
    from decimal import Decimal

    from carnet.web.spreadsheets import Sheet, csv_of

    told = [[_number(value) if isinstance(value, Decimal) else str(value) for value in line] for line in lines]
    return b"".join(csv_of(Sheet("", head, lambda: told)))


def _write(out: Path, table: "IndicatorTable") -> None:
    from carnet.web.evaluations.words import indicator_sheet
    from carnet.web.spreadsheets import csv_of, write_ods

    out.mkdir(parents=True, exist_ok=True)
    sheet = indicator_sheet(table)
    (out / "indicators.csv").write_bytes(b"".join(csv_of(sheet)))
    with (out / "indicators.ods").open("wb") as held:
        write_ods(held, sheet)


def _tell(answers: "Answers", table: "IndicatorTable") -> None:
    from carnet.web.evaluations import words

    for fault in answers.faults[:_SHOWN_MAX]:
        say(
            _("Ligne %(line)s, %(column)s : « %(value)s » ne se lit pas.")
            % {"line": fault.line, "column": fault.column, "value": fault.value}
        )
    if len(answers.faults) > _SHOWN_MAX:
        say(_("Et %(count)s autres lignes.") % {"count": len(answers.faults) - _SHOWN_MAX})
    for sentence in words.method_sentences(table):
        say(sentence)
    for row in table.rows:
        say(words.row_sentence(row, least=table.least))


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, for people at a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield lambda _count, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    description = TextColumn("{task.description}")
    with Progress(description, BarColumn(), MofNCompleteColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_("Lecture et calcul"), total=None)
        yield lambda count, total: bar.update(task, completed=count, total=total)
