"""The counter of a place: type or scan a code, see what it is worth, choose the service, done. And when the money comes."""
