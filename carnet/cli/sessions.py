"""Sessions of people, from the command line: ending them, and what a changed session secret asks for."""

from typing import Annotated

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("end", help=_("Terminer les sessions d’une personne, ou de tout le monde : chacun se connecte à nouveau."))(end)
    group.command("reseal", help=_("Sceller à nouveau les deuxièmes facteurs sous le secret d’aujourd’hui, après l’avoir changé."))(reseal)
    app.add_typer(group, name="session", help=_("Les sessions des personnes connectées."))


def end(
    person: Annotated[int | None, typer.Option("--person", help=_("Numéro de la personne, tel que le journal le dit."))] = None,
    everybody: Annotated[bool, typer.Option("--everybody", help=_("De tout le monde."))] = False,
    as_json: AsJson = False,
) -> None:
    if (person is None) is not everybody:
        raise CommandFailed(_("Dites --person NUMÉRO, ou --everybody."))
    with installation():
        from carnet.web import clock
        from carnet.web.sessions import end_sessions

        ended = end_sessions(person_id=person, at=clock.now())
    if as_json:
        give({"ended": ended})
    else:
        say(_("%(count)d sessions terminées.") % {"count": ended})


def reseal(as_json: AsJson = False) -> None:
    with installation():
        from carnet.web.accounts.adapters import sealed_anew

        count = sealed_anew()
    if as_json:
        give({"resealed": count})
    else:
        say(_("%(count)d deuxièmes facteurs scellés à nouveau ; l’ancien secret peut être retiré.") % {"count": count})
