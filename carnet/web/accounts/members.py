"""Who belongs to an organisation: invitations, roles, suspensions. Each view is one call and one page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.kernel.actors import Actor
from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.accounts.desk import page, performed
from carnet.web.accounts.forms import (
    BareForm,
    InviteForm,
    ReasonForm,
    RoleForm,
    role_choices,
)
from carnet.web.accounts.words import ROLE_NAMES
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import actor_of
from carnet.web.doors import door


@door("parties.see-members", post="parties.manage-members")
def members(request: HttpRequest, organisation_id: int | None = None) -> HttpResponseBase:
    """Who belongs to an organisation; invite someone."""
    actor, at = actor_of(request), clock.now()
    organisation = parties.organisation(organisation_id or actor.organisation_id or 0)
    may_manage = allowed(actor.roles, "parties.manage-members")
    form = InviteForm(request.POST or None, roles=role_choices(organisation.kinds, actor.roles))

    def invite(typed: dict[str, Any]) -> None:
        operations.invite_member(organisation_id=organisation.id, **typed, actor=actor, at=at)

    if request.method == "POST" and performed(form, invite):
        messages.success(request, _("L’invitation part à %(email)s. Elle est valable 14 jours.") % {"email": form.cleaned_data["email"]})
        return redirect("accounts:members-of", organisation.id)
    return page(
        request,
        "members",
        organisation=organisation,
        members=_members_table(actor, organisation.id, may_manage),
        invitations=_invitations_table(actor, organisation.id),
        form=form if may_manage else None,
        status=422 if form.is_bound else 200,
    )


def _members_table(actor: Actor, organisation_id: int, may_manage: bool) -> Table:
    rows = [
        [
            Cell(
                member.display_name,
                url=reverse("accounts:member", args=[organisation_id, member.membership_id])
                if may_manage and member.person_id != actor.person_id
                else "",
            ),
            member.email,
            ROLE_NAMES[member.role],
            formats.day(member.starts_at),
            Cell(_("suspendu"), tone="warning") if member.suspended_at else Cell(_("actif"), tone="success"),
        ]
        for member in parties.members(actor=actor, organisation_id=organisation_id, at=clock.now())
    ]
    columns = [Column(_("Nom")), Column(_("Adresse")), Column(_("Rôle")), Column(_("Depuis")), Column(_("État"))]
    return Table(_("Membres"), columns, rows, empty=_("Personne pour l’instant : invitez quelqu’un ci-dessous."))


def _invitations_table(actor: Actor, organisation_id: int) -> Table:
    rows = [
        [each.email, ROLE_NAMES[each.role], formats.day(each.invited_at), formats.last_day(each.expires_at)]
        for each in parties.waiting_invitations(actor=actor, organisation_id=organisation_id, at=clock.now())
    ]
    columns = [Column(_("Adresse")), Column(_("Rôle")), Column(_("Envoyée le")), Column(_("Valable jusqu’au"))]
    return Table(_("Invitations sans réponse"), columns, rows, empty=_("Aucune invitation en attente."))


@door("parties.manage-members")
def member(request: HttpRequest, organisation_id: int, membership_id: int) -> HttpResponseBase:
    """One member: another role, a suspension, its end."""
    actor, at = actor_of(request), clock.now()
    organisation = parties.organisation(organisation_id)
    found = next(
        (each for each in parties.members(actor=actor, organisation_id=organisation_id, at=at) if each.membership_id == membership_id), None
    )
    if found is None:
        return page(request, "gone", status=404)
    asked = request.POST.get("do", "")
    where: dict[str, Any] = {"organisation_id": organisation_id, "membership_id": membership_id, "actor": actor, "at": at}
    role_form = RoleForm(request.POST if asked == "role" else None, roles=role_choices(organisation.kinds, actor.roles), prefix="role")
    suspend_form = ReasonForm(request.POST if asked == "suspend" else None, prefix="suspend")
    reinstate_form = BareForm(request.POST if asked == "reinstate" else None, prefix="reinstate")
    done = (
        (asked == "role" and performed(role_form, lambda typed: operations.change_role(**typed, **where)))
        or (asked == "suspend" and performed(suspend_form, lambda typed: operations.suspend_member(**typed, **where)))
        or (asked == "reinstate" and performed(reinstate_form, lambda typed: operations.reinstate(**typed, **where)))
    )
    if done:
        messages.success(request, _("C’est fait."))
        return redirect("accounts:members-of", organisation_id)
    return page(
        request,
        "member",
        organisation=organisation,
        member=found,
        role=ROLE_NAMES[found.role],
        role_form=role_form,
        suspend_form=suspend_form,
        reinstate_form=reinstate_form,
        status=422 if asked else 200,
    )
