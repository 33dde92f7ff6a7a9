from django.urls import path

from portal.views.commissions import CommissionReport, LineExplained, LineRecords
from portal.views.customers import CustomerList, CustomerPage
from portal.views.dashboard import Dashboard
from portal.views.links import Links
from portal.views.seats import SeatChoice

app_name = "portal"
urlpatterns = [
    path("", Dashboard.as_view(), name="dashboard"),
    path("commissions/", CommissionReport.as_view(), name="commissions"),
    path("commissions/<slug:key>/", LineExplained.as_view(), name="line"),
    path("commissions/<slug:key>/records/", LineRecords.as_view(), name="records"),
    path("customers/", CustomerList.as_view(), name="customers"),
    path("customers/<slug:reference>/", CustomerPage.as_view(), name="customer"),
    path("links/", Links.as_view(), name="links"),
    path("programmes/", SeatChoice.as_view(), name="seats"),
]
