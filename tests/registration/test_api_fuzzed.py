"""schemathesis: whatever fits or breaks the API's own description is answered, never with a 5xx."""

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance


def test_the_api_keeps_its_description(app, event):
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    checks = [not_a_server_error, content_type_conformance, response_schema_conformance]
    for operation in (result.ok() for result in schema.get_all_operations()):

        @schema_cases(operation)
        def check(case):
            response = case.call()
            case.validate_response(response, checks=checks)

        check()


def schema_cases(operation):
    """Fifteen examples of an operation, valid and invalid."""
    from hypothesis import given

    quick = settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    return lambda check: quick(given(case=operation.as_strategy())(check))
