"""One browser and FranceConnect or ProConnect: begun here, brought back here, once.

A page that needs to know who somebody is, wherever it stands:

    from carnet.web.identity import exchange

    def prove(request):                                   # a plain link leads here (GET: a form could not be sent on to another site)
        return exchange.begin(request, "franceconnect", purpose="mandate:12", back=reverse("helper:sign", args=[12]))

    def sign(request, ...):                               # the page at `back`
        identity = exchange.known(request, "mandate:12")  # None: show `identity/franceconnect.html`, a link to `prove`
        ...
        exchange.forget(request, "mandate:12")            # once it has served

The session of whoever is signed in here stays as it is. The browser is signed out of FranceConnect before it reaches `back`: the
computer may be a shared one, and the next person is somebody else. What is known is sealed in the session, and forgotten after a while.
"""
