"""PostgreSQL and Valkey from wheels: the same engines as in production, without installing anything.

Both listen on 127.0.0.1 only, ask for a password, and stop when the process that started them is gone.
"""

from stack.engine import Engine
from stack.postgres import PostgresServer
from stack.unprivileged import EngineError
from stack.valkey import ValkeyServer

__all__ = ["Engine", "EngineError", "PostgresServer", "ValkeyServer"]
