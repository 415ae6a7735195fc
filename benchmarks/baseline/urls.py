"""The baseline of P1: a plain DRF view, serializer, two exists(), two inserts, one task.delay(); and that of P9."""

import os

from django.db import transaction
from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.baseline.auction import PlainAuction
from benchmarks.baseline.models import PlainDelivery, PlainLead
from benchmarks.baseline.tasks import deliver
from config.settings.base import WEB_THREADS

TEXTS = ("dob", "agent", "token", "consent", "sub", "homeowner", "score", "bill", "budget")
MORE_TEXTS = ("roof", "wants", "country", "asked", "shade")


class PlainLeadSerializer(serializers.Serializer):
    """The same body as the product's: four ids and 25 fields."""

    compid = serializers.CharField()
    sourceid = serializers.CharField()
    campid = serializers.CharField()
    auth = serializers.CharField()
    first = serializers.CharField(max_length=80)
    last = serializers.CharField(max_length=80)
    email = serializers.EmailField()
    phone = serializers.RegexField(r"^\+?[0-9() .-]{10,16}$")
    address = serializers.CharField(max_length=200)
    city = serializers.CharField(max_length=80)
    state = serializers.CharField(max_length=2)
    zip = serializers.RegexField(r"^[0-9]{5}$")
    ip = serializers.IPAddressField()
    page = serializers.URLField()
    certificate = serializers.URLField()

    def get_fields(self):
        return {**super().get_fields(), **{name: serializers.CharField() for name in (*TEXTS, *MORE_TEXTS)}}


class PlainSubmit(APIView):
    authentication_classes = ()
    permission_classes = ()

    def post(self, request):
        serializer = PlainLeadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        if PlainLead.objects.filter(email=data["email"]).exists():
            return Response({"leadStatus": False, "message": "Duplicate email"})
        if PlainLead.objects.filter(phone=data["phone"]).exists():
            return Response({"leadStatus": False, "message": "Duplicate phone"})
        with transaction.atomic():
            lead = PlainLead.objects.create(email=data["email"], phone=data["phone"], data=dict(data))
            delivery = PlainDelivery.objects.create(lead=lead)
        deliver.delay(delivery.pk)
        return Response({"leadStatus": True, "message": "Success Lead = Accepted"})


class PlainPing(APIView):
    """The baseline of P9: the same auction, each process with threads enough for all its requests' buyers."""

    authentication_classes = ()
    permission_classes = ()
    auction = PlainAuction(os.environ.get("P9_PING_URLS", "").split(), at_once=WEB_THREADS)

    def post(self, request):
        row = self.auction.hold(request.data["data"])
        return Response({"status": "accepted", "ping_id": row.pk, "price": row.price})


urlpatterns = [path("plain/submit", PlainSubmit.as_view()), path("plain/ping", PlainPing.as_view())]
