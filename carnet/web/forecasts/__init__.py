"""Forecasts, thresholds of funds and monthly statements on screen, the same for the operator and the funder.

Another page includes ``forecasts/panel.html`` with what `panel` gives it.
"""
