"""The addresses of a person's own account, for staff and enterprises alike."""

from django.urls import path

from logins import views

app_name = "account"
urlpatterns = [
    path("", views.account, name="home"),
    path("password/", views.password, name="password"),
    path("second-factor/", views.enrolment, name="enrol"),
    path("second-factor/codes/", views.codes, name="codes"),
    path("second-factor/remove/", views.removal, name="remove"),
    path("sessions/end-others/", views.ending, name="end_others"),
    path("forgotten/", views.forgotten, name="forgotten"),
]
