"""A plan in words: three methods beside one another, the proof, what each guarantee costs, what a change changed; for the page, the files, the paper."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.planning.queries.plans import VersionPage
from carnet.planning.rules.allotment import ConstraintCost, Guarantee, Method
from carnet.planning.rules.plan_ground import Asked
from carnet.planning.rules.plan_results import Difference, Outcome
from carnet.planning.rules.plans import VersionState
from carnet.planning.rules.travel import Mode
from carnet.web.design import formats
from carnet.web.design.components import Column, Figure, Row, Table

METHODS = {
    Method.OPTIMAL: gettext_lazy("Au mieux"),
    Method.PER_HEAD: gettext_lazy("Par habitant"),
    Method.FORMULA: gettext_lazy("Part fixe et part sociale"),
}
SLUGS = {Method.OPTIMAL: "optimal", Method.PER_HEAD: "per-head", Method.FORMULA: "formula"}
GUARANTEES = {
    Guarantee.BUDGET: gettext_lazy("le budget"),
    Guarantee.BOOKLETS: gettext_lazy("le nombre de carnets"),
    Guarantee.FLOOR: gettext_lazy("les carnets promis à chaque commune"),
    Guarantee.PRIORITY: gettext_lazy("la part des publics prioritaires"),
    Guarantee.SEATS: gettext_lazy("les places assises des lieux"),
    Guarantee.TRAVEL: gettext_lazy("le trajet le plus long"),
    Guarantee.DESK_MINIMUM: gettext_lazy("le minimum par guichet"),
    Guarantee.DESK_MAXIMUM: gettext_lazy("le maximum par guichet"),
}
STATES = {
    VersionState.WAITING: (gettext_lazy("en attente"), "neutral"),
    VersionState.RUNNING: (gettext_lazy("en calcul"), "info"),
    VersionState.DONE: (gettext_lazy("calculée"), "success"),
    VersionState.FAILED: (gettext_lazy("sans réponse"), "danger"),
}
# One person whose need is the mean, among the first of their commune, in hundredths of a point.
PERSON = 10_000
# A bound this close to the answer proves it, for whoever decides.
CLOSE = 0.001


def need(points: int) -> str:
    """Need covered, told in people whose need is the mean."""
    return formats.number(round(points / PERSON))


def trip(tenths: int | None) -> str:
    """A mean trip."""
    return _("%(minutes)s min") % {"minutes": formats.decimal(tenths / 10)} if tenths is not None else "–"


def signed(count: int, text: str) -> str:
    """A difference with its sign, a true minus."""
    return f"+{text}" if count > 0 else f"−{text}" if count < 0 else text


def _signed_number(count: int) -> str:
    return signed(count, formats.number(abs(count)))


def _booklets(count: int) -> str:
    return ngettext("%(count)s carnet", "%(count)s carnets", abs(count)) % {"count": _signed_number(count)}


def _signed_need(points: int) -> str:
    people = round(points / PERSON)
    return signed(people, formats.number(abs(people)))


# --- the three methods --------------------------------------------------------------------------------------------------


def figures(page: VersionPage) -> list[Figure]:
    """What comes first: what the best allotment does, and how much more than the others."""
    best = page.outcomes[Method.OPTIMAL]
    found = [
        Figure(
            formats.number(best.booklets),
            ngettext("carnet", "carnets", best.booklets),
            ngettext("pour %(count)s guichet", "pour %(count)s guichets", best.desks) % {"count": formats.number(best.desks)},
        ),
        Figure(need(best.covered), _("de besoin couvert"), _("en personnes au besoin moyen")),
        Figure(trip(best.trip_tenths), _("de trajet en moyenne"), _("un aller, au guichet ou au lieu")),
        Figure(formats.euros(best.cents, short=True), _("de chèques"), _("sur %(budget)s") % {"budget": _budget(page.asked)}),
    ]
    return found


def said(page: VersionPage) -> list[str]:
    """The answer in a few sentences: against both other methods, then its proof."""
    best = page.outcomes[Method.OPTIMAL]
    found = [_against(best, page.outcomes[method], method) for method in (Method.PER_HEAD, Method.FORMULA) if method in page.outcomes]
    left = page.asked.budget_cents - best.cents
    if left >= page.ground.booklet_cents:
        found.append(
            _("Il reste %(amount)s : un carnet de plus ne servirait pas avec ces garanties.") % {"amount": formats.euros(left, short=True)}
        )
    return [*found, proof(page)]


def _against(best: Outcome, other: Outcome, method: Method) -> str:
    same = need(other.covered) == need(best.covered)
    sentence = (
        {
            Method.PER_HEAD: _("Par habitant, le besoin couvert serait le même"),
            Method.FORMULA: _("Avec une part fixe et une part sociale, le besoin couvert serait le même"),
        }[method]
        if same
        else {
            Method.PER_HEAD: _("Par habitant, le besoin couvert serait de %(other)s au lieu de %(best)s"),
            Method.FORMULA: _("Avec une part fixe et une part sociale, le besoin couvert serait de %(other)s au lieu de %(best)s"),
        }[method]
        % {"other": need(other.covered), "best": need(best.covered)}
    )
    idle = ngettext(
        ", et %(count)s carnet payé ne servirait à personne", ", et %(count)s carnets payés ne serviraient à personne", other.idle
    ) % {"count": formats.number(other.idle)}
    return f"{sentence}{idle if other.idle else ''}."


def proof(page: VersionPage) -> str:
    """How sure it is that nothing better exists."""
    assert page.answer is not None
    if page.answer.gap == 0:
        return _("C’est prouvé : aucune autre répartition ne fait mieux avec ces garanties.")
    permyriad = max(1, -(-round(page.answer.gap * 10**8) // 10**4))
    if page.answer.gap <= CLOSE:
        return _("C’est prouvé : aucune autre répartition ne ferait mieux de plus de %(part)s.") % {"part": formats.basis_points(permyriad)}
    return _("Le temps de calcul a manqué : une autre répartition ferait mieux de %(part)s au plus.") % {
        "part": formats.basis_points(permyriad)
    }


def methods_table(page: VersionPage) -> Table:
    """The three methods side by side, in the figures that are compared."""
    shown = [method for method in METHODS if method in page.outcomes]
    told = [page.outcomes[method] for method in shown]
    rows = [
        [_("Besoin couvert, en personnes au besoin moyen"), *(need(each.covered) for each in told)],
        [_("Carnets remis et utilisables"), *(formats.number(each.booklets) for each in told)],
        [_("Carnets payés qui ne servent à personne"), *(formats.number(each.idle) for each in told)],
        [_("Communes sans carnet"), *(formats.number(each.without) for each in told)],
        [_("Trajet moyen, un aller"), *(trip(each.trip_tenths) for each in told)],
        [_("Guichets servis"), *(formats.number(each.desks) for each in told)],
        [_("Valeur des chèques"), *(formats.euros(each.cents, short=True) for each in told)],
        [_("Garanties non tenues"), *(formats.number(len(_broken(page, method))) for method in shown)],
    ]
    columns = [Column(_("Mesure")), *(Column(str(METHODS[method]), number=True) for method in shown)]
    return Table(_("Les trois façons de partager"), columns, rows)


def broken(page: VersionPage) -> list[str]:
    """The guarantees a method does not keep, one sentence each."""
    told = ((METHODS[method], _broken(page, method)) for method in METHODS if method in page.outcomes)
    return [
        _("%(method)s, ne sont pas tenus : %(names)s.") % {"method": method, "names": ", ".join(names)} for method, names in told if names
    ]


def _broken(page: VersionPage, method: Method) -> list[str]:
    assert page.answer is not None
    return list(dict.fromkeys(str(GUARANTEES[each.guarantee]) for each in page.answer.methods[method].breaches))


# --- what each guarantee costs ------------------------------------------------------------------------------------------


def costs(page: VersionPage) -> list[str]:
    """Each guarantee taken away in turn, in one sentence each: the plan is made again without it, nothing is guessed."""
    assert page.answer is not None
    return [_cost(each, page.asked) for each in page.answer.costs]


def _cost(cost: ConstraintCost, asked: Asked) -> str:
    what = _taken_away(cost, asked)
    if not cost.is_found:
        return _("%(what)s, le calcul n’a pas fini à temps.") % {"what": what}
    if abs(cost.covered) * 2 < PERSON and not cost.booklets:
        return _("%(what)s, rien ne changerait : cette garantie ne coûte rien ici.") % {"what": what}
    changes = [_("%(count)s de besoin couvert") % {"count": _signed_need(cost.covered)}]
    changes += [_booklets(cost.booklets)] if cost.booklets else []
    changes += (
        [_("%(amount)s de chèques") % {"amount": signed(cost.cents, formats.euros(abs(cost.cents), short=True))}] if cost.cents else []
    )
    return _("%(what)s : %(changes)s.") % {"what": what, "changes": ", ".join(changes)}


def _taken_away(cost: ConstraintCost, asked: Asked) -> str:
    sentences = {
        Guarantee.BUDGET: _("Avec un dixième de budget en plus"),
        Guarantee.BOOKLETS: _("Avec un dixième de carnets en plus"),
        Guarantee.FLOOR: ngettext(
            "Sans le carnet promis à chaque commune", "Sans les %(count)s carnets promis à chaque commune", asked.floor
        )
        % {"count": formats.number(asked.floor)},
        Guarantee.PRIORITY: _("Sans la part de %(percent)s %% des publics prioritaires") % {"percent": asked.priority_percent},
        Guarantee.SEATS: _("Si les lieux avaient assez de places assises"),
        Guarantee.TRAVEL: ngettext(
            "Sans la limite de trajet de %(minutes)s minute", "Sans la limite de trajet de %(minutes)s minutes", asked.minutes_max or 0
        )
        % {"minutes": asked.minutes_max or 0},
        Guarantee.DESK_MINIMUM: _("Sans le minimum par guichet"),
        Guarantee.DESK_MAXIMUM: _("Sans le maximum par guichet"),
    }
    return sentences[cost.guarantee]


# --- a change -----------------------------------------------------------------------------------------------------------


def change_sentences(page: VersionPage) -> list[str]:
    """What was changed since the version it began from, and what that changes."""
    if page.before_asked is None:
        return []
    asked = _changes(page.before_asked, page.asked, page)
    return [*asked, *([_changed(page.change)] if page.change else [])]


def _changes(before: Asked, now: Asked, page: VersionPage) -> list[str]:
    names = {each.code: each.name for each in page.ground.desks} | {each.code: each.name for each in page.ground.sites}
    communes = {each.code: each.name for each in page.ground.demands}
    told = [
        (before.budget_cents, now.budget_cents, _("Budget"), lambda value: formats.euros(value, short=True)),
        (before.floor, now.floor, _("Carnets promis à chaque commune"), formats.number),
        (before.priority_percent, now.priority_percent, _("Part des publics prioritaires"), lambda value: f"{value}{formats.NO_BREAK}%"),
        (before.minutes_max, now.minutes_max, _("Trajet le plus long"), limit),
        (before.desk_minimum, now.desk_minimum, _("Carnets par guichet, au moins"), formats.number),
        (before.desk_maximum, now.desk_maximum, _("Carnets par guichet, au plus"), _unlimited),
    ]
    found = [
        _("%(what)s : %(now)s au lieu de %(before)s.") % {"what": what, "now": write(after), "before": write(past)}
        for past, after, what, write in told
        if past != after
    ]
    gone = [names[code] for code in now.closed if code not in before.closed and code in names]
    back = [names[code] for code in before.closed if code not in now.closed and code in names]
    new = [communes.get(each.commune, each.commune) for each in now.added if each not in before.added]
    found += [_("Fermé : %(names)s.") % {"names": ", ".join(gone)}] if gone else []
    found += [_("Rouvert : %(names)s.") % {"names": ", ".join(back)}] if back else []
    found += [_("Lieu ajouté à %(names)s.") % {"names": ", ".join(new)}] if new else []
    return found


def _changed(change: Difference) -> str:
    parts = [
        _("%(count)s de besoin couvert") % {"count": _signed_need(change.covered)},
        _booklets(change.booklets),
        ngettext("%(count)s commune sans carnet", "%(count)s communes sans carnet", abs(change.without))
        % {"count": _signed_number(change.without)},
        _("%(amount)s de chèques") % {"amount": signed(change.cents, formats.euros(abs(change.cents), short=True))},
    ]
    if change.trip_tenths is not None:
        minutes = formats.decimal(abs(change.trip_tenths) / 10)
        parts.append(_("%(count)s min de trajet moyen") % {"count": signed(change.trip_tenths, minutes)})
    return _("Ce que cela change : %(parts)s.") % {"parts": ", ".join(parts)}


def limit(minutes: int | None) -> str:
    """Minutes, or that there is no limit."""
    if minutes is None:
        return _("sans limite")
    return ngettext("%(minutes)s minute", "%(minutes)s minutes", minutes) % {"minutes": minutes}


def _unlimited(count: int | None) -> str:
    return formats.number(count) if count is not None else _("sans limite")


# --- what was asked -----------------------------------------------------------------------------------------------------


def _budget(asked: Asked) -> str:
    return formats.euros(asked.budget_cents, short=True)


def asked_rows(page: VersionPage) -> list[Row]:
    """What was asked, and what it stands on."""
    asked, ground = page.asked, page.ground
    closed = len([code for code in asked.closed if code in ground.points])
    return [
        Row(_("Programme"), page.programme),
        Row(_("Budget"), _budget(asked)),
        Row(_("Carnets promis à chaque commune"), formats.number(asked.floor)),
        Row(_("Part des publics prioritaires"), f"{asked.priority_percent}{formats.NO_BREAK}%"),
        Row(_("Trajet le plus long"), limit(asked.minutes_max)),
        Row(
            _("Carnets par guichet"),
            _("au moins %(least)s, au plus %(most)s") % {"least": asked.desk_minimum, "most": _unlimited(asked.desk_maximum)},
        ),
        Row(_("Fermés pour voir"), formats.number(closed)),
        Row(_("Lieux ajoutés"), formats.number(len(asked.added))),
        Row(
            _("Sur quoi il repose"),
            _("%(communes)s communes, %(desks)s guichets, %(places)s lieux")
            % {
                "communes": formats.number(len(ground.demands)),
                "desks": formats.number(len(ground.desks)),
                "places": formats.number(len(ground.sites)),
            },
        ),
        Row(_("Comment les gens viennent"), _("en voiture") if ground.mode is Mode.CAR else _("sans voiture")),
    ]


def cautions(page: VersionPage) -> list[str]:
    """What the answer does not know."""
    ground, found = page.ground, []
    if ground.unknown:
        count = len(ground.unknown)
        found.append(
            ngettext(
                "Le besoin de %(count)s commune est inconnu : elle compte comme la moyenne.",
                "Le besoin de %(count)s communes est inconnu : elles comptent comme la moyenne.",
                count,
            )
            % {"count": formats.number(count)}
        )
    if ground.unpublished and page.asked.priority_percent:
        count = len(ground.unpublished)
        found.append(
            ngettext(
                "La part des publics prioritaires de %(count)s commune est inconnue : elle compte comme la moyenne.",
                "La part des publics prioritaires de %(count)s communes est inconnue : elles comptent comme la moyenne.",
                count,
            )
            % {"count": formats.number(count)}
        )
    if ground.assumed:
        count = len(ground.assumed)
        found.append(
            ngettext(
                "%(count)s lieu n’annonce pas ses leçons : ses places sont supposées.",
                "%(count)s lieux n’annoncent pas leurs leçons : leurs places sont supposées.",
                count,
            )
            % {"count": formats.number(count)}
        )
    if ground.unplaced:
        found.append(
            _("Ces guichets n’ont pas d’adresse sur la carte et sont laissés de côté : %(names)s.") % {"names": ", ".join(ground.unplaced)}
        )
    found.append(_("Les trajets sont estimés à vol d’oiseau, allongés d’un détour. Aucune route n’est connue."))
    found.append(_("Personne ne sait où chacun habite : les personnes sont comptées au centre de leur commune."))
    return found


def failure(page: VersionPage, sentence: str) -> list[str]:
    """Why there is no answer: the guarantees that contradict each other by name, and who is short of what."""
    names = [str(GUARANTEES[Guarantee(each)]) for each in page.error_facts.get("guarantees", ()) if each in set(Guarantee)]
    found = [sentence]
    if names:
        found.append(_("Celles qui ne tiennent pas ensemble : %(names)s.") % {"names": ", ".join(names)})
    short = page.error_facts.get("short")
    if isinstance(short, dict) and short:
        communes = {each.code: each.name for each in page.ground.demands}
        worst = sorted(short.items(), key=lambda each: (-int(each[1]), each[0]))[:8]
        told = ", ".join(f"{communes.get(code, code)} ({formats.number(int(count))})" for code, count in worst)
        found.append(_("Carnets qui manquent, par commune : %(communes)s.") % {"communes": told})
    return found
