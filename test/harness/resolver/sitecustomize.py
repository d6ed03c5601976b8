"""Python reads this at start when its folder is on PYTHONPATH: names below ENTREPOT_TEST_DOMAIN lead to this machine."""
import os
import socket

_domain = "." + os.environ.get("ENTREPOT_TEST_DOMAIN", "localhost")
_getaddrinfo = socket.getaddrinfo


def _resolve(host, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    return _getaddrinfo("127.0.0.1" if name and name.endswith(_domain) else host, *args, **kwargs)


socket.getaddrinfo = _resolve
