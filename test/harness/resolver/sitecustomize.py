"""Python reads this at start when its folder is on PYTHONPATH: ENTREPOT_TEST_DOMAIN and names below it lead to this machine."""
import os
import socket

_domain = os.environ.get("ENTREPOT_TEST_DOMAIN", "localhost")
_getaddrinfo = socket.getaddrinfo


def _resolve(host, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    here = name is not None and (name == _domain or name.endswith("." + _domain))
    return _getaddrinfo("127.0.0.1" if here else host, *args, **kwargs)


socket.getaddrinfo = _resolve
