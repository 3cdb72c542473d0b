"""Downloads for the printer: question books, keys, slips, sign-in sheets, answer sheets, envelopes."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.errors import Conflict
from examsite.people.domain.audit import record
from examsite.web import download, page

from ..domain.printing import candidate_of, occasion_of, printed_paper, seats_in_order
from ..domain.tickets import issue_tickets
from ..models import Mode
from ..printing.book import question_book
from ..printing.content import Slip
from ..printing.key import answer_key
from ..printing.lists import envelope_label, sign_in_sheet
from ..printing.sheets import answer_sheets
from ..printing.slips import slips
from ..printing.word import question_book_docx
from .forms import managed_form
from .sittings import managed_sitting

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@page
@require_safe
def form_print(request: HttpRequest, form: UUID, what: str, format: str) -> HttpResponse:
    """The question book (normal, large) as PDF or Word, or the key for the markers."""
    found = managed_form(request, form)
    name = f"{found.exam.title}{found}"
    if (what, format) == ("book", "pdf"):
        return download(question_book(printed_paper(found)), f"{name}.pdf", PDF)
    if (what, format) == ("large", "pdf"):
        return download(question_book(printed_paper(found), large=True), f"{name}（大字）.pdf", PDF)
    if (what, format) == ("book", "docx"):
        return download(question_book_docx(printed_paper(found)), f"{name}.docx", DOCX)
    if (what, format) == ("key", "pdf"):
        record(
            action="form.print_key", target=found, at=clock.now(), actor=request.user, unit=found.exam.unit
        )
        return download(answer_key(printed_paper(found, with_keys=True)), f"{name}答案.pdf", PDF)
    raise Http404


@page
@require_safe
def sitting_print(request: HttpRequest, sitting: UUID, what: str) -> HttpResponse:
    """Sign-in sheet, envelope labels, and answer sheets for those who sit on paper."""
    found = managed_sitting(request, sitting)
    seats = seats_in_order(found)
    people = [candidate_of(seat) for seat in seats]
    if not people:
        raise Conflict("nobody", "这个场次还没有座位，请先排座。")
    occasion = occasion_of(found)
    if what == "sign-in":
        return download(sign_in_sheet(occasion, people), f"{found.title}签到表.pdf", PDF)
    if what == "envelope":
        return download(envelope_label(occasion, people), f"{found.title}试卷袋.pdf", PDF)
    if what == "answer-sheets":
        on_paper = [seat for seat in seats if seat.entry.mode == Mode.PAPER]
        if not on_paper:
            raise Conflict("nobody", "本场没有登记纸笔作答的人，请先在名册里登记。")
        if any(seat.form is None for seat in on_paper):
            raise Conflict("no_form", "还有纸笔考生没有分卷，请先分卷。")
        papers = {form.code: printed_paper(form) for form in {seat.form for seat in on_paper}}
        sheets = answer_sheets(occasion, papers, (candidate_of(seat) for seat in on_paper))
        return download(sheets, f"{found.title}答题卡.pdf", PDF)
    raise Http404


def _address(request: HttpRequest, token: str) -> str:
    """What the QR code on a slip opens."""
    return request.build_absolute_uri(reverse("exams:ticket", args=[token]))


@page
@require_POST
def sitting_slips(request: HttpRequest, sitting: UUID) -> HttpResponse:
    """New tickets for everybody in the sitting, as slips to cut apart. Earlier ones stop working."""
    found = managed_sitting(request, sitting)
    at = clock.now()
    seats = {seat.entry_id: seat for seat in seats_in_order(found)}
    if not seats:
        raise Conflict("nobody", "这个场次还没有座位，请先排座。")
    issued = issue_tickets(entries=[seat.entry for seat in seats.values()], at=at)
    record(
        action="tickets.print",
        target=found,
        at=at,
        actor=request.user,
        unit=found.exam.unit,
        after={"count": len(issued)},
    )
    people = [
        Slip(candidate_of(seats[one.entry.pk]), _address(request, one.token), one.code) for one in issued
    ]
    return download(slips(occasion_of(found), people), f"{found.title}准考小条.pdf", PDF)
