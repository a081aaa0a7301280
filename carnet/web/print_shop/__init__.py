"""The print shop's room: editions to print, sealed files, proof of printing, parcels."""
