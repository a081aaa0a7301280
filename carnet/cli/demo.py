"""The demonstration: everything set up from nothing, the Nantes campaign played, the next season open, the site served."""

import os
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from carnet.cli.campaign import progress_bar, refuse_unwritable, tell
from carnet.cli.database import prepare_installation
from carnet.cli.running import installation, var_dir
from carnet.cli.serve import refuse_taken_port, serve_until_stopped
from carnet.cli.speech import CommandFailed, say
from carnet.cli.speech import gettext as _


def register(app: typer.Typer) -> None:
    app.command(help=_("Tout préparer, jouer la campagne de Nantes sur des lieux réels, ouvrir la saison suivante et servir le site."))(
        demo
    )


def demo(
    booklets: Annotated[
        int | None, typer.Option(min=20, max=20_000, help=_("Le nombre de carnets de la campagne (2 000 par défaut)."))
    ] = None,
    no_serve: Annotated[bool, typer.Option("--no-serve", help=_("Ne pas servir le site à la fin."))] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help=_("Écrire le bilan de la campagne dans ce fichier."))] = None,
    seed: Annotated[int, typer.Option(help=_("La même graine joue la même campagne."))] = 1,
    host: Annotated[str, typer.Option(help=_("L’adresse où servir (de cette machine seulement)."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help=_("Le port où servir."))] = 8000,
) -> None:
    if host not in ("127.0.0.1", "localhost", "::1"):
        raise typer.BadParameter(_("la démonstration ne se sert que sur cette machine"), param_hint="--host")
    refuse_unwritable(json_file)
    if not no_serve:
        refuse_taken_port(host, port)
    started = time.monotonic()
    os.environ["CARNET_DEMO"] = "1"
    base_url = os.environ.setdefault("CARNET_BASE_URL", f"http://{host}:{port}")
    with installation(migrated=False):
        prepare_installation()
        summary, tried = _played(booklets, seed, base_url, started)
        tell(summary, json_file)
        if not summary["ledger_verified"]:
            raise CommandFailed(_("Le registre ne se vérifie pas : lancez « carnet ledger verify »."))
        _where_to_go(base_url, tried)
        if not no_serve:
            serve_until_stopped(host=host, port=port, workers=1, threads=8, has_drawn=True)


def _played(booklets: int | None, seed: int, base_url: str, started: float) -> tuple[dict[str, Any], dict[str, Any]]:
    from django.urls import reverse

    from carnet import scenarios
    from carnet.scenarios.demo import DemoFolder, play_demo
    from carnet.web import clock

    folder = DemoFolder(var_dir())
    summary = folder.already()
    if summary is None:
        with progress_bar() as progress:
            summary = play_demo(
                folder,
                at=clock.now(),
                base_url=base_url,
                sign_in_url=base_url + reverse("account_login"),
                seed=seed,
                booklets=booklets,
                started=started,
                clock=time.monotonic,
                progress=progress,
            )
            scenarios.seal(at=clock.now())
            scenarios.count(at=clock.now())
            scenarios.release_months(at=clock.now())
            scenarios.report_to_council(base_url=base_url, at=clock.now())
    else:
        say(_("La démonstration est déjà prête ici : elle n’est pas rejouée."))
    return summary, folder.to_try()


def _where_to_go(base_url: str, tried: dict[str, Any]) -> None:
    from carnet.web.design.formats import secret

    say("")
    say(_("Ouvrez %(address)s/demo/ : entrez en un clic dans chaque rôle, sept choses à essayer.") % {"address": base_url})
    say(_("Un code à dépenser deux fois : %(code)s") % {"code": secret(tried["codes"][0]).replace("\u00a0", " ")})
    say(_("Et pour la preuve : .venv/bin/carnet ledger verify"))
