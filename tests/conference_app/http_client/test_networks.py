from ipaddress import ip_address, ip_network

import pytest

from conference_app.http_client import is_forbidden
from conference_app.http_client.networks import may_connect, read_networks

FORBIDDEN = """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 100.100.100.200 127.0.0.1
    127.255.255.254 168.63.129.16 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192
    192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1
    239.255.255.250 240.0.0.1 255.255.255.255
    :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:100.64.0.1 ::ffff:8.8.8.8 ::ffff:0:7f00:1
    64:ff9b::a9fe:a9fe 64:ff9b::808:808 64:ff9b:1::7f00:1 64:ff9b:1:7f00:0:100:: 100::1 100:0:0:1::1
    2001::1 2001:0:7f00:1::1 2001:2::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:808:808::1 3fff::1
    4000::1 5f00::1 8000::1 fc00::1 fd00:ec2::254 fe80::1 febf::1 fec0::1 ff02::1
"""
PUBLIC = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
    168.63.129.17 169.253.255.255 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0
    198.17.255.255 198.20.0.0 223.255.255.255
    2000::1 2001:200::1 2001:4860:4860::8888 2003::1 2400:cb00::1 2606:4700::1111 3ffe:ffff::1
"""


@pytest.mark.parametrize("text", FORBIDDEN.split())
def test_special_addresses_are_forbidden(text: str) -> None:
    assert is_forbidden(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC.split())
def test_public_addresses_up_to_the_edges_of_the_special_ones_are_not(text: str) -> None:
    assert not is_forbidden(ip_address(text))


@pytest.mark.parametrize(
    ("text", "allowed", "expected"),
    [
        ("10.1.2.3", "10.1.0.0/16", False),
        ("10.2.2.3", "10.1.0.0/16", True),
        ("::1", "127.0.0.0/8", True),
        ("::1", "::1/128", False),
        ("::ffff:127.0.0.1", "127.0.0.0/8", True),
        ("64:ff9b::808:808", "64:ff9b::/96", False),
    ],
)
def test_the_operator_opens_what_the_network_says_and_no_more(
    text: str, allowed: str, expected: bool
) -> None:
    assert is_forbidden(ip_address(text), (ip_network(allowed),)) is expected


@pytest.mark.parametrize(
    "text",
    [
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "64:ff9b:1:a9fe:a9:fe00::",
        "2002:a9fe:a9fe::1",
        "2001:0:808:808::5601:5601",  # Teredo: the client's address is written inverted
        "2001:0:a9fe:a9fe::f7f7:f7f7",
        "::ffff:169.254.169.254",
        "::169.254.169.254",
    ],
)
def test_a_tunnel_that_the_operator_opened_does_not_lead_to_a_forbidden_end(text: str) -> None:
    assert is_forbidden(ip_address(text), (ip_network("::/0"),))


@pytest.mark.parametrize(
    ("address", "port", "expected"),
    [
        ("8.8.8.8", 80, True),
        ("8.8.8.8", 443, True),
        ("8.8.8.8", 1024, True),
        ("8.8.8.8", 22, False),
        ("8.8.8.8", 1023, False),
        ("10.0.0.1", 22, True),
        ("10.0.0.1", 80, True),
        ("192.168.0.1", 80, False),
    ],
)
def test_ports_are_the_webs_and_the_free_ones_unless_the_network_was_opened(
    address: str, port: int, expected: bool
) -> None:
    assert may_connect(ip_address(address), port, read_networks(["10.0.0.0/8"])) is expected
