"""Tables of issuing. Every row carries `programme_id`, under row-level security; no table holds a code."""

from carnet.issuing.models._orders import Order
from carnet.issuing.models._parcels import Shipment
from carnet.issuing.models._printing import Packing, PrintFetch, PrintKey, PrintShop, SpoiledRun
from carnet.issuing.models._work import Job, PrintFile

__all__ = ["Job", "Order", "Packing", "PrintFetch", "PrintFile", "PrintKey", "PrintShop", "Shipment", "SpoiledRun"]
