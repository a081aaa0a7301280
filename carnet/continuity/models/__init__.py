"""Tables of archives, takeovers, daily commitments and clearing."""
