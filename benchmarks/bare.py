"""What the interface is measured against: a bare view that returns one row by its key, on the same stack."""

from typing import Any

from django.urls import include, path
from rest_framework.generics import RetrieveAPIView
from rest_framework.permissions import AllowAny
from rest_framework.serializers import ModelSerializer

from loans.models import Movement


class BareMovement(ModelSerializer[Any]):
    """Every column of the row."""

    class Meta:
        model = Movement
        fields = "__all__"


class BareView(RetrieveAPIView[Any]):
    """One row by its key, for anybody, as often as one likes."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    schema = None  # no address of the interface
    filter_backends: Any = ()
    queryset = Movement.objects.all()
    serializer_class = BareMovement


urlpatterns = [path("bare/<int:pk>/", BareView.as_view()), path("", include("quanzhou_fund.urls"))]
