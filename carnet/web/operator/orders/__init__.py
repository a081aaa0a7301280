"""Orders of booklets: from the form to the desk, and the background work they need."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.operator.orders import _acts, _keys, _losses, _orders, _work

_see = door("issuing.see")
_order = door("issuing.see", post="issuing.order")
_decide = door("issuing.see", post="issuing.approve-edition")
_draw = door("issuing.see", post="issuing.draw")
_ship = door("issuing.see", post="issuing.ship")
_void = door("issuing.see", post="issuing.void")
_rotate = door("issuing.rotate-keys")
_activate = door("issuing.see", post="issuing.activate")

urlpatterns = [
    path("orders/", _see(_orders.orders), name="orders"),
    path("orders/new/", _order(_orders.PlaceView.as_view()), name="order-new"),
    path("orders/<int:order_id>/", _see(_orders.order), name="order"),
    path("orders/<int:order_id>/decide/", _decide(_acts.DecideView.as_view()), name="edition"),
    path("orders/<int:order_id>/draw/", _draw(_acts.DrawView.as_view()), name="order-draw"),
    path("orders/<int:order_id>/print/", _draw(_acts.PrintView.as_view()), name="order-print"),
    path("orders/<int:order_id>/printed/", _ship(_acts.PrintedView.as_view()), name="order-printed"),
    path("orders/<int:order_id>/seed/", _draw(_acts.DestroySeedView.as_view()), name="order-seed"),
    path("orders/<int:order_id>/activate/", _activate(_acts.ActivateView.as_view()), name="order-activate"),
    path("orders/<int:order_id>/ship/", _ship(_acts.ShipView.as_view()), name="order-ship"),
    path("orders/<int:order_id>/take-back/", _ship(_acts.TakeBackView.as_view()), name="order-take-back"),
    path("orders/<int:order_id>/void/", _void(_losses.VoidView.as_view()), name="order-void"),
    path("orders/files/<int:file_id>/", door("issuing.download-print-files")(_work.file), name="order-file"),
    path("programmes/<int:programme_id>/keys/", _rotate(_keys.keys), name="keys"),
    path("programmes/<int:programme_id>/keys/rotate/", _rotate(_keys.RotateView.as_view()), name="keys-rotate"),
    path("programmes/<int:programme_id>/keys/<int:version>/end/", _rotate(_keys.EndView.as_view()), name="keys-end"),
    path("work/", door("jobs.see")(_work.work), name="work"),
    path("work/again/<int:queued_id>/", door("jobs.retry")(_work.AgainView.as_view()), name="work-again"),
    path("work/<int:job_id>/", door("jobs.see", post="issuing.draw")(_work.job), name="job"),
]
