"""Who may reach which order, job, file or shipment: the only way from an identifier to a row.

The database already hides other tenants' rows. Here is the finer grain: only the operator that
placed an order works on it; funders and auditors of its programme read it.
"""

from carnet.issuing.access._orders import awaited_shipment, job, operated_order, print_file, seen_order, seen_orders

__all__ = [
    "awaited_shipment",
    "job",
    "operated_order",
    "print_file",
    "seen_order",
    "seen_orders",
]
