"""Tables of signals, cases, holds and samples."""
