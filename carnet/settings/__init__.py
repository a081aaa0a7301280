"""Settings of an installation, one module per way of running: dev (and demo), test, prod.

Every value an operator may set is read through `carnet.settings.env`, whose readers refuse to start on a value they do not understand;
`docs/operating/settings.md` lists them all and a house test keeps the list complete.
"""
