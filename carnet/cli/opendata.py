"""Open data: make the release that is due, write releases to a folder, and attack them as a stranger would."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, complain, give, say
from carnet.cli.speech import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SHOWN_MAX = 20


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("release", help=_("Publier le dernier mois dû, une fois ; ou corriger ce qui est déjà publié, à côté."))(release)
    group.command("write", help=_("Écrire toutes les publications dans un dossier, une par sous-dossier."))(write)
    group.command(
        "attack",
        help=_(
            "Attaquer des publications : encadrer chaque nombre masqué, avec tout ce qui est publié. Sort en 1 si un nombre est retrouvé."
        ),
    )(attack)
    app.add_typer(group, name="opendata", help=_("Les données ouvertes."))


def release(
    correct: Annotated[bool, typer.Option("--correct", help=_("Publier les corrections du mois déjà publié."))] = False,
    as_json: AsJson = False,
) -> None:
    with installation():
        import dataclasses

        from carnet.gateways.database import acting_as_everything
        from carnet.observatory.operations import figures, releases
        from carnet.web import clock

        at = clock.now()
        figures.refresh(at=at)
        with _bar(_("Nombres protégés"), quiet=as_json) as progress, acting_as_everything(why="a release tells of every programme"):
            made = releases.release(at=at, correct=correct, progress=progress)
    if as_json:
        give(dataclasses.asdict(made) if made else None)
    elif made is None:
        say(_("Rien à publier : le dernier mois dû l’est déjà, ou rien n’est compté."))
    else:
        told = {"name": made.name, "cells": made.line_count, "hidden": made.hidden_count, "moved": made.moved_count}
        say(_("Publication %(name)s : %(cells)d nombres, dont %(hidden)d masqués ; %(moved)d corrigés.") % told)
        if made.waits:
            say(_("Une correction attend : publiée maintenant, elle ferait reconnaître quelqu’un."))


def write(out: Annotated[Path, typer.Argument(help=_("Le dossier."))], as_json: AsJson = False) -> None:
    with installation():
        from carnet.observatory.queries import releases

        written = []
        for each in releases.every():
            folder = out / each.name
            folder.mkdir(parents=True, exist_ok=True)
            for file in each.files:
                (folder / file.name).write_bytes(each.content(file.name) or b"")
            written.append(str(folder))
    if as_json:
        give(written)
    elif not written:
        say(_("Rien n’est encore publié."))
    else:
        for name in written:
            say(name)


def attack(
    folder: Annotated[Path | None, typer.Argument(help=_("Le dossier d’une publication, ou de plusieurs."))] = None,
    random: Annotated[int, typer.Option("--random", min=0, max=1_000_000, help=_("Attaquer autant de publications tirées au sort."))] = 0,
    seed: Annotated[int, typer.Option("--seed", help=_("La graine du tirage."))] = 1,
    as_json: AsJson = False,
) -> None:
    if (folder is None) == (random == 0):
        raise typer.BadParameter(_("Dites un dossier, ou --random et un nombre."))
    broken = _attack_random(random, seed, as_json) if folder is None else _attack_folder(folder, as_json)
    if broken:
        raise typer.Exit(1)


def _attack_random(count: int, seed: int, quiet: bool) -> bool:
    from random import Random
    from time import perf_counter

    from carnet.observatory.rules.disclosure._trials import trial

    began = perf_counter()
    told = {
        "seed": seed, "tables": count, "cells": 0, "primary": 0, "hidden": 0, "said_elsewhere": 0, "corrections_put_off": 0,
        "broken": 0, "broken_primary_only": 0, "broken_nothing_hidden": 0,
    }  # fmt: skip
    with _bar(_("Publications attaquées"), quiet=quiet) as progress:
        for number in range(count):
            name = f"{seed}/{number}"
            found = trial(Random(name))  # noqa: S311 - a draw anybody can draw again, not a secret
            for key, value in (("cells", found.cell_count), ("primary", found.primary_count), ("hidden", found.hidden_count)):
                told[key] += value
            told["said_elsewhere"] += found.said_count
            told["corrections_put_off"] += found.waited_count
            told["broken"] += bool(found.broken)
            told["broken_primary_only"] += bool(trial(Random(name), secondary=False).broken)  # noqa: S311
            told["broken_nothing_hidden"] += bool(trial(Random(name), secondary=False, hide=False).broken)  # noqa: S311
            progress(number + 1, count)
    seconds = round(perf_counter() - began, 1)
    if quiet:
        give({**told, "seconds": seconds})
        return bool(told["broken"])
    say(_("%(tables)d publications tirées au sort (graine %(seed)d) : %(cells)d nombres, %(primary)d à cacher, %(hidden)d masqués.") % told)
    say(_("L’attaque réussit sur %(broken)d d’entre elles.") % told)
    say(_("Sans masquage secondaire, elle réussit sur %(broken_primary_only)d ; sans rien masquer, sur %(broken_nothing_hidden)d.") % told)
    say(_("%(seconds)s secondes.") % {"seconds": seconds})
    return bool(told["broken"])


def _attack_folder(folder: Path, quiet: bool) -> bool:
    from carnet.observatory.rules.disclosure._attack import Contradiction
    from carnet.observatory.rules.opendata import MANIFEST, attack_files

    folders = [folder] if (folder / MANIFEST).exists() else sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
    if not folders:
        raise CommandFailed(_("Aucune publication dans %(folder)s.") % {"folder": folder})
    try:
        with _bar(_("Nombres masqués encadrés"), quiet=quiet) as progress:
            found = attack_files([_files(each) for each in folders], progress=progress)
    except Contradiction as fault:
        raise CommandFailed(_("Ces fichiers se contredisent : %(cell)s. Lancez verify.py.") % {"cell": " ".join(fault.args[0])}) from None
    except (KeyError, ValueError, OSError):
        raise CommandFailed(_("Ces fichiers ne sont pas ceux d’une publication : lancez verify.py.")) from None
    given, small = found.given_back, found.small
    if quiet:
        bounds = {" ".join(key): [each.low, each.high] for key, each in found.bounds.items()}
        give({"releases": len(folders), "hidden": len(bounds), "given_back": len(given), "small": len(small), "bounds": bounds})
        return bool(given or small)
    say(_("%(count)d publications, %(hidden)d nombres masqués encadrés.") % {"count": len(folders), "hidden": len(found.bounds)})
    say(_("%(given)d retrouvés, %(small)d prouvés petits.") % {"given": len(given), "small": len(small)})
    for key in [*given, *small][:SHOWN_MAX]:
        each = found.bounds[key]
        complain(f"{' '.join(key[:-1])} : {each.low}–{'…' if each.high is None else each.high}")
    return bool(given or small)


def _files(folder: Path) -> "Mapping[str, bytes]":
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@contextmanager
def _bar(words: str, *, quiet: bool) -> Iterator["Callable[[int, int], Any]"]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
