"""Boxes of booklets: packed, sent, counted, missing, settled. One function per use case, each journalled."""

from carnet.issuing.operations._parcels import Sending, pack_count, pack_from_list, send_parcels, ship_many, unpack
from carnet.issuing.operations._receiving import close_count, receive_parcel, report_missing, restart_count, scan_parcel
from carnet.issuing.operations._settling import remind_parcels, settle_parcel

__all__ = [
    "Sending",
    "close_count",
    "pack_count",
    "pack_from_list",
    "receive_parcel",
    "remind_parcels",
    "report_missing",
    "restart_count",
    "scan_parcel",
    "send_parcels",
    "settle_parcel",
    "ship_many",
    "unpack",
]
