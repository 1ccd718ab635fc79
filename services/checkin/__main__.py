"""python -m services.checkin web | relay | worker | migrate"""

from shared.cli import service_cli

cli = service_cli("services.checkin")

if __name__ == "__main__":
    cli()
