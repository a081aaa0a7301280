"""Serve the site, with the worker of background tasks beside it."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from carnet.cli.running import installation
from carnet.cli.speech import CommandFailed, say
from carnet.cli.speech import gettext as _

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 15


def register(app: typer.Typer) -> None:
    app.command(help=_("Servir le site, la base embarquée comprise quand aucune autre n’est indiquée."))(serve)


def serve(
    host: Annotated[str, typer.Option(help=_("L’adresse où écouter."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help=_("Le port où écouter."))] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help=_("Le nombre de processus."))] = 1,
    threads: Annotated[int, typer.Option(min=1, max=64, help=_("Le nombre de fils par processus."))] = 8,
    worker: Annotated[bool, typer.Option(help=_("Faire aussi les travaux de fond ici."))] = True,
) -> None:
    refuse_taken_port(host, port)
    with installation():
        say(_("Le site répond sur http://%(host)s:%(port)d (Ctrl+C pour arrêter).") % {"host": host, "port": port})
        serve_until_stopped(host=host, port=port, workers=workers, threads=threads, worker=worker)


def serve_until_stopped(*, host: str, port: int, workers: int, threads: int, worker: bool = True, has_drawn: bool = False) -> None:
    """Hand the address to granian, whose worker processes inherit the environment, and so the database's address.

    Workers are forks of this process: they share its memory, and one that was killed is back at once. `has_drawn`: it has drawn a PDF, and
    the threads that draw do not survive a fork, which would wait for ever at its first: its workers are new programs.
    """
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from carnet.cli.running import disconnect

    disconnect()  # a worker must not share the parent's connections
    settings.THREADS, os.environ["CARNET_THREADS"] = threads, str(threads)  # forks of this process, or new programs
    if has_drawn:
        multiprocessing.set_start_method("spawn", force=True)
    beside = [[sys.executable, "-c", "from carnet.cli.main import run; run()", "jobs", "worker"]] if worker else []
    server = Granian(
        target="carnet.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        working_dir=ROOT,
        websockets=False,
        log_level=LogLevels.error,
        log_access=False,
        respawn_failed_workers=True,  # a worker killed by the system is replaced; one that dies again at once stops the server
    )
    with running_beside(beside):
        server.serve()


@contextmanager
def running_beside(commands: Sequence[Sequence[str]]) -> Iterator[None]:
    """Other processes for as long as the block lasts. Ctrl+C reaches us only: they are stopped in order, not cut."""
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True) for command in commands]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def refuse_taken_port(host: str, port: int) -> None:
    """Say it in one sentence before any worker fails at it."""
    import socket

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandFailed(_("Le port %(port)d est déjà pris : choisissez-en un autre avec --port.") % {"port": port}) from error
