"""What a page of ours may load and do: what came from here, and nothing that stands inside it."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

from django.http import HttpRequest, HttpResponse

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PERMISSIONS_POLICY: Final = "microphone=(self), speaker-selection=(self), camera=(), geolocation=()"

Rest = ParamSpec("Rest")
Answer = TypeVar("Answer", bound=HttpResponse)


def strict(
    view: Callable[Concatenate[HttpRequest, Rest], Answer],
) -> Callable[Concatenate[HttpRequest, Rest], Answer]:
    """Send the policies along with whatever the view answers."""

    @wraps(view)
    def strictly(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Answer:
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        return response

    return strictly
