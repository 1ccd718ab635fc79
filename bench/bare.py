"""The simplest web request that stores something: one Flask view, one INSERT, one commit.

python -m bench.bare --port N [--workers 2]
"""

import os

import click
from flask import Flask, request
from sqlalchemy import create_engine

from bench.environment import CONNECTIONS, Environment, Request, closed_loop
from shared.cli import serve


def create_app() -> Flask:
    """The app; it makes its table in registration's database."""
    app = Flask(__name__)
    engine = create_engine(os.environ["REGISTRATION_DATABASE_URL"], pool_size=CONNECTIONS)
    with engine.begin() as connection:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(1)")
        connection.exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS bare_insert (id bigint GENERATED ALWAYS AS IDENTITY, t text)"
        )

    @app.get("/")
    def health() -> str:
        return "ok"

    @app.post("/")
    def insert() -> tuple[str, int]:
        # Read, as every real view does; an unread body makes the server close the connection.
        request.get_data()
        with engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO bare_insert (t) VALUES ('x')")
        return "ok", 201

    return app


def measure(here: Environment, seconds: float) -> dict[str, object]:
    """How many such requests per second."""
    port = here.serve("bare", ["-m", "bench.bare"], "registration", "/")
    asked: Request = ("POST", "/", b"{}", {"Content-Type": "application/json"})
    return closed_loop(port, lambda number: asked, lambda status, body: status == 201, seconds, 10**6)


@click.command()
@click.option("--port", type=int, required=True)
@click.option("--workers", default=1)
def main(port: int, workers: int) -> None:
    """Serve the app."""
    serve("bench.bare:create_app", "127.0.0.1", port, workers)


if __name__ == "__main__":
    main()
