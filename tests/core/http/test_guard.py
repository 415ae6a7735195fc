"""Which URLs and addresses may be called."""

from ipaddress import ip_address

import pytest
from pytest_django import Settings

from apps.core.http import check_url
from apps.core.http.guard import Guard, RefusedError, read_target

PUBLIC_ONLY = Guard()

REFUSED_URLS = [
    # another scheme, or none
    "file:///etc/passwd", "gopher://example.com/", "ftp://example.com/", "javascript:alert(1)", "//example.com/",
    "example.com", "", "http://", "http:///path", "https:example.com",
    # a login in the URL, which also hides the true host
    "http://ok@10.0.0.1/", "http://user:pass@example.com/", "http://example.com@169.254.169.254/", "http://@example.com/",
    # loopback in all its spellings
    "http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/",
    "http://0177.0.0.1/", "http://017700000001/", "http://127.0.0.1./", "http://127.0.0.1:8000/", "http://[::1]/",
    "http://localhost/", "http://LOCALHOST/", "http://localhost./", "http://a.localhost/", "http://printer.local/",
    "http://metadata.google.internal/",
    # full-width and circled digits, which IDNA maps to plain ones
    "http://１２７.０.０.１/", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://ｌocalhost/",
    # private, carrier, link-local and metadata networks
    "http://10.0.0.1/", "http://10.255.255.255/", "http://172.16.0.1/", "http://172.31.255.254/", "http://192.168.1.1/",
    "http://100.64.0.1/", "http://100.100.100.200/", "http://169.254.169.254/latest/meta-data/", "http://192.0.0.192/",
    "http://168.63.129.16/", "http://0.0.0.0/", "http://0/", "http://0.1.2.3/",
    # multicast, broadcast, reserved, documentation, benchmarking
    "http://224.0.0.1/", "http://239.255.255.255/", "http://255.255.255.255/", "http://240.0.0.1/", "http://192.0.2.1/",
    "http://198.18.0.1/", "http://198.51.100.7/", "http://203.0.113.9/", "http://192.88.99.1/",
    # IPv6: unspecified, private, link-local, multicast, and IPv4 inside
    "http://[::]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/",
    "http://[fec0::1]/", "http://[ff02::1]/", "http://[::ffff:10.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::10.0.0.1]/",
    "http://[::ffff:0:10.0.0.1]/", "http://[64:ff9b::a00:1]/", "http://[64:ff9b:1::a00:1]/", "http://[2002:a00:1::]/",
    "http://[2001::1]/", "http://[2001:db8::1]/", "http://[100::1]/", "http://[4000::1]/",
    "http://[1::2::3]/",
    # numbers that are no address
    "http://256.1.1.1/", "http://1.2.3.4.5/", "http://1.2.3/", "http://8.8.8.8.8/", "http://example.1/",
    # names that are none
    "http://exa mple.com/", "http://example..com/", "http://.example.com/", "http://-a.com/", "http://a_.-b.com/",
    "http://%31%32%37.0.0.1/", "http://exa%6dple.com/", "http://" + "a" * 64 + ".com/", "http://a.com%00.b.com/",
    # characters that parsers disagree about
    "http://example.com\\@10.0.0.1/", "http://example.com/a b", "http://example.com/\r\nHost: x", "http://example.com/\t",
    " http://example.com/", "http://example.com/\x00", "http://éxample.com/a b",
    # ports of other services, and none at all
    "http://example.com:22/", "http://example.com:25/", "http://example.com:6379/", "http://8.8.8.8:5432/",
    "http://example.com:11211/", "http://example.com:0/", "http://example.com:65536/", "http://example.com:x/",
    "http://example.com:-1/",
    "http://example.com/" + "a" * 70_000,
]  # fmt: skip

ALLOWED_URLS = [
    "https://example.com/leads?campaign=7&x=%20y+z",
    "http://example.com",
    "https://EXAMPLE.com:8443/",
    "https://example.com./",
    "https://bücher.example/lead",
    "https://xn--bcher-kva.example/",
    "http://8.8.8.8/",
    "http://[2606:4700:4700::1111]:8080/",
    "https://buyer_1.example.co.uk/a/../b",
    "https://example.com/@user",
    "https://1st.example.com/",
    "https://example.com/naïve?q=é",
]


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_a_url_that_leads_inside_or_nowhere_is_refused_in_a_sentence(url: str) -> None:
    objection = PUBLIC_ONLY.check_url(url)
    assert objection is not None
    assert objection.endswith(".")


@pytest.mark.parametrize("url", ALLOWED_URLS)
def test_an_ordinary_url_is_not(url: str) -> None:
    assert PUBLIC_ONLY.check_url(url) is None


def test_the_sentence_says_what_is_wrong_and_keeps_the_url_to_itself() -> None:
    assert PUBLIC_ONLY.check_url("http://10.0.0.1/?key=secret") == "10.0.0.1 is a private address."
    assert (
        PUBLIC_ONLY.check_url("https://example.com:6379/")
        == "Port 6379 belongs to another service than HTTP."
    )
    assert "secret" not in str(PUBLIC_ONLY.check_url("http://user:secret@example.com/"))


def test_the_deployment_can_allow_networks_with_all_their_ports() -> None:
    guard = Guard.of(["127.0.0.0/8", " fd00::/8 ", ""])
    assert guard.check_url("http://127.0.0.1:6379/") is None
    assert guard.check_url("http://[fd00::1]/") is None
    assert guard.check_url("http://localhost:22/") is None
    assert guard.check_url("http://10.0.0.1/") is not None
    assert guard.check_url("http://[::ffff:127.0.0.1]/") is not None
    assert guard.check_url("http://127.1/") is not None
    assert guard.check_url("http://8.8.8.8:6379/") is not None


def test_allowing_an_address_does_not_open_other_services_of_a_name_that_has_a_second_one() -> None:
    guard = Guard.of(["127.0.0.1/32"])
    target = read_target("http://buyer.example:6379/")
    guard.judge(target, [ip_address("127.0.0.1")])
    with pytest.raises(RefusedError, match="Port 6379"):
        guard.judge(target, [ip_address("127.0.0.1"), ip_address("8.8.8.8")])


def test_the_module_asks_the_settings(settings: Settings) -> None:
    settings.OUTBOUND_ALLOW_NETWORKS = []
    assert check_url("http://127.0.0.1/") == "127.0.0.1 is a loopback address."
    settings.OUTBOUND_ALLOW_NETWORKS = ["127.0.0.0/8"]
    assert check_url("http://127.0.0.1/") is None


def test_a_plain_url_goes_out_exactly_as_written() -> None:
    written = "https://example.com/a%2Fb/../c?x=%7e&y=a+b%20c&z=;,'()&{}"
    assert str(read_target(written).url) == written
