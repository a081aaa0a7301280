"""The social landlord's room: its residences, its offers, the homes it connects."""
