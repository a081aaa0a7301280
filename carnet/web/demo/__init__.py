"""The demonstration's front door: one click to be anybody, seven things to try. Under the demo flag and on loopback only."""
