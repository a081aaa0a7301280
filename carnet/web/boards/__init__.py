"""Dashboards: the same figures, charts, tables and files for the public and for each room, from one view of them."""
