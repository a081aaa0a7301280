"""Published figures and what is likely to come, each counted from the ledger and the desks."""

from carnet.observatory.queries._figures import REAL, SIMULATED, open_data, programme_figures, published_programmes

__all__ = ["REAL", "SIMULATED", "open_data", "programme_figures", "published_programmes"]
