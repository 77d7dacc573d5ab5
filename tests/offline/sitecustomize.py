"""Forbid every connection that leaves this machine, in each Python process that has this folder on its PYTHONPATH.

An audit hook sees what any library asks of Python's sockets and cannot be taken off again.
"""

import ipaddress
import sys


def _is_local(host):
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback or ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _forbid(event, arguments):
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if not _is_local(host):
        raise ConnectionRefusedError(f"the tests forbid the network, asked for {host!r}")


sys.addaudithook(_forbid)
