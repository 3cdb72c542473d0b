"""What all pages of the site share: refusals of the domain become pages or messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme

from examsite.lib.errors import Conflict, DomainError, Forbidden, Invalid, NotFound

View = Callable[..., HttpResponse]
Crumb = tuple[str, str]  # words, address


def page(view: View) -> View:
    """A page for signed-in people: NotFound is 404, Forbidden 403; any other refusal of a POST becomes a
    message on the page the form was on (a GET shows it on a page of its own)."""

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound as error:
            raise Http404(error.message) from error
        except Forbidden as error:
            return render(request, "403.html", {"message": error.message}, status=403)
        except DomainError as error:
            if request.method == "POST":
                messages.error(request, error.message)
                return HttpResponseRedirect(back_url(request))
            refused = {"title": "这一步现在做不了", "message": error.message}
            return render(request, "error_page.html", refused, status=error.status)

    return wrapped


def back_url(request: HttpRequest) -> str:
    """The page the request came from, on this site; else the page itself, or for what was sent the first
    page: its own address may be none that can be looked at."""
    referer = request.headers.get("referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return referer
    return reverse("home") if request.method == "POST" else request.get_full_path()


def act_on(
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[dict[str, Any]], str | HttpResponse],
    *,
    done: str = "",
) -> tuple[HttpResponse | None, int]:
    """(answer, status) of a page with a form. When the form was sent and is good, `do` it and answer with
    what it returns, an address to go to or a response; else no answer: the page shows the form.

    Invalid and Conflict of the domain stand above the form, which keeps what was typed; other refusals are
    those of the `page` decorator.
    """
    if request.method != "POST":
        return None, 200
    if not form.is_valid():
        return None, 400
    try:
        target = do(form.cleaned_data)
    except (Invalid, Conflict) as error:
        form.add_error(None, error.message)
        return None, error.status
    if done:
        messages.success(request, done)
    return (target if isinstance(target, HttpResponse) else redirect(target)), 200


def ask(
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[dict[str, Any]], str],
    *,
    heading: str,
    submit_label: str,
    cancel_url: str,
    done: str = "",
    lead: str = "",
    notice: str = "",
    danger: bool = False,
    crumbs: Sequence[Crumb] = (),
) -> HttpResponse:
    """A page that is one form: when it is sent and good, `do` it and go to the address it returns; else see
    `act_on`."""
    answer, status = act_on(request, form, do, done=done)
    if answer is not None:
        return answer
    context = {
        "form": form,
        "heading": heading,
        "lead": lead,
        "notice": notice,
        "submit_label": submit_label,
        "cancel_url": cancel_url,
        "danger": danger,
        "crumbs": crumbs,
    }
    return render(request, "form_page.html", context, status=status)


def download(data: bytes, name: str, content_type: str, *, inline: bool = False) -> HttpResponse:
    """A file to keep; `inline`: shown in the page that asks for it."""
    response = HttpResponse(data, content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(not inline, name) or ""
    return response


# --- Searching for people ----------------------------------------------------------------------------------
# Lists of people are searched without naming anybody in an address, which logs and histories would keep: the
# form posts its words to `search`; they wait in the session, and the list is shown with a mark.

FOUND = "found"
SEARCHES_KEPT = 10  # lists whose latest search is remembered
_LONGEST_SEARCH = 1000  # characters


def keep_search(request: HttpRequest, address: str, fields: QueryDict) -> None:
    """Remember what was asked of the list at `address`."""
    searches = request.session.get("searches", {})
    searches.pop(address, None)
    newest = list(searches.items())[-SEARCHES_KEPT + 1 :]
    request.session["searches"] = {**dict(newest), address: fields.urlencode()[:_LONGEST_SEARCH]}


def filters_of(request: HttpRequest) -> QueryDict:
    """What the list at this address is filtered by: the address, and with the mark the latest search in it.

    Without NUL characters, which PostgreSQL takes in no text.
    """
    kept = request.session.get("searches", {}).get(request.path, "") if FOUND in request.GET else ""
    return QueryDict(f"{request.GET.urlencode()}&{kept}".replace("%00", ""))
