"""Sheets of paper: printed blank, typed later beside their photographs. The same screens for a place and for an operator that types in its name."""
