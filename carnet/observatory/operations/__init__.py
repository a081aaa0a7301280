"""Writes of the observatory: forecasts kept, monthly statements made and posted, who receives them."""

from carnet.observatory.operations._forecasts import keep_forecast
from carnet.observatory.operations._letters import choose_recipients, write_letter

__all__ = ["choose_recipients", "keep_forecast", "write_letter"]
