"""Check an archive of payment orders that somebody was handed: nothing in it was changed, and the programme signed it."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, complain, give, say
from carnet.cli.speech import gettext as _

Archive = Annotated[Path, typer.Argument(help=_("L’archive de mandats (.zip)."), exists=True, dir_okay=False, readable=True)]


def register(app: typer.Typer) -> None:
    orders = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    orders.command("verify", help=_("Vérifier qu’une archive de mandats n’a pas été changée et que son programme l’a signée."))(verify)
    app.add_typer(orders, name="orders", help=_("Les mandats remis à un comptable public."))


def verify(archive: Archive, as_json: AsJson = False) -> None:
    with installation():
        from carnet.web.payment_orders import verified

        found = verified(archive)
    if as_json:
        give({"verified": not found.faults, **dataclasses.asdict(found)})
    elif not found.faults:
        said = _("L’archive est intacte : %(files)d fichiers, signés par le programme %(programme)d.")
        say(said % {"files": found.files, "programme": found.programme_id or 0})
    for fault in () if as_json else found.faults:
        complain(fault)
    if found.faults:
        raise typer.Exit(1)
