"""Ports of this machine that nobody uses.

free_port() -> 40123
"""

import socket


def free_port() -> int:
    """A port on 127.0.0.1 that is free just now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
