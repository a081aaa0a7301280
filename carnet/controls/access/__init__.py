"""Who may see and do: the only way from an identifier to a row."""
