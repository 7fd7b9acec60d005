"""Which addresses a user's URL may lead to: an own table.

`ipaddress.is_private` and `is_global` are not enough: between them they let through 100.64.0.0/10,
multicast, and IPv4 addresses wrapped in IPv6 (NAT64, 6to4, IPv4-compatible), behind which the
cloud's metadata service answers. Sources: the IANA special-purpose address registries (RFC 6890).
"""

from collections.abc import Iterator
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)
from typing import Final, TypeAlias

from conference_app.http_client.errors import FetchCode, FetchError

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

# Ports below 1024 belong to services that are no web servers (SMTP, SSH, LDAP …) and that could be
# made to act on a well-chosen request body.
WEB_PORTS: Final = frozenset({80, 443})
FIRST_FREE_PORT: Final = 1024

_FORBIDDEN_IPV4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network; 0.0.0.0 connects to this machine
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier-grade NAT; some clouds' metadata
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # Azure's platform address, in public space
            "169.254.0.0/16",  # link-local; most clouds' metadata
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments; Oracle's metadata
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays, deprecated
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and the broadcast address
        ),
    )
)
_FORBIDDEN_IPV6: Final = tuple(
    map(
        IPv6Network,
        (
            # Global unicast is 2000::/3 alone. The three blocks around it hold the unspecified and
            # the loopback address, IPv4-compatible ::/96, IPv4-mapped ::ffff:0:0/96, NAT64
            # 64:ff9b::/96 and 64:ff9b:1::/48, discard 100::/64, SRv6 5f00::/16, unique local
            # fc00::/7, link-local fe80::/10, site-local fec0::/10 and multicast ff00::/8.
            "::/3",
            "4000::/2",
            "8000::/1",
            "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4
            "3fff::/20",  # documentation
        ),
    )
)

_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_COMPATIBLE: Final = IPv6Network("::/96")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL: Final = IPv6Network("64:ff9b:1::/48")
_LAST_32_BITS: Final = (_MAPPED, _COMPATIBLE, _NAT64, _NAT64_LOCAL)


def is_forbidden(address: Address, allowed: tuple[Network, ...] = ()) -> bool:
    """Tell whether a user's URL must not lead to `address`.

    `allowed`: networks that the operator opened; each counts for addresses of its own family alone.
    An IPv6 address that carries an IPv4 address is forbidden when either is: whoever opens a NAT64
    prefix does not thereby open the private networks behind it.
    """
    if isinstance(address, IPv4Address):
        return any(address in net for net in _FORBIDDEN_IPV4) and not _is_in(address, allowed)
    if any(address in net for net in _FORBIDDEN_IPV6) and not _is_in(address, allowed):
        return True
    return any(is_forbidden(inner, allowed) for inner in _carried_ipv4(address))


def may_connect(address: Address, port: int, allowed: tuple[Network, ...] = ()) -> bool:
    """Tell whether a connection to `address` and `port` may be opened for a user's URL.

    Ports: 80, 443 and 1024 upwards; any port in the networks that the operator opened.
    """
    if is_forbidden(address, allowed):
        return False
    return port in WEB_PORTS or port >= FIRST_FREE_PORT or _is_in(address, allowed)


def refusal(host: str, port: int) -> FetchError:
    """Word the refusal of a host for the account's owner; addresses behind a name are not told."""
    return FetchError(
        FetchCode.CONNECTION_FAILURE,
        f"{host} port {port} is not reachable from here: a private or special address, or a port "
        "that is not for the web. The operator may allow its network with CONFAB_ALLOWED_NETWORKS.",
    )


def read_networks(texts: list[str]) -> tuple[Network, ...]:
    """Read CIDRs as the operator writes them (ValueError on what is none)."""
    return tuple(ip_network(text) for text in texts)


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == net.version and address in net for net in networks)


def _carried_ipv4(address: IPv6Address) -> Iterator[IPv4Address]:
    """Give the IPv4 addresses where a packet may end (RFC 4291, 6052, 3056 and 4380)."""
    bits = int(address)
    # :: and ::1 lie in the IPv4-compatible block, and are themselves all the same.
    if bits > 1 and any(address in net for net in _LAST_32_BITS):
        yield IPv4Address(bits & 0xFFFFFFFF)
    if address in _NAT64_LOCAL:  # a /48 prefix leaves bits 64 to 71 out
        yield IPv4Address((bits >> 64 & 0xFFFF) << 16 | (bits >> 40 & 0xFFFF))
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
