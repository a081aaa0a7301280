"""Four boxes for two desks, one short by two booklets and one lost, told by the screens of the operator, of both desks, and of who reads."""

import re
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest
from django.test import Client

from carnet.distribution.queries import custody as story
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.issuing.models import Job, PrintKey, PrintShop
from carnet.issuing.operations import packing, parcels
from carnet.issuing.queries import parcels as boxes
from carnet.issuing.queries.parcels import ParcelView
from carnet.issuing.rules.packing import Destination
from carnet.issuing.rules.parcels import ParcelState
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties.rules import OrganisationKind, Role
from carnet.web.parcels.slip import slips_pdf
from tests.issuing.conftest import NOW, SYSTEM, Cast, at_home, cast  # noqa: F401 - fixtures
from tests.web.conftest import PASSWORD, SECRET, come_in
from tests.web.test_operator_orders import text_of

pytestmark = pytest.mark.django_db


@dataclass
class Office:
    """The cast, and clients who are in: the operator's admin, the leads of two desks, a funder."""

    cast: Cast
    other_desk_id: int
    order_id: int

    def enter(self, role: Role, organisation_id: int) -> Client:
        email = f"{uuid4().hex[:8]}@exemple.fr"
        person_id = parties.enrol_member(
            organisation_id=organisation_id, email=email, display_name=role.title(), role=role.value, password=PASSWORD, actor=SYSTEM,
            request_id=uuid4(), at=NOW,
        )  # fmt: skip
        parties.set_second_factor(person_id=person_id, secret=SECRET, actor=SYSTEM, request_id=uuid4(), at=NOW)
        return come_in(Client(), email)

    def boxes(self) -> list[ParcelView]:
        with acting_as_everything(why="look"):
            return boxes.parcels_of_order(self.order_id)

    def url(self, act: str = "") -> str:
        return f"/operator/orders/{self.order_id}/parcels/{act}"


@pytest.fixture
def office(cast: Cast, settings: object) -> Office:  # noqa: F811
    settings.CARNET_CLOCK = NOW  # type: ignore[attr-defined]
    other_id = parties.create_organisation(
        name="Mission locale", kinds=[OrganisationKind.PRESCRIBER.value], is_simulated=True, registered_by=cast.operator_id, actor=SYSTEM,
        request_id=uuid4(), at=NOW,
    )  # fmt: skip
    return Office(cast, other_id, cast.printed(booklet_count=24))


def first_id(page: str) -> str:
    return re.findall(r'name="request_id" value="([^"]+)"', page)[0]


def press(client: Client, url: str, **said: object) -> str:
    """Send a form; the page it leads to."""
    answer = client.post(url, {"request_id": str(uuid4()), **said}, follow=True)
    assert answer.status_code == 200, text_of(answer.content.decode())
    return text_of(answer.content.decode())


def sent_to_both(office: Office, admin: Client) -> tuple[list[ParcelView], list[ParcelView]]:
    for desk_id in (office.cast.prescriber_id, office.other_desk_id):
        with acting_as(office.cast.agent):
            parcels.pack_count(
                order_id=office.order_id, to_organisation_id=desk_id, booklet_count=12, per_box=6, **office.cast.by(office.cast.agent)
            )
        press(admin, office.url("send/"), to_organisation_id=desk_id, carrier="La Poste", tracking="8A-42")
    found = office.boxes()
    return [each for each in found if each.to_id == office.cast.prescriber_id], [
        each for each in found if each.to_id == office.other_desk_id
    ]


def test_one_box_short_and_one_box_lost(office: Office) -> None:
    admin = office.enter(Role.OPERATOR_ADMIN, office.cast.operator_id)
    desk = office.enter(Role.PRESCRIBER_LEAD, office.cast.prescriber_id)
    other = office.enter(Role.PRESCRIBER_LEAD, office.other_desk_id)
    funder = office.enter(Role.FUNDER, office.cast.metropolis_id)
    assert admin.get(office.url()).status_code == 200
    (whole, short), (fine, lost) = sent_to_both(office, admin)

    # The first desk: one box whole by two booklets; the other read pile by pile, two booklets are not there.
    assert "Colis 1 sur 2" in text_of(desk.get("/prescriber/shipments/").content.decode())
    answer = desk.get("/prescriber/shipments/", {"number": whole.number.lower()})
    assert answer["Location"] == f"/prescriber/parcels/{whole.id}/"
    assert "Tout est là" in text_of(desk.get(answer["Location"]).content.decode())
    told = press(desk, f"/prescriber/parcels/{whole.id}/whole/", first_serial=whole.whole.first_serial, last_serial=whole.whole.last_serial)
    assert "6 carnets reçus" in told
    with acting_as_everything(why="look"):
        serials = [boxes.run_view(_series(short), (short.whole.first_booklet_id + rank,) * 2).first_serial for rank in range(6)]
    wrong = desk.post(
        f"/prescriber/parcels/{short.id}/whole/", {"request_id": str(uuid4()), "first_serial": serials[0], "last_serial": serials[3]}
    )
    assert (wrong.status_code, "Ce ne sont pas le premier et le dernier" in text_of(wrong.content.decode())) == (422, True)
    told = press(desk, f"/prescriber/parcels/{short.id}/read/", first_serial=serials[0], last_serial=serials[3])
    assert "2 carnets ne sont pas lus" in told
    told = press(desk, f"/prescriber/parcels/{short.id}/close/")
    assert "4 carnets reçus" in told
    assert "2 carnets à expliquer" in told

    # The second desk: one box, and one that never came.
    press(other, f"/prescriber/parcels/{fine.id}/whole/", first_serial=fine.whole.first_serial, last_serial=fine.whole.last_serial)
    assert "L’opérateur est prévenu" in press(other, f"/prescriber/parcels/{lost.id}/missing/")
    assert other.get(f"/prescriber/parcels/{short.id}/").status_code == 404

    # The operator sees both, and says what became of them: the lost box takes two gestures.
    home = text_of(admin.get("/operator/").content.decode())
    assert f"Colis {lost.number} jamais arrivé à Mission locale" in home
    assert f"2 carnets à expliquer dans le colis {short.number}" in home
    told = text_of(admin.get(f"/operator/parcels/gaps/{office.cast.programme_id}/").content.decode())
    assert "400,00 €" in told.replace("400 €", "400,00 €")
    answer = admin.post(f"/operator/parcels/{lost.id}/settle/", {"request_id": str(uuid4()), "outcome": "LOST", "runs": _run_of(lost)})
    assert answer["Location"].startswith(f"/operator/parcels/{lost.id}/end/?outcome=LOST")
    page = admin.get(answer["Location"]).content.decode()
    assert "ne pourront plus jamais servir" in text_of(page)
    told = press(admin, f"/operator/parcels/{lost.id}/end/", outcome="LOST", runs=_run_of(lost), request_id=first_id(page))
    assert "C’est noté pour 6 carnets" in told
    assert "Écart expliqué" in told
    assert "Reçu, " not in told  # it never was
    # Found after all: the first desk says so itself.
    gap = next(each.run for each in boxes_of(office, short.id).gaps)
    told = press(desk, f"/prescriber/parcels/{short.id}/arrived/", runs=f"{gap.first_booklet_id}-{gap.last_booklet_id}")
    assert "2 carnets de plus dans votre stock" in told

    # Whoever reads: every booklet is in one place, and the gaps are explained.
    for client, door in ((admin, "operator"), (funder, "funder")):
        told = text_of(client.get(f"/{door}/parcels/orders/{office.order_id}/").content.decode())
        assert "Les 24 carnets sont chacun à une place, et une seule." in told
        assert "Bloqué ou annulé" in told
        assert client.get(f"/{door}/parcels/").status_code == 200
        told = text_of(client.get(f"/{door}/parcels/gaps/{office.cast.programme_id}/").content.decode())
        assert "il en reste" not in told
        table = b"".join(client.get(f"/{door}/parcels/orders/{office.order_id}/carnets.csv").streaming_content).decode()  # type: ignore[attr-defined]
        assert sum(int(line.rsplit(";", 1)[1]) for line in table.strip().splitlines()[1:]) == 24
        assert client.get(f"/{door}/parcels/gaps/{office.cast.programme_id}/ecarts.csv").status_code == 200
    assert funder.post(f"/operator/parcels/{short.id}/settle/", {"request_id": str(uuid4())}).status_code == 403
    with acting_as_everything(why="verify"):
        assert story.verify() == []


def _series(box: ParcelView):  # type: ignore[no-untyped-def]
    from carnet.ledger import queries as ledger

    return ledger.series(box.series_id)


def _run_of(box: ParcelView) -> str:
    return f"{box.whole.first_booklet_id}-{box.whole.last_booklet_id}"


def boxes_of(office: Office, parcel_id: int) -> ParcelView:
    return next(each for each in office.boxes() if each.id == parcel_id)


def test_the_office_packs_by_number_prints_labels_and_unpacks(office: Office) -> None:
    admin = office.enter(Role.OPERATOR_ADMIN, office.cast.operator_id)
    refused = admin.post(
        office.url("pack/"), {"request_id": str(uuid4()), "to_organisation_id": office.other_desk_id, "booklet_count": 99, "per_box": 5}
    )
    assert refused.status_code == 422
    told = press(admin, office.url("pack/"), to_organisation_id=office.other_desk_id, booklet_count=12, per_box=5)
    assert "3 colis prêts" in told
    assert "Colis 3 sur 3" in told
    labels = admin.get(office.url("bordereaux.pdf"), {"to": office.other_desk_id})
    assert (labels["Content-Type"], labels.content[:5]) == ("application/pdf", b"%PDF-")
    told = press(admin, office.url("unpack/"), to_organisation_id=office.other_desk_id)
    assert "Jetez leurs étiquettes" in told
    assert office.boxes() == []


def test_a_label_is_read_by_a_second_reader(office: Office) -> None:
    import pypdfium2
    import zxingcpp

    with acting_as(office.cast.agent):
        parcels.pack_count(
            order_id=office.order_id,
            to_organisation_id=office.other_desk_id,
            booklet_count=12,
            per_box=6,
            **office.cast.by(office.cast.agent),
        )
    pages = pypdfium2.PdfDocument(slips_pdf(office.boxes(), at=NOW))
    assert len(pages) == 2
    for page, box in zip(pages, office.boxes(), strict=True):
        read = {each.text.replace("-", "") for each in zxingcpp.read_barcodes(page.render(scale=3).to_pil())}
        assert read == {box.number.replace("-", "")}


def given_to_a_shop(office: Office) -> tuple[int, Actor]:
    """A print shop that the order was given to, as if its files were sealed for it."""
    cast = office.cast  # noqa: F811
    shop_id = parties.create_organisation(
        name="Imprimerie", kinds=[OrganisationKind.PRINT_SHOP.value], is_simulated=True, actor=SYSTEM, request_id=uuid4(), at=NOW
    )
    with acting_as_everything(why="a print shop that was given an order"):
        shop = PrintShop.objects.create(
            operator_id=cast.operator_id, organisation_id=shop_id, admitted_at=NOW, admitted_by_id=1, request_id=uuid4()
        )
        key = PrintKey.objects.create(
            print_shop=shop, operator_id=cast.operator_id, organisation_id=shop_id, version=1, certificate="-", fingerprint=bytes(32), bits=3072,
            valid_from=NOW, valid_until=NOW.replace(year=2030), proposed_at=NOW, proposed_by_id=1, request_id=uuid4(),
        )  # fmt: skip
        Job.objects.create(
            order_id=office.order_id, programme_id=cast.programme_id, kind="PRINT", state="DONE", done=24, total=24, shop_organisation_id=shop_id,
            print_key=key, requested_at=NOW, requested_by_id=1, ended_at=NOW, request_id=uuid4(),
        )  # fmt: skip
    actor = replace(
        cast.prescriber, organisation_id=shop_id, organisation_ids=frozenset({shop_id}), roles=frozenset({Role.PRINT_SHOP.value})
    )  # fmt: skip
    return shop_id, actor


def test_a_print_shop_sends_what_the_list_says_depot_included(office: Office) -> None:
    cast = office.cast  # noqa: F811
    with acting_as(cast.agent):
        packing.pack_order(
            order_id=office.order_id,
            destinations=[Destination(office.other_desk_id, "Mission locale", "1 rue Haute, Nantes", 20)],
            box_size=8,
            **cast.by(cast.agent),
        )
    shop_id, actor = given_to_a_shop(office)
    shop = office.enter(Role.PRINT_SHOP, shop_id)
    page = f"/print-shop/orders/{office.order_id}/parcels/"
    assert "4 colis de la liste n’ont pas encore d’étiquette" in text_of(shop.get(page).content.decode())
    press(shop, f"{page}list/")
    with acting_as(cast.agent):
        assert story.custody(cast.agent, office.order_id).counts() == {story.Place.AT_PRINT_SHOP: 24}
    for to_id in (office.other_desk_id, cast.operator_id):
        press(shop, f"{page}send/", to_organisation_id=to_id)
    found = office.boxes()
    assert [(each.from_id, each.to_id, each.booklet_count, each.state) for each in found] == [
        (shop_id, office.other_desk_id, 8, ParcelState.SENT),
        (shop_id, office.other_desk_id, 8, ParcelState.SENT),
        (shop_id, office.other_desk_id, 4, ParcelState.SENT),
        (shop_id, cast.operator_id, 4, ParcelState.SENT),
    ]
    # The depot's own box is counted by the operator, as a desk counts its own.
    admin = office.enter(Role.OPERATOR_ADMIN, cast.operator_id)
    assert "en route vers votre dépôt" in text_of(admin.get("/operator/").content.decode())
    url = f"/operator/parcels/depot/{found[3].id}/"
    assert "Tout est là" in text_of(admin.get(url).content.decode())
    press(admin, f"{url}whole/", first_serial=found[3].whole.first_serial, last_serial=found[3].whole.last_serial)
    with acting_as(cast.agent):
        counts = story.custody(cast.agent, office.order_id).counts()
    assert counts == {story.Place.AT_OPERATOR: 4, story.Place.IN_BOX: 20}
    assert "En route" in text_of(shop.get("/print-shop/parcels/").content.decode())
    other_shop = replace(actor, organisation_id=cast.metropolis_id, organisation_ids=frozenset({cast.metropolis_id}))
    with acting_as(other_shop):
        assert boxes.parcels_from(shop_id) == []


def test_a_scanner_that_ends_each_number_with_enter_receives_a_box(office: Office) -> None:
    with acting_as(office.cast.agent):
        parcels.ship_many(
            order_id=office.order_id, shares=[(office.other_desk_id, 6)], **office.cast.by(office.cast.agent)
        )  # fmt: skip
    (box,) = office.boxes()
    desk = office.enter(Role.PRESCRIBER_LEAD, office.other_desk_id)
    address = f"/prescriber/parcels/{box.id}/whole/"
    said = {"request_id": str(uuid4()), "first_serial": box.whole.first_serial, "last_serial": ""}
    answer = desk.post(address, said)
    page = answer.content.decode()
    assert (answer.status_code, "obligatoire" in page) == (200, False)
    (focused,) = re.findall(r"<input[^>]* autofocus[^>]*>", page)
    assert 'name="last_serial"' in focused
    assert f'value="{box.whole.first_serial}"' in page
    assert "6 carnets reçus" in press(desk, address, **said | {"last_serial": box.whole.last_serial})
    # Read again from a page opened before: it says that the box was counted.
    late = desk.post(f"/prescriber/parcels/{box.id}/read/", {"first_serial": box.whole.first_serial})
    assert (late.status_code, "Ce colis a changé d’état entre-temps" in text_of(late.content.decode())) == (422, True)
    assert desk.post(address, said | {"first_serial": ""}).status_code == 422


def ids_twice(client: Client, address: str) -> set[str]:
    """Ids that two elements of a page share: a label then names the wrong field."""
    found = re.findall(r'\bid="([^"]+)"', client.get(address).content.decode())
    return {each for each in found if found.count(each) > 1}


def test_each_label_names_its_own_field(office: Office) -> None:
    admin = office.enter(Role.OPERATOR_ADMIN, office.cast.operator_id)
    for desk_id in (office.cast.prescriber_id, office.other_desk_id):
        with acting_as(office.cast.agent):
            parcels.pack_count(
                order_id=office.order_id, to_organisation_id=desk_id, booklet_count=6, per_box=6, **office.cast.by(office.cast.agent)
            )
    assert ids_twice(admin, office.url()) == set()
    press(admin, office.url("send/"), to_organisation_id=office.other_desk_id)
    desk = office.enter(Role.PRESCRIBER_LEAD, office.other_desk_id)
    box = next(each for each in office.boxes() if each.to_id == office.other_desk_id)
    assert ids_twice(desk, f"/prescriber/parcels/{box.id}/") == set()
    # The same boxes said to have left from a second page, later: nothing leaves twice, and the page says why.
    again = admin.post(office.url("send/"), {"request_id": str(uuid4()), "to_organisation_id": office.other_desk_id})
    assert (again.status_code, "Aucun colis n’attend de partir" in text_of(again.content.decode())) == (422, True)


def test_two_hundred_boxes_are_shown_some_at_a_time(office: Office) -> None:
    admin = office.enter(Role.OPERATOR_ADMIN, office.cast.operator_id)
    with acting_as(office.cast.agent):
        parcels.pack_count(
            order_id=office.order_id,
            to_organisation_id=office.other_desk_id,
            booklet_count=24,
            per_box=1,
            **office.cast.by(office.cast.agent),
        )
    page = admin.get(office.url()).content.decode()
    assert "Les numéros de ces colis" in page, "more than a few are folded"
    press(admin, office.url("send/"), to_organisation_id=office.other_desk_id)
    desk = office.enter(Role.PRESCRIBER_LEAD, office.other_desk_id)
    funder = office.enter(Role.FUNDER, office.cast.metropolis_id)
    numbers = {each.number for each in office.boxes()}
    for client, address, name in (
        (admin, "/operator/parcels/", "page"), (admin, "/operator/parcels/", "attente"), (funder, "/funder/parcels/", "page"),
        (admin, office.url(), "page"), (desk, "/prescriber/shipments/", "attente"),
    ):  # fmt: skip
        first, last = (client.get(address, {name: number}).content.decode() for number in (1, 3))
        assert f"{name}=3" in first, address
        assert 'rel="next"' not in last.split(f"{name}=1")[-1].split("</nav>")[0]
        assert sum(number in last for number in numbers) >= 4, address
    assert all(
        client.get(address, {"page": "zéro"}).status_code == 200
        for client, address in ((admin, "/operator/parcels/"), (desk, "/prescriber/shipments/"))
    )


def test_the_boxes_of_a_print_shop_that_left_are_undone_from_the_operator_s_page(office: Office) -> None:
    with acting_as(office.cast.agent):
        packing.pack_order(
            order_id=office.order_id, destinations=[Destination(office.other_desk_id, "Mission locale", "1 rue Haute, Nantes", 20)],
            box_size=8, **office.cast.by(office.cast.agent),
        )  # fmt: skip
    shop_id, _actor = given_to_a_shop(office)
    shop = office.enter(Role.PRINT_SHOP, shop_id)
    press(shop, f"/print-shop/orders/{office.order_id}/parcels/list/")
    admin = office.enter(Role.OPERATOR_ADMIN, office.cast.operator_id)
    assert "Préparés par un imprimeur parti" not in admin.get(office.url()).content.decode()
    with acting_as_everything(why="the print shop left"):
        PrintShop.objects.filter(organisation_id=shop_id).update(ended_at=NOW, ended_by_id=1)
    assert "3 colis pour Mission locale, 20 carnets, préparés par Imprimerie." in text_of(admin.get(office.url()).content.decode())
    told = press(admin, office.url("unpack/"), to_organisation_id=office.other_desk_id, from_organisation_id=shop_id)
    assert "Ces colis sont défaits" in told
    assert [each.to_id for each in office.boxes()] == [office.cast.operator_id]
