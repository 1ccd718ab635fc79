"""python -m services.checkin web | relay | worker | migrate"""

from services.checkin.service import service
from shared.cli import service_cli

cli = service_cli(service)

if __name__ == "__main__":
    cli()
