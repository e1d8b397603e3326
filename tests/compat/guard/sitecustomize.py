"""Refuses every connection that leaves this machine: a client that tries one fails, and says where it wanted to go."""
import socket

LOCAL = {"127.0.0.1", "::1", "localhost", None, ""}
_getaddrinfo, _connect = socket.getaddrinfo, socket.socket.connect


def _name(host):
    return host.decode() if isinstance(host, bytes) else host


def getaddrinfo(host, *rest, **named):
    if _name(host) not in LOCAL:
        print(f"LEAK: {host}", flush=True)
        raise OSError(f"LEAK: a connection to {host}")
    return _getaddrinfo(host, *rest, **named)


def connect(self, address):
    if isinstance(address, tuple) and _name(address[0]) not in LOCAL:
        print(f"LEAK: {address}", flush=True)
        raise OSError(f"LEAK: a connection to {address}")
    return _connect(self, address)


socket.getaddrinfo, socket.socket.connect = getaddrinfo, connect
