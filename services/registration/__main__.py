"""python -m services.registration web | relay | worker | migrate"""

from services.registration.service import service
from shared.cli import service_cli

cli = service_cli(service)

if __name__ == "__main__":
    cli()
