"""Reads of issuing: orders and what comes next, background work, files, custody, cover. Answers are frozen."""

from carnet.issuing.queries._labels import label_for_editions
from carnet.issuing.queries._orders import (
    CoverLine,
    FileView,
    HolderStock,
    JobView,
    OrderLine,
    OrderPage,
    SeriesOrder,
    ShipmentView,
    StockView,
    cover,
    job,
    live_jobs,
    order,
    order_of_series,
    orders,
    shipments_to,
    stock,
    token_holds,
)
from carnet.issuing.queries._packing import BoxView, packing

__all__ = [
    "BoxView",
    "CoverLine",
    "FileView",
    "HolderStock",
    "JobView",
    "OrderLine",
    "OrderPage",
    "SeriesOrder",
    "ShipmentView",
    "StockView",
    "cover",
    "job",
    "label_for_editions",
    "live_jobs",
    "order",
    "order_of_series",
    "orders",
    "packing",
    "shipments_to",
    "stock",
    "token_holds",
]
