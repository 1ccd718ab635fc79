"""python -m stack.mailbox --smtp-port N --http-port N --dir DIRECTORY"""

import logging
import signal
import threading
from pathlib import Path

import click
from werkzeug.serving import make_server

from stack.mailbox.pages import create_app
from stack.mailbox.smtp import controller
from stack.ports import HOST


@click.command()
@click.option("--smtp-port", type=int, required=True)
@click.option("--http-port", type=int, required=True)
@click.option("--dir", "directory", type=click.Path(path_type=Path, file_okay=False), required=True)
def main(smtp_port: int, http_port: int, directory: Path) -> None:
    """Take mail on one port of localhost, show it on the other, until terminated."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    smtp = controller(directory, smtp_port)
    smtp.start()
    pages = make_server(HOST, http_port, create_app(directory), threaded=True)
    pages.daemon_threads = True  # type: ignore[attr-defined]
    server = threading.Thread(target=pages.serve_forever, name="pages", daemon=True)
    server.start()
    stop.wait()
    pages.shutdown()
    pages.server_close()
    smtp.stop()


if __name__ == "__main__":
    main()
