"""Calls about statutes."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.lib.errors import Forbidden, NotFound

from ..domain.editions import add_edition, compare_editions
from ..models import Edition, Law
from ..rules import may_keep_laws, may_see_laws
from . import schema
from .view import BankView, bank_call, bank_list


class LawCall(BankView):
    """Calls about statutes: for whoever works on items."""

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        if not may_see_laws(request.user):
            raise NotFound("not_found", "没有找到，或不在您的权限之内。")


class Laws(LawCall):
    @bank_list("laws_list", schema.LawOut, parameters=[OpenApiParameter("words", OpenApiTypes.STR)])
    def get(self, request: Request) -> Response:
        """The catalogue."""
        words = request.query_params.get("words", "")[:100].replace("\x00", "")
        rows = Law.objects.prefetch_related("editions").order_by("short")
        return self.paged(rows.filter(title__icontains=words) if words else rows, schema.LawOut)


class OneLaw(LawCall):
    @bank_call("laws_read", reply=schema.LawOut)
    def get(self, request: Request, law: UUID) -> Response:
        return Response(schema.LawOut(self.find(Law.objects.prefetch_related("editions"), law)).data)


class Editions(LawCall):
    @bank_call("editions_create", request=schema.EditionIn, reply=schema.EditionOut, status=201)
    def post(self, request: Request, law: UUID) -> Response:
        """A new edition: it ends the one before, and marks the items that rest on it."""
        found = self.find(Law.objects.all(), law)
        if not may_keep_laws(request.user):
            raise Forbidden("forbidden", "法律目录由县里的考务或题库员维护。")
        made = add_edition(law=found, at=self.at, actor=request.user, **self.read(schema.EditionIn))
        return Response(schema.EditionOut(made).data, status=201)


class Articles(LawCall):
    @bank_list("articles_list", schema.ArticleOut)
    def get(self, request: Request, edition: UUID) -> Response:
        """The articles of an edition, in order."""
        found = self.find(Edition.objects.all(), edition)
        return self.paged(found.articles.order_by("order"), schema.ArticleOut)


class Compare(LawCall):
    @bank_call("editions_compare", reply=schema.ArticleChangeOut(many=True))
    def get(self, request: Request, old: UUID, new: UUID) -> Response:
        """Two editions of one statute, article by article."""
        first = self.find(Edition.objects.select_related("law"), old)
        second = self.find(Edition.objects.select_related("law").filter(law=first.law), new)
        return Response(schema.ArticleChangeOut(compare_editions(first, second), many=True).data)
