"""The addresses of the portal."""

from django.urls import path

from portal import views

app_name = "portal"
urlpatterns = [
    path("", views.my_loans, name="loans"),
    path("login/", views.Login.as_view(), name="login"),
    path("logout/", views.Logout.as_view(), name="logout"),
    path("standing/", views.my_standing, name="standing"),
    path("applications/<uuid:public_id>/", views.my_application, name="application"),
    path("loans/<uuid:public_id>/", views.my_loan, name="loan"),
    path("loans/<uuid:public_id>/subsidy/<int:line>/", views.my_subsidy, name="subsidy"),
]
