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
    orders.command("custody", help=_("Dire où est chaque carnet d’une commande, et ce que personne ne peut placer."))(custody)
    app.add_typer(orders, name="orders", help=_("Les commandes de carnets, et les mandats remis à un comptable public."))


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


def custody(order: Annotated[int, typer.Argument(help=_("Le numéro de la commande."))], as_json: AsJson = False) -> None:
    with installation():
        from carnet.distribution.queries import custody as story
        from carnet.distribution.queries.custody import Place
        from carnet.gateways.database import acting_as, acting_as_everything
        from carnet.issuing import queries as issuing
        from carnet.kernel.actors import Actor
        from carnet.web.parcels import words

        with acting_as_everything(why="an order is named by whoever runs the site"):
            programme_id = issuing.programme_of_order(order)
        if programme_id is None:
            complain(_("Il n’y a pas de commande n° %(order)d.") % {"order": order})
            raise typer.Exit(1)
        actor = Actor.system("custody", programme_ids={programme_id})
        with acting_as(actor):
            found = story.custody(actor, order)
        told = {place: str(words.PLACES[place][0]) for place in Place}
    if as_json:
        lines = [dataclasses.asdict(each) | {"place": each.place.value, "booklet_count": each.booklet_count} for each in found.lines]
        counts = {place.value: count for place, count in found.counts().items()}
        give({"order": order, "booklets": found.booklet_count, "complete": found.is_complete, "counts": counts, "lines": lines})
    else:
        for place, count in found.counts().items():
            say(f"{told[place]} : {count}")
        if found.is_complete:
            say(_("Les %(count)d carnets sont chacun à une place, et une seule.") % {"count": found.booklet_count})
    for each in () if as_json else found.holes:
        complain(_("%(first)s à %(last)s : introuvables, personne n’en répond.") % {"first": each.first_serial, "last": each.last_serial})
    if not found.is_complete:
        raise typer.Exit(1)
