"""Background work and timers, by procrastinate: each task names its tenant, reads the clock once, calls one operation.

A task only starts what an operation can do: `carnet jobs run` does the same work without a queue, and
an order's own page advances it when no worker runs.
"""
