"""Print shops of the operator, their keys, and which booklets go to which point."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.operator.printing import _keys, _packing, _shops
from carnet.web.operator.printing._shops import tasks

__all__ = ["tasks", "urlpatterns"]

_see = door("issuing.see-print-shops")
_manage = door("issuing.see-print-shops", post="issuing.manage-print-shops")
_approve = door("issuing.see-print-shops", post="issuing.approve-print-key")
_pack = door("issuing.see", post="issuing.pack")

urlpatterns = [
    path("print-shops/", _see(_shops.shops), name="print-shops"),
    path("print-shops/new/", _manage(_shops.AdmitView.as_view()), name="print-shop-admit"),
    path("print-shops/<int:shop_id>/", _see(_shops.shop), name="print-shop"),
    path("print-shops/<int:shop_id>/end/", _manage(_shops.EndView.as_view()), name="print-shop-end"),
    path("print-shops/<int:shop_id>/key/", _manage(_keys.ProposeView.as_view()), name="print-key-new"),
    path("print-keys/<int:key_id>/", _approve(_keys.DecideView.as_view()), name="print-key"),
    path("print-keys/<int:key_id>/end/", _manage(_keys.EndView.as_view()), name="print-key-end"),
    path("orders/<int:order_id>/packing/", door("issuing.see")(_packing.packed), name="order-packing"),
    path("orders/<int:order_id>/packing/edit/", _pack(_packing.PackView.as_view()), name="order-pack"),
    path("orders/<int:order_id>/packing/file/", _pack(_packing.FileView.as_view()), name="order-pack-file"),
    path("orders/<int:order_id>/packing/list.csv", door("issuing.see")(_packing.as_file), name="order-packing-csv"),
]
