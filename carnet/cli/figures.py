"""Figures counted ahead: add what is new, count everything again, compare with the ledger."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, complain, give, say
from carnet.cli.speech import gettext as _

if TYPE_CHECKING:
    from carnet.observatory.operations.figures import Counted, Progress


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("refresh", help=_("Ajouter aux chiffres ce qui s’est passé depuis la dernière fois."))(refresh)
    group.command(
        "rebuild", help=_("Tout recompter à côté, puis remplacer les chiffres d’un coup. Arrêté, le compte reprend où il était.")
    )(rebuild)
    group.command("verify", help=_("Comparer les chiffres avec le grand livre et nommer chaque ligne qui diffère."))(verify)
    app.add_typer(group, name="figures", help=_("Les chiffres comptés d’avance."))


def refresh(as_json: AsJson = False) -> None:
    with installation():
        from carnet.observatory.operations import figures
        from carnet.web import clock

        _told(figures.refresh(at=clock.now()), as_json)


def rebuild(
    again: Annotated[bool, typer.Option("--again", help=_("Recommencer depuis le début un compte arrêté."))] = False,
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.observatory.operations import figures
        from carnet.web import clock

        with _steps(quiet=as_json) as on_step:
            counted = figures.rebuild(at=clock.now(), again=again, on_step=on_step)
        _told(counted, as_json)


def verify(as_json: AsJson = False) -> None:
    with installation():
        from carnet.observatory.operations import figures
        from carnet.web import clock

        figures.refresh(at=clock.now())
        found = figures.compare(at=clock.now())
    if as_json:
        give({"verified": not found.faults, **dataclasses.asdict(found)})
    elif not found.faults:
        say(_("Les chiffres disent la même chose que le grand livre : %(rows)d lignes comparées.") % {"rows": found.row_count})
    for fault in () if as_json else found.faults:
        complain(f"{fault.where} : {fault.what}")
    if found.faults:
        raise typer.Exit(1)


def _told(counted: "Counted", as_json: bool) -> None:
    if as_json:
        give(dataclasses.asdict(counted))
    elif counted.is_whole:
        say(_("Tout est recompté : %(rows)d lignes, %(months)d mois.") % {"rows": counted.row_count, "months": counted.month_count})
    else:
        say(
            _("Les chiffres sont à jour : %(rows)d lignes changées, %(months)d mois.")
            % {"rows": counted.row_count, "months": counted.month_count}
        )


@contextmanager
def _steps(*, quiet: bool) -> Iterator["Progress"]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(_("Séries comptées")), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task("", total=None)

        def on_step(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield on_step
