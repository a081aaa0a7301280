"""The local actors' room: whoever acts in a territory, and what they decide together."""
