"""Background work: doing at once what waits, or serving the queue."""

from typing import Annotated, Any

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "run",
        help=_(
            "Finir maintenant les travaux commencés ou en attente (codes à tirer, fichiers à imprimer, fichiers de lieux à vérifier ou à écrire, "
            "plans à calculer)."
        ),
    )(run)
    group.command("letters", help=_("Envoyer maintenant les lettres qui attendent."))(letters)
    group.command("webhooks", help=_("Envoyer maintenant les événements qui attendent aux adresses choisies par les organisations."))(
        webhooks
    )
    group.command("worker", help=_("Servir la file des travaux, jusqu’à l’arrêt."))(worker)
    app.add_typer(group, name="jobs", help=_("Les travaux de fond."))


def run(as_json: AsJson = False) -> None:
    with installation():
        from carnet.gateways.database import acting_as_everything
        from carnet.issuing import queries
        from carnet.places import queries as places
        from carnet.planning.queries.plan_work import waiting_versions

        with acting_as_everything(why="finding the work that waits, whoever asked for it"):
            waiting = queries.live_jobs()
            files = places.files_at_work()
            versions = waiting_versions()
        done = [_finish(job, quiet=as_json) for job in waiting]
        done += [_finish_file(file_id, organisation_id) for file_id, organisation_id in files]
        done += [_answer(version_id, programme_id) for version_id, programme_id in versions]
        if as_json:
            give(done)
        elif not done:
            say(_("Aucun travail n’attend."))
        failed = [each for each in done if each["state"] == "FAILED" and "plan_version" not in each]
        if failed:
            raise CommandFailed(_("%(count)d travaux ont échoué.") % {"count": len(failed)})


def _finish(job: Any, *, quiet: bool) -> dict[str, Any]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from carnet.issuing import operations
    from carnet.web import clock

    words = {"DRAW": _("Tirage des codes"), "PRINT": _("Fichiers à imprimer")}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, disable=quiet) as bar:
        shown = bar.add_task(f"{words[job.kind]} ({job.order_id})", total=job.total, completed=job.done)
        state = operations.run_job(
            job_id=job.id,
            programme_id=job.programme_id,
            at=clock.now(),
            progress=lambda done, total: bar.update(shown, completed=done, total=total),
        )
    return {"job": job.id, "order": job.order_id, "kind": job.kind, "state": state.value}


def _finish_file(file_id: int, organisation_id: int) -> dict[str, Any]:
    """Judge or write a file of places to its end."""
    from carnet.places import operations
    from carnet.web import clock

    state = operations.run_place_file(file_id=file_id, organisation_id=organisation_id, at=clock.now())
    return {"place_file": file_id, "state": state.value}


def _answer(version_id: int, programme_id: int) -> dict[str, Any]:
    """Answer a version of a plan. Guarantees that contradict each other are an answer too."""
    from carnet.planning.operations.plan_runs import run_version
    from carnet.web import clock

    state = run_version(version_id=version_id, programme_id=programme_id, at=clock.now())
    return {"plan_version": version_id, "state": state.value}


def letters(as_json: AsJson = False) -> None:
    with installation():
        from carnet.jobs.letters import send_letters
        from carnet.web import clock

        sent, failed = send_letters(at=clock.now())
        if as_json:
            give({"sent": sent, "failed": failed})
        else:
            say(_("%(sent)d lettres envoyées.") % {"sent": sent})
        if failed:
            raise CommandFailed(_("%(count)d lettres n’ont pas pu partir ; elles attendent le prochain essai.") % {"count": failed})


def webhooks(as_json: AsJson = False) -> None:
    with installation():
        from carnet.jobs.webhooks import send_webhooks
        from carnet.web import clock

        delivered, failed = send_webhooks(at=clock.now())
        if as_json:
            give({"delivered": delivered, "failed": failed})
        else:
            say(_("%(delivered)d événements reçus, %(failed)d à renvoyer plus tard.") % {"delivered": delivered, "failed": failed})


# Three at once: a long edition, a slow server told of events, and the timers that must not wait for either.
def worker(
    concurrency: Annotated[int, typer.Option(min=1, max=16, help=_("Le nombre de travaux menés de front."))] = 3,
) -> None:
    with installation():
        from procrastinate.contrib.django import app

        from carnet.gateways import traces, tracing

        tracing.begin_from_settings("jobs")
        say(_("En attente de travaux (Ctrl+C pour arrêter)."))
        with app.replace_connector(app.connector.get_worker_connector()) as serving:  # type: ignore[attr-defined]
            serving.run_worker(concurrency=concurrency, delete_jobs="successful", task_middleware=[traces.of_task])
