"""Tables of issuing. Every row carries `programme_id`, under row-level security; no table holds a code."""

from carnet.issuing.models._keys import KeyCopy, KeyVersion
from carnet.issuing.models._orders import Order
from carnet.issuing.models._parcels import Parcel, ParcelGap, ParcelSettlement, Shipment
from carnet.issuing.models._printing import Packing, PrintFetch, PrintKey, PrintShop, SpoiledRun
from carnet.issuing.models._proofs import Design, DesignLogo, Proof
from carnet.issuing.models._work import Job, PrintFile

__all__ = [
    "Design",
    "DesignLogo",
    "Job",
    "KeyCopy",
    "KeyVersion",
    "Order",
    "Packing",
    "Parcel",
    "ParcelGap",
    "ParcelSettlement",
    "PrintFetch",
    "PrintFile",
    "PrintKey",
    "PrintShop",
    "Proof",
    "Shipment",
    "SpoiledRun",
]
