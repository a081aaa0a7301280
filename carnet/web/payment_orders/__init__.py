"""Payment orders for a public accountant, as one archive: the list to import, the list to sign, and for each order its papers.

In French whatever the reader's language, since a French accountant reads them; written from `carnet.settlement.queries`,
nothing is counted here. The same run gives the same bytes.
"""

from carnet.web.payment_orders._archive import archive, orders_csv
from carnet.web.payment_orders._check import Verified, verified

__all__ = ["Verified", "archive", "orders_csv", "verified"]
