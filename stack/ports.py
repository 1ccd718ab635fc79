"""Free TCP ports on localhost."""

import random
import socket

HOST = "127.0.0.1"
# Below the range from which the kernel takes ports for outgoing connections, so that a port kept for the next
# start is not borrowed meanwhile.
LOWEST, HIGHEST = 20_000, 32_000


def is_free(port: int) -> bool:
    """Whether a server could listen on ``port`` of localhost now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port on localhost that nothing listens on."""
    for _ in range(200):
        port = random.randint(LOWEST, HIGHEST)
        if is_free(port):
            return port
    raise RuntimeError(f"no free port between {LOWEST} and {HIGHEST}")
