"""Where vouchers are needed, from the command line: files of areas, the need of a territory, the published index recomputed."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from carnet.cli.area_files import DryRun, Source, complain_of, content_of, import_by
from carnet.cli.running import installation, load_django
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _

_SHOWN_MAX = 20
_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=_("Le fichier CSV, ou compressé (.gz)."))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("reproduce", help=_("Recalculer l’indice de fragilité publié en 2020 depuis ses composantes, et le comparer au nôtre."))(
        reproduce
    )
    group.command("import", help=_("Lire un fichier de quartiers, de couverture des réseaux ou de temps de trajet."))(import_file)
    group.command("show", help=_("Dire le besoin de chaque commune d’un territoire, indicateur par indicateur."))(show)
    app.add_typer(group, name="need", help=_("Où les chèques sont nécessaires."))


def reproduce(
    file: _File,
    weights: Annotated[
        str, typer.Option("--weights", help=_("Nos poids des quatre axes : information, interfaces, administratif, école. « 10,30,5,55 »."))
    ] = "",
    commune: Annotated[str, typer.Option("--commune", help=_("Montrer les quartiers de cette commune (code INSEE)."))] = "",
    as_json: AsJson = False,
) -> None:
    load_django()
    from carnet.planning.rules import fragility

    chosen = fragility.weights_of(weights) if weights else fragility.OURS
    found = fragility.reproduce(content_of(file).decode("utf-8-sig", errors="replace"), weights=chosen)
    shown = [each for each in found.rows if commune and each.row.code.startswith(commune)]
    if as_json:
        give({**{name: value for name, value in asdict(found).items() if name != "rows"}, "is_reproduced": found.is_reproduced,
              "rows": [_compared(each) for each in shown]})  # fmt: skip
    else:
        _tell_reproduced(found, shown)
    if not found.is_reproduced:
        raise CommandFailed(_("Ce fichier ne se retrouve pas depuis ses composantes."))


def _tell_reproduced(found: Any, shown: list[Any]) -> None:
    say(_("%(count)d quartiers recalculés, %(faults)d lignes laissées.") % {"count": found.count, "faults": len(found.faults)})
    for name, gap in ((_("Accès"), found.access), (_("Compétences"), found.skills), (_("Score"), found.score)):
        say(
            _("%(name)s : plus grand écart %(largest)s (%(at)s) ; l’arrondi permet %(allowed)s.")
            % {"name": name, "largest": _number(gap.largest), "at": gap.at, "allowed": _number(gap.allowed)}
        )
    say(
        _("Le nôtre, sur les mêmes axes : rangs liés à %(agreement)s ; moyenne publiée %(mean)s, la nôtre %(own)s.")
        % {"agreement": _number(found.agreement), "mean": _number(found.mean, 1), "own": _number(found.own_mean, 1)}
    )
    say(
        _("Alertes publiées (110 ou plus) : %(alarms)d, dont %(doubtful)d douteuses ; %(missed)d que la nôtre ajoute.")
        % {"alarms": found.alarms, "doubtful": found.doubtful, "missed": found.missed}
    )
    for each in sorted(shown, key=lambda each: -each.row.score):
        mark = _(" (douteuse)") if each.is_doubtful else ""
        facts = {"name": each.row.name, "score": _number(each.row.score, 0), "ours": _number(each.ours, 0), "mark": mark}
        say("  " + _("%(name)s : publié %(score)s, le nôtre %(ours)s%(mark)s") % facts)


def _compared(each: Any) -> dict[str, Any]:
    return {"code": each.row.code, "name": each.row.name, "published": each.row.score, "ours": round(each.ours, 1),
            "published_rank": each.published_rank, "own_rank": each.own_rank, "is_doubtful": each.is_doubtful}  # fmt: skip


def import_file(file: _File, source: Source = "", dry_run: DryRun = False, as_json: AsJson = False) -> None:
    import_by("carnet need import", _import_areas, file=file, source=source, dry_run=dry_run, as_json=as_json, tell=_tell_imported)


def _import_areas() -> Callable[..., Any]:
    from carnet.planning.operations.need import import_areas

    return import_areas


def _tell_imported(report: Any) -> None:
    from carnet.observatory.rules.indicators import FAULTS
    from carnet.planning.rules.area_files import FAULTS as MORE_FAULTS

    complain_of(report.faults, report.fault_count, lambda code: _(FAULTS.get(code) or MORE_FAULTS[code]))
    facts = {"areas": report.areas, "figures": report.figures, "untold": report.untold}
    if report.is_kept:
        say(_("%(areas)d territoires, %(figures)d chiffres gardés, dont %(untold)d secrets ou absents.") % facts)
    else:
        say(_("%(areas)d territoires, %(figures)d chiffres seraient gardés, dont %(untold)d secrets ou absents. Rien n’est gardé.") % facts)


def show(
    area: Annotated[str, typer.Argument(help=_("Un département, une intercommunalité, une région ou une commune : son nom ou son code."))],
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.gateways.database import acting_as
        from carnet.kernel.actors import Actor
        from carnet.planning.queries.need import need_of
        from carnet.planning.queries.need_areas import area_typed
        from carnet.planning.rules.need import Weights
        from carnet.web import clock

        with acting_as(Actor.system("carnet need show")):
            found = need_of(area_typed(area).commune_codes, weights=Weights.usual(), at=clock.now())
    ranked = sorted(found, key=lambda each: (each.score is None, -(each.score or 0), each.code))
    if as_json:
        give([_area(each) for each in ranked])
        return
    for each in ranked[:_SHOWN_MAX]:
        told = _number(each.score, 0) if each.score is not None else _("pas assez connu")
        say(f"{each.code} {each.name} : {told}")
    if len(ranked) > _SHOWN_MAX:
        say(_("… et %(count)d autres communes.") % {"count": len(ranked) - _SHOWN_MAX})


def _area(each: Any) -> dict[str, Any]:
    low, middle, high = each.estimate.shown()
    return {
        "code": each.code, "name": each.name, "population": each.population, "people_in_need": middle, "low": low, "high": high,
        "score": None if each.score is None else round(each.score, 1), "known_part": round(each.detail.known_part, 3),
        "doubt": each.doubt.value if each.doubt else None,
        "components": {
            component.value: {
                "points": None if value.points is None else round(value.points, 1), "share": None if value.share is None else round(value.share, 2),
                "vintage": value.vintage, "source": value.source, "known": value.known.value, "basis": value.basis.value, "is_lent": value.is_lent,
            }
            for component, value in each.components.items()
        },
    }  # fmt: skip


def _number(value: float, decimals: int = 2) -> str:
    return f"{value:.{decimals}f}".replace(".", ",")
