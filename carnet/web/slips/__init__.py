"""What a person takes away on paper: the slip of a lesson and of vouchers, the leaflet, in four languages; and a desk's own sheets."""
