"""Making the database, keeping its tables up to date, and lending it to another program."""

import os
import subprocess
from typing import Annotated

import typer

from carnet.cli.running import database, installation
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _


def register(app: typer.Typer) -> None:
    app.command(help=_("Mettre à jour les tables de la base de données."))(migrate)
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command(
        help=_("Lancer un programme avec l’adresse de la base dans CARNET_DATABASE_URL, la base embarquée démarrée s’il le faut."),
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False},
    )(run)
    app.add_typer(group, name="database", help=_("La base de données de cette installation."))


def migrate(as_json: AsJson = False) -> None:
    with installation(migrated=False):
        from carnet.gateways import schema

        pending = schema.pending()
        schema.migrate()
        gather_static_files()
        if as_json:
            give({"migrated": pending})
        elif pending:
            say(_("%(count)d étape(s) appliquée(s).") % {"count": len(pending)})
        else:
            say(_("Les tables étaient déjà à jour."))


def run(command: Annotated[list[str], typer.Argument(help=_("Le programme et ses arguments, après « -- »."))]) -> None:
    with database():
        try:
            code = subprocess.run(command, check=False).returncode
        except FileNotFoundError as error:
            raise CommandFailed(_("Programme introuvable : %(name)s.") % {"name": command[0]}) from error
    raise typer.Exit(code if 0 <= code < 128 else 1)


def prepare_installation() -> None:
    """Tables up to date and a closed folder for the keys. Repeating it changes nothing."""
    from django.conf import settings

    from carnet.gateways import schema

    schema.migrate()
    gather_static_files()
    if not settings.KEYS_DIR.exists():
        settings.KEYS_DIR.mkdir(parents=True)
        os.chmod(settings.KEYS_DIR, 0o700)


def gather_static_files() -> None:
    """Where the site is served for real, styles and scripts are gathered once, named by what they hold, so that browsers may keep them."""
    from django.conf import settings
    from django.core.management import call_command

    if not settings.WHITENOISE_USE_FINDERS:
        call_command("collectstatic", interactive=False, verbosity=0)
