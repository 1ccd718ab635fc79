"""python -m services.certificates web | relay | worker | migrate"""

from shared.cli import service_cli

cli = service_cli("services.certificates")

if __name__ == "__main__":
    cli()
