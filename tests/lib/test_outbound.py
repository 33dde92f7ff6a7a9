import ipaddress
import socket
import time

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from track360.lib import outbound

PUBLIC = ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "::ffff:93.184.216.34", "2002:5db8:d822::1"]
PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.168.1.1",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a00:1::",
    "fc00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


def anywhere(_: outbound.Address) -> bool:
    return True


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address):
    assert outbound.is_public(ipaddress.ip_address(address)) is True


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public_are_refused_however_they_are_wrapped(address):
    assert outbound.is_public(ipaddress.ip_address(address)) is False


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://user:secret@example.com/",
        "https:///path",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://localhost/",
        "https://localhost./",
        "not a url",
    ],
)
def test_urls_that_lead_inside_or_nowhere_are_refused(url):
    with pytest.raises(outbound.OutboundRefused):
        outbound.destination(url)


def test_one_private_address_among_public_ones_refuses_the_name():
    def mixed(host: str, port: int) -> list[outbound.Address]:
        return [ipaddress.ip_address("93.184.216.34"), ipaddress.ip_address("10.0.0.1")]

    with pytest.raises(outbound.OutboundRefused):
        outbound.destination("https://example.com/", resolver=mixed)


def test_connection_goes_to_the_address_that_was_checked(httpserver: HTTPServer):
    seen = []

    def answer(request: Request) -> Response:
        seen.append(request.headers["Host"])
        return Response("hello")

    httpserver.expect_request("/rates").respond_with_handler(answer)
    asked = []

    def resolver(host: str, port: int) -> list[outbound.Address]:
        asked.append((host, port))
        return [ipaddress.ip_address("127.0.0.1")]

    answer_got = outbound.fetch(
        f"http://rates.example:{httpserver.port}/rates", schemes=("http",), is_allowed=anywhere, resolver=resolver
    )

    assert (answer_got.status, answer_got.body) == (200, b"hello")
    assert asked == [("rates.example", httpserver.port)]
    assert seen == [f"rates.example:{httpserver.port}"]


def test_no_connection_is_attempted_to_a_refused_address(monkeypatch):
    attempted = []
    monkeypatch.setattr(socket.socket, "connect", lambda *arguments: attempted.append(arguments))

    with pytest.raises(outbound.OutboundRefused):
        outbound.fetch("https://127.0.0.1/")

    assert attempted == []


def test_redirects_are_returned_and_not_followed(httpserver: HTTPServer):
    httpserver.expect_request("/away").respond_with_data(status=302, headers={"Location": "http://169.254.169.254/"})

    answer = outbound.fetch(httpserver.url_for("/away"), schemes=("http",), is_allowed=anywhere)

    assert answer.status == 302
    assert len(httpserver.log) == 1


def test_answers_longer_than_allowed_are_cut_off_and_not_asked_for_again(httpserver: HTTPServer):
    httpserver.expect_request("/big").respond_with_data(b"x" * 5000)

    with pytest.raises(outbound.OutboundTooLarge):
        outbound.fetch(httpserver.url_for("/big"), schemes=("http",), is_allowed=anywhere, max_bytes=4999)

    assert len(httpserver.log) == 1


def test_slow_answers_end_at_the_deadline(httpserver: HTTPServer):
    def drip(_: Request) -> Response:
        def pieces():
            for _ in range(50):
                time.sleep(0.05)
                yield b"x"

        return Response(pieces())

    httpserver.expect_request("/slow").respond_with_handler(drip)
    began = time.monotonic()

    with pytest.raises(outbound.OutboundFailed):
        outbound.fetch(httpserver.url_for("/slow"), schemes=("http",), is_allowed=anywhere, seconds=0.3, attempts=1)

    assert time.monotonic() - began < 1.5


def test_server_errors_are_tried_again(httpserver: HTTPServer):
    httpserver.expect_ordered_request("/rates").respond_with_data(status=503)
    httpserver.expect_ordered_request("/rates").respond_with_data("better")

    answer = outbound.fetch(httpserver.url_for("/rates"), schemes=("http",), is_allowed=anywhere)

    assert answer.body == b"better"


def test_server_errors_end_after_the_last_attempt(httpserver: HTTPServer):
    httpserver.expect_request("/rates").respond_with_data(status=503)

    with pytest.raises(outbound.OutboundFailed):
        outbound.fetch(httpserver.url_for("/rates"), schemes=("http",), is_allowed=anywhere, attempts=2)

    assert len(httpserver.log) == 2
