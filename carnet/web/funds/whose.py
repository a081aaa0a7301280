"""Whose part a page tells beside the whole: a funder's own; for those who run or audit, the one they choose."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.observatory import queries
from carnet.parties import queries as parties


@dataclass(frozen=True, slots=True)
class Whose:
    """`funder_id` None: the whole only. `choices`: the names of the funders one may choose, whether it is the one shown, and where it leads."""

    funder_id: int | None
    label: str
    is_chosen: bool
    choices: tuple[tuple[str, bool, str], ...]

    def query(self) -> dict[str, str]:
        """What an address keeps of it."""
        return {"funder": str(self.funder_id)} if self.is_chosen else {}

    def suffix(self) -> str:
        """The same, as the end of an address."""
        return f"?{urlencode(self.query())}" if self.is_chosen else ""


def whose_part(request: HttpRequest, actor: Actor, agreement_id: int, at: datetime) -> Whose:
    """Raises: Http404 for a funder that is not of the agreement."""
    if not queries.reads_every_funder(actor):
        return Whose(actor.organisation_id, _("votre part"), False, ())
    facts = funding.agreement(actor, agreement_id, at=at)
    names = {each.id: each.name for each in parties.organisations(facts.funder_ids).values()}
    asked = request.GET.get("funder", "")
    if asked and asked not in {str(each) for each in names}:
        raise Http404
    chosen = int(asked) if asked else None
    choices = [(_("Tous"), chosen is None, "?")]
    choices += [(names[each], each == chosen, f"?funder={each}") for each in facts.funder_ids if each in names]
    return Whose(chosen, names.get(chosen or 0, ""), chosen is not None, tuple(choices))
