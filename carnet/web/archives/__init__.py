"""The archives of one's programmes: the last step, its moment, the fingerprint to know from elsewhere; the same at every office."""
