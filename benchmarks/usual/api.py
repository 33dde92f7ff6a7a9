import hashlib
import uuid
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from brands.models import BrandToken
from ingestion.models import Activity, Customer, Delivery, Outbox
from track360.lib.tenancy import tenant

NAMESPACE = uuid.UUID("9a7c2f52-5a8e-4d0c-8f5e-3f1f5c3a2b10")
KPIS = {"Bet": "Bets", "Deposit": "Deposit", "Withdrawal": "Withdrawal"}
DAILY = ("GGR", "NGR", "Bets", "Games")


class ByToken(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, BrandToken]:
        digest = hashlib.sha256(request.headers.get("x-api-key", "").encode()).digest()
        token = BrandToken.objects.select_related("brand").filter(digest=digest, revoked_at=None).first()
        if token is None:
            raise AuthenticationFailed("Unknown token.")
        return token.brand, token


class ActivitySerializer(serializers.Serializer[Any]):
    eventname = serializers.CharField(max_length=128)
    eventid = serializers.CharField(max_length=200)
    createtime = serializers.DateTimeField(input_formats=["%Y-%m-%d %H:%M", "%Y-%m-%d", "iso-8601"])
    customerid = serializers.CharField(max_length=200)
    product = serializers.CharField(max_length=128, required=False, default="")
    Currency = serializers.RegexField(r"^[A-Z]{3}$")
    Value = serializers.DecimalField(max_digits=23, decimal_places=8, required=False)
    GGR = serializers.DecimalField(max_digits=23, decimal_places=8, required=False)
    NGR = serializers.DecimalField(max_digits=23, decimal_places=8, required=False)
    Bets = serializers.DecimalField(max_digits=23, decimal_places=8, required=False)
    Games = serializers.DecimalField(max_digits=23, decimal_places=8, required=False)


class Activities(APIView):
    authentication_classes = [ByToken]
    permission_classes = []

    def post(self, request: Request) -> Response:
        now = timezone.now()
        body = request.body
        serializer = ActivitySerializer(data=request.data, many=True)
        serializer.is_valid(raise_exception=True)
        with tenant(request.user.id):
            delivery = Delivery.objects.create(
                brand=request.user,
                uid=uuid.uuid4().hex[:26],
                source="push",
                entity="activities",
                token=request.auth,
                body=body,
                sha256=hashlib.sha256(body).digest(),
                received_at=now,
                received=len(serializer.validated_data),
                accepted=len(serializer.validated_data),
            )
            keys = {record["customerid"] for record in serializer.validated_data}
            customers = {customer.key: customer for customer in Customer.objects.filter(key__in=keys)}
            created = [
                self._store(request.user, delivery, customers, index, record)
                for index, record in enumerate(serializer.validated_data)
            ]
            Outbox.objects.create(
                brand=request.user, delivery_id=delivery.id, records=len(created), created_at=delivery.received_at
            )
        results = [{"index": index, "outcome": "created" if new else "updated"} for index, new in enumerate(created)]
        counts = {"received": len(created), "accepted": len(created), "duplicates": 0, "rejected": 0}
        return Response({"delivery": delivery.uid, **counts, "results": results})

    def _store(
        self, brand: Any, delivery: Delivery, customers: dict[str, Customer], index: int, record: dict[str, Any]
    ) -> bool:
        facts = {name: record[name] for name in DAILY if name in record}
        if "Value" in record:
            facts[KPIS[record["eventname"]]] = record["Value"]
        content = repr(sorted((name, str(value)) for name, value in record.items()))
        _, created = Activity.objects.update_or_create(
            brand=brand,
            key=uuid.uuid5(NAMESPACE, f"{record['eventname'].casefold()}/{record['eventid']}"),
            defaults={
                "customer": customers[record["customerid"]],
                "event": record["eventname"],
                "event_id": record["eventid"],
                "moment": record["createtime"],
                "day": record["createtime"].date(),
                "product": record["product"],
                "currency": record["Currency"],
                "status": "approved",
                "kpis": list(facts),
                "amounts": list(facts.values()),
                "state": "live",
                "delivery": delivery,
                "index": index,
                "digest": uuid.uuid5(NAMESPACE, content),
            },
        )
        return created
