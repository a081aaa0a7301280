"""A print shop admitted by the operator of a cast, with its key agreed to."""

from dataclasses import dataclass
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.issuing.operations import print_shops
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties.rules import OrganisationKind, Role
from tests.factories.print_shops import press
from tests.issuing.conftest import NOW, SYSTEM, Cast


@dataclass(frozen=True)
class Shop:
    """The tie, who works at the press, and the key in force."""

    id: int
    organisation_id: int
    printer: Actor
    key_id: int


def member(organisation_id: int, role: Role, name: str, programme_ids: frozenset[int] = frozenset()) -> Actor:
    """Somebody of an organisation, who has just proved a second factor."""
    person_id = parties.enrol_member(
        organisation_id=organisation_id, email=f"{name}@exemple.fr", display_name=name, role=role.value,
        actor=SYSTEM, request_id=uuid4(), at=NOW,
    )  # fmt: skip
    return Actor(
        kind="person", label=name, person_id=person_id, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
        programme_ids=programme_ids, roles=frozenset({role.value}), proved_at=NOW,
    )  # fmt: skip


def press_house(name: str = "Imprimerie", slug: str = "presse") -> tuple[int, Actor]:
    """A registered print shop and somebody who works there."""
    organisation_id = parties.create_organisation(
        name=name, kinds=[OrganisationKind.PRINT_SHOP.value], is_simulated=True, actor=SYSTEM, request_id=uuid4(), at=NOW
    )
    return organisation_id, member(organisation_id, Role.PRINT_SHOP, slug)


def shop_of(cast: Cast) -> Shop:
    """Admitted by the agent, its key given by itself, agreed to by the approver."""
    organisation_id, printer = press_house()
    with acting_as(cast.agent):
        shop_id = print_shops.admit_print_shop(organisation_id=organisation_id, **cast.by(cast.agent))  # type: ignore[arg-type]
    with acting_as(printer):
        key_id = print_shops.propose_print_key(print_shop_id=shop_id, content=press().certificate.encode(), **cast.by(printer))  # type: ignore[arg-type]
    with acting_as(cast.approver):
        print_shops.approve_print_key(key_id=key_id, spoken=press().fingerprint[-8:], **cast.by(cast.approver))  # type: ignore[arg-type]
    return Shop(shop_id, organisation_id, printer, key_id)
