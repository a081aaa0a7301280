"""Booklets that move between points, and booklets replaced: the same screens for a desk and for the operator's office."""
