"""The door of machines: ``/api/v1``, and what whoever runs the site asks of it (health, readiness, counters).

*Problem*: a refusal as RFC 9457 says it, with Carnet's stable `code` and a sentence in the caller's language. *Token*: a bearer token
of one organisation. *Key*: the ``Idempotency-Key`` that makes a repeated request the same request.

Always: an endpoint reads, calls one operation or query as the token's organisation, and answers. A refusal is returned, never raised
through the transaction, so that the trace of an attempt is kept. The WSGI site and the grouped-commit process (``carnet.asgi``)
answer with the same functions.
"""
