"""Serve redemptions in grouped commits, beside the site: a proxy sends it `POST /api/v1/redemptions`, and everything else to the site."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from carnet.cli.running import installation
from carnet.cli.speech import gettext as _
from carnet.cli.speech import say


def register(app: typer.Typer) -> None:
    app.command(help=_("Servir les passages par groupes, à côté du site : un relais lui confie POST /api/v1/redemptions."))(fast)


def fast(
    host: Annotated[str, typer.Option(help=_("L’adresse où écouter."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help=_("Le port où écouter."))] = 8001,
    workers: Annotated[int, typer.Option(min=1, max=64, help=_("Le nombre de processus."))] = 1,
) -> None:
    with installation():
        say(_("Les passages se font sur http://%(host)s:%(port)d/api/v1/redemptions (Ctrl+C pour arrêter).") % {"host": host, "port": port})
        serve_fast_until_stopped(host=host, port=port, workers=workers)


def serve_fast_until_stopped(*, host: str, port: int, workers: int) -> None:
    """Hand the address to granian. One process is enough: more of them make smaller groups."""
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from carnet.cli.running import disconnect
    from carnet.cli.serve import refuse_taken_port

    refuse_taken_port(host, port)
    disconnect()  # a worker must not share the parent's connections
    sys.setswitchinterval(settings.TURN_SECONDS)  # its workers are forks of this process
    server = Granian(
        target="carnet.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=workers,
        working_dir=Path(__file__).resolve().parents[2],
        websockets=False,
        respawn_failed_workers=True,  # a worker killed by the system is replaced; one that dies again at once stops the server
        log_level=LogLevels.error,
    )
    server.serve()
