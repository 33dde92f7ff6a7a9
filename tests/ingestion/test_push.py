"""The Push API as a brand's engineer meets it."""

import io
import json
from decimal import Decimal

import pytest

from brands.models.brand import BrandState
from ingestion.models import Activity, Customer, CustomerProfile, Delivery, SupersededActivity
from tests.ingestion.conftest import Sender, customer, deposit, sender

PATHS = ["/tracking/events/activities", "/tracking/events/customers"]


def test_an_answer_tells_what_became_of_each_record(brand):
    brand.customers(customer())

    answer = brand.post("activities", [deposit(), deposit("e2", value="x"), deposit("e3", "nobody")])

    assert answer.status_code == 207
    assert answer["Content-Type"] == "application/json"
    body = answer.json()
    with brand.open():
        assert Delivery.objects.filter(uid=body.pop("delivery"), received=3).exists()
    message = body["results"][1].pop("message")
    assert message.startswith("Send a plain decimal")
    assert body == {
        "received": 3,
        "accepted": 2,
        "duplicates": 0,
        "rejected": 1,
        "results": [
            {"index": 0, "outcome": "created", "id": "e1"},
            {"index": 1, "outcome": "rejected", "code": "invalid_amount", "field": "Value"},
            {"index": 2, "outcome": "parked", "id": "e3", "code": "unknown_customer"},
        ],
    }


def test_a_bare_object_is_a_batch_of_one(brand):
    assert brand.post("customers", customer()).json()["accepted"] == 1


def test_an_empty_batch_is_a_heartbeat(brand):
    answer = brand.post("activities", [])

    assert (answer.status_code, answer.json()["received"], answer.json()["results"]) == (200, 0, [])
    assert brand.counts() == {"Customer": 0, "Activity": 0, "SupersededActivity": 0, "Delivery": 1, "Outbox": 0}


@pytest.mark.parametrize("path", PATHS)
def test_a_slash_at_the_end_makes_no_difference(brand, path):
    assert brand.post(path + "/", []).status_code == brand.post(path, []).status_code == 200


def test_a_resend_is_a_duplicate_and_writes_no_row(brand):
    brand.customers(customer())
    batch = [deposit(), deposit("e2")]
    brand.activities(*batch)
    before = brand.counts()

    assert brand.activities(*batch) == ["duplicate", "duplicate"]
    assert brand.customers(customer()) == ["duplicate"]
    assert brand.counts() == before | {"Delivery": before["Delivery"] + 2}


def test_records_of_one_batch_count_as_if_sent_one_after_another(brand):
    brand.customers(customer("c1"), customer("c2"))
    batch = [
        deposit(value=1),
        deposit(value="1.0"),
        deposit(value=2),
        deposit(customer="c2", value=2),
        deposit(value=1),
    ]

    assert brand.activities(*batch) == ["created", "duplicate", "updated", "rejected:conflict", "updated"]
    assert brand.rows() == [("Deposit", "e1", "c1", {"Deposit": 1.0})]


def test_a_batch_leaves_what_single_records_leave(db):
    together, apart = sender("together"), sender("apart")
    people = [customer("c1"), customer("c1", country="ES"), customer("c2"), customer("c1")]
    events = [
        deposit(value=1),
        deposit("e2", "c9"),
        deposit(value=3),
        deposit("e2", "c1"),
        deposit(value=1),
        deposit("x", "c2"),
    ]

    outcomes = together.customers(*people) + together.activities(*events)
    single = [apart.customers(person)[0] for person in people] + [apart.activities(event)[0] for event in events]

    assert outcomes == single
    assert together.rows() == apart.rows()
    assert together.counts()["Customer"] == apart.counts()["Customer"]


def test_a_replaced_record_keeps_its_earlier_version(brand):
    brand.customers(customer())
    brand.activities(deposit(Bonus=5))
    brand.activities(deposit(value="9"))

    with brand.open():
        (was,) = SupersededActivity.objects.all()
        (now,) = Activity.objects.all()
    assert (was.kpis, was.amounts) == (["Deposit", "Bonus"], [Decimal("250"), Decimal("5")])
    assert (now.kpis, now.amounts) == (["Deposit"], [Decimal("9")])
    assert (was.activity_id, was.replaced_by_id) == (now.id, now.delivery_id)
    assert was.delivery_id != now.delivery_id


def test_a_correction_that_is_not_understood_yet_replaces_the_record_all_the_same(brand):
    brand.customers(customer())
    brand.activities(deposit())

    assert brand.activities(deposit(status="settling")) == ["parked:unknown_status"]

    assert brand.rows() == [("Deposit", "e1", "c1", {})]
    assert brand.counts()["SupersededActivity"] == 1


def test_a_days_row_is_replaced_whole(brand):
    brand.customers(customer())
    day = {"eventname": "DailyStats", "createtime": "2026-03-15", "customerid": "c1", "Currency": "USD"}
    brand.activities(day | {"GGR": "40.00", "NGR": "1", "Bets": "550.00"})

    assert brand.activities(day | {"GGR": "50.00", "Bets": "550.00"}) == ["updated"]
    assert brand.rows() == [("DailyStats", "", "c1", {"GGR": 50.0, "Bets": 550.0})]


def test_another_customer_under_a_stored_event_id_is_a_conflict(brand):
    brand.customers(customer("c1"))
    brand.activities(deposit())

    assert brand.activities(deposit(customer="stranger")) == ["rejected:conflict"]
    assert brand.rows() == [("Deposit", "e1", "c1", {"Deposit": 250.0})]
    assert brand.counts()["Customer"] == 1  # nobody is awaited for a record that was rejected


def test_an_activity_waits_for_its_customer_and_keeps_its_place(brand):
    assert brand.activities(deposit()) == ["parked:unknown_customer"]
    with brand.open():
        assert Customer.objects.get().reported_at is None

    assert brand.customers(customer()) == ["created"]
    assert brand.activities(deposit()) == ["duplicate"]
    assert brand.activities(deposit("e2")) == ["created"]


def test_a_brand_may_reject_unknown_customers(db):
    strict = sender(unknown_customer="reject")

    assert strict.activities(deposit()) == ["rejected:unknown_customer"]
    assert strict.counts() == {"Customer": 0, "Activity": 0, "SupersededActivity": 0, "Delivery": 1, "Outbox": 0}
    strict.customers(customer())
    assert strict.activities(deposit()) == ["created"]


def test_a_customer_is_merged_and_his_person_kept_apart(brand):
    brand.customers(customer(firstName="Ada", vip=1, tracking_data="2001_1000_abcdefg"))

    outcomes = brand.customers(
        {"customerId": "c1", "country": None, "lastName": "L"},
        {"customerId": "c1", "lastName": "L"},
        {"customerId": "c1", "tracking_data": "other"},
    )

    assert outcomes == ["updated", "duplicate", "updated"]
    with brand.open():
        (stored,) = Customer.objects.all()
        (profile,) = CustomerProfile.objects.all()
    assert (stored.country, str(stored.registered_on)) == ("US", "2026-03-12")
    assert stored.evidence == [{"tracking_data": "2001_1000_abcdefg"}, {"tracking_data": "other"}]
    assert (profile.first_name, profile.last_name, profile.fields) == ("Ada", "L", {"vip": "1"})


def test_what_a_customer_takes_back_is_taken_back(brand):
    brand.customers(customer(firstName="Ada"))

    assert brand.customers({"customerId": "c1", "firstName": ""}) == ["updated"]
    assert brand.customers({"customerId": "c1", "firstName": ""}) == ["duplicate"]
    with brand.open():
        assert CustomerProfile.objects.get().first_name == ""


def test_a_stale_modification_is_ignored(brand):
    brand.customers(customer(last_modified_date="2026-03-15T11:40:22Z"))

    assert brand.customers(customer(country="ES", last_modified_date="2026-03-14T00:00:00Z")) == ["duplicate:stale"]


def test_all_or_nothing_stores_nothing_but_the_delivery(brand):
    brand.customers(customer())
    before = brand.counts()

    answer = brand.post("activities", [deposit(), deposit("e2", value="x")], prefer="handling=strict")

    assert answer.status_code == 422
    assert [result["code"] for result in answer.json()["results"]] == ["not_stored", "invalid_amount"]
    assert answer.json()["rejected"] == 2
    assert brand.counts() == before | {"Delivery": before["Delivery"] + 1}


def test_all_or_nothing_counts_conflicts_with_what_is_stored(brand):
    brand.customers(customer("c1"), customer("c2"))
    brand.activities(deposit())
    before = brand.rows()

    answer = brand.post("activities", [deposit("e7"), deposit(customer="c2")], prefer="return=minimal, handling=strict")

    assert [result["code"] for result in answer.json()["results"]] == ["not_stored", "conflict"]
    assert brand.rows() == before


def test_minimal_answers_leave_out_what_went_well(brand):
    answer = brand.post("activities", [deposit(), deposit("e2", value="x")], prefer="return=minimal")

    assert [result["index"] for result in answer.json()["results"]] == [1]


def test_at_most_a_hundred_rejections_are_listed_and_all_are_kept(brand):
    answer = brand.post("activities", [{"eventname": "Deposit"}] * 150 + [deposit()])

    assert answer.json()["rejected"] == 150
    assert len(answer.json()["results"]) == 101
    with brand.open():
        errors = Delivery.objects.get().errors
    assert [error["index"] for error in errors] == list(range(150))


def test_a_delivery_keeps_the_bytes(brand):
    body = b' [{"eventname":"Deposit", "customerid": null}]\n'

    brand.post("activities", body)

    with brand.open():
        delivery = Delivery.objects.get()
    assert bytes(delivery.body) == body
    assert (delivery.source, delivery.entity, delivery.rejected) == ("push", "activities", 1)
    assert len(delivery.uid) == 26


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({"content_type": "text/plain"}, 415, "unsupported_media_type"),
        ({"content_type": "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"),
        ({"content_type": "application/jsonp"}, 415, "unsupported_media_type"),
        ({"content_type": "application/json; charset=utf-16"}, 415, "unsupported_encoding"),
        ({"content_type": "application/json; v=1; Charset = latin1"}, 415, "unsupported_encoding"),
        ({"content_type": "application/json; charset=utf-8; charset=utf-16"}, 415, "unsupported_encoding"),
        ({"content_type": "application/json; charset="}, 415, "unsupported_encoding"),
        ({"content_encoding": "gzip"}, 415, "unsupported_encoding"),
        ({"x_api_key": None}, 401, "unauthorized"),
        ({"x_api_key": "wrong"}, 401, "unauthorized"),
        ({"idempotency_key": ""}, 400, "invalid_idempotency_key"),
        ({"idempotency_key": "x" * 256}, 400, "invalid_idempotency_key"),
    ],
)
def test_a_request_is_refused_before_its_records(brand, options, status, code):
    answer = brand.post("activities", [deposit()], **options)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert brand.counts()["Delivery"] == 0


def test_a_suspended_brand_is_refused_and_told_how_many_requests_are_left(brand):
    brand.brand.state = BrandState.SUSPENDED
    brand.brand.save()

    answer = brand.post("activities", [deposit()])

    assert (answer.status_code, answer.json()["code"]) == (403, "brand_suspended")
    assert (answer["X-RateLimit-Limit"], answer["RateLimit-Policy"]) == ("6000", '"default";q=6000;w=60')
    assert brand.counts()["Delivery"] == 0


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "Application/JSON ;",
        "application/json; charset=UTF-8",
        'application/json;charset="utf-8"',
        "application/json; version=1",
        "application/json; charset=utf-8; v=1",
        'application/json; profile="https://example.com/a b"; charset=utf8',
    ],
)
def test_utf8_may_be_named_and_other_parameters_mean_nothing(brand, media_type):
    assert brand.post("activities", [], content_type=media_type).status_code == 200


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options", "trace"])
def test_only_post_is_taken(brand, method):
    answer = getattr(brand.client, method)(PATHS[0], headers={"x-api-key": brand.token})

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    if method != "head":
        assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    "path", ["/tracking", "/tracking/", "/tracking/events", "/tracking/events/nothing", "/api/nothing"]
)
def test_unknown_addresses_answer_json(brand, path):
    answer = brand.post(path, [])

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("//tracking/events/activities", {}),
        ("/Tracking/Events/Activities", {}),
        ("/track/activities", {"content_type": "application/json"}),
        ("/track/activities", {"headers": {"x-api-key": "t360_any"}}),
    ],
)
def test_a_mistyped_address_answers_machines_in_json(brand, path, sent):
    answer = brand.client.post("/", b"[]", **({"content_type": "text/plain", "PATH_INFO": path} | sent))

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_the_wrong_record_is_listed_before_those_that_were_not_stored_with_it(brand):
    records = [deposit(f"e{number}") for number in range(150)]
    records[140] = deposit("bad", value="x")

    body = brand.post("activities", records, prefer="handling=strict").json()

    assert body["rejected"] == 150
    assert [(each["index"], each["code"]) for each in body["results"]] == [
        *((number, "not_stored") for number in range(99)),
        (140, "invalid_amount"),
    ]


def test_what_a_client_accepts_changes_nothing(brand):
    assert brand.post("activities", [], accept="text/html").status_code == 200
    assert brand.post("/tracking/events/activities?format=html", []).status_code == 200


@pytest.mark.parametrize("of_http_1", [{"HTTP_TRANSFER_ENCODING": "chunked"}, {}])
@pytest.mark.parametrize("length", [{"CONTENT_LENGTH": ""}, {}])
def test_a_body_without_length_is_read_whole_or_refused(brand, of_http_1, length):
    def without_length(body: bytes, *, ends: bool):
        environment = {
            "wsgi.input": io.BytesIO(body),
            "wsgi.input_terminated": ends,
            "CONTENT_TYPE": "application/json",
            "HTTP_X_API_KEY": brand.token,
        }
        return brand.client.generic("POST", PATHS[0], **environment, **length, **of_http_1).json()

    body = json.dumps([deposit()]).encode()

    # Without a length and without chunks there is no body, unless the server knows of one.
    assert without_length(body, ends=False)["code"] == ("length_required" if of_http_1 else "empty_body")
    assert without_length(body, ends=True)["received"] == 1
    assert without_length(b" " * 1024 * 1024 + body, ends=True)["code"] == "too_large"
    assert without_length(b"", ends=True)["code"] == "empty_body"


@pytest.mark.parametrize("length", ["-1", "x", "1_0", "\u0663", "1048577", "9" * 5000])
def test_a_length_that_cannot_be_is_refused(brand, length):
    answer = brand.client.generic(
        "POST", PATHS[0], b"[]", "application/json", CONTENT_LENGTH=length, HTTP_X_API_KEY=brand.token
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_body_above_the_limit_is_refused(brand):
    answer = brand.post("activities", b" " * (1024 * 1024 + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_every_answer_has_the_id_under_which_it_is_logged(brand):
    good, bad = brand.post("activities", []), brand.post("activities", "x")

    assert good["X-Request-ID"] != bad["X-Request-ID"]
    assert bad.json()["request_id"] == bad["X-Request-ID"]
    with brand.open():
        assert Delivery.objects.get().request_id == good["X-Request-ID"]


def test_what_was_sent_is_never_echoed(brand):
    answer = brand.post("activities", [deposit(value="SECRET"), deposit(Currency="SECRET"), {"note": "SECRET"}])

    assert b"SECRET" not in answer.content


def test_a_brand_never_touches_another(db):
    ours, theirs = sender("ours"), sender("theirs")
    theirs.customers(customer("c1", country="DE"))
    theirs.activities(deposit())
    before = theirs.rows(), theirs.counts()

    outcomes = ours.activities(deposit(value="1")), ours.customers(customer("c1"))

    assert outcomes == (["parked:unknown_customer"], ["created"])
    assert (theirs.rows(), theirs.counts()) == before
    assert ours.rows() == [("Deposit", "e1", "c1", {"Deposit": 1.0})]


def test_money_is_stored_exactly(brand: Sender):
    brand.activities(
        deposit("e1", value="123456789012345"), deposit("e2", value="-0.00"), deposit("e3", value="0.00000001")
    )

    with brand.open():
        stored = [row.amounts[0] for row in Activity.objects.order_by("event_id")]
    assert [str(amount) for amount in stored] == ["123456789012345.00000000", "0E-8", "1E-8"]


def test_the_log_names_brand_and_delivery_and_nothing_that_was_sent(brand, capfd):
    answer = brand.post("activities", [deposit("SECRET", "SECRET", note="SECRET")])

    written = capfd.readouterr().err
    (line,) = [json.loads(text) for text in written.splitlines() if "request_finished" in text]
    assert (line["brand"], line["delivery"], line["code"]) == ("luckyspin", answer.json()["delivery"], 200)
    assert (line["request"], line["request_id"]) == ("POST /tracking/events/activities", answer["X-Request-ID"])
    assert "SECRET" not in written
    assert brand.token not in written
