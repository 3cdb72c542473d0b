"""学法用法记录 as an API: one person's year, for himself and for his officer."""

from __future__ import annotations

from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call
from examsite.lib.errors import NotFound
from examsite.lib.years import read_year
from examsite.people.models import User
from examsite.people.rules import people_managed_by

from ..domain.law_record import law_record
from .certificates_schema import MyCertificateOut


class PostOut(serializers.Serializer):
    """A membership that touched the year."""

    unit_name = serializers.CharField(source="unit.name")
    category = serializers.CharField(source="category_id")
    position = serializers.CharField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True, help_text="The first day that no longer counts.")


class ExamLineOut(serializers.Serializer):
    """`final` (percent of full marks) and `passed` are null until the result is released to the person."""

    title = serializers.CharField()
    status = serializers.CharField(help_text="The words of the page.")
    attempts = serializers.IntegerField()
    final = serializers.DecimalField(source="percent", max_digits=None, decimal_places=None, allow_null=True)
    passed = serializers.BooleanField(allow_null=True)


class LearntOut(serializers.Serializer):
    """What a unit of the person's organised while he belonged to it; nobody's attendance is known."""

    date = serializers.DateField()
    kind = serializers.CharField()
    topic = serializers.CharField()
    unit_name = serializers.CharField(source="unit.name")


class LawRecordOut(serializers.Serializer):
    person = serializers.UUIDField(source="user.pk")
    name = serializers.CharField(source="user.name")
    year = serializers.IntegerField()
    posts = PostOut(many=True)
    exams = ExamLineOut(many=True)
    certificates = MyCertificateOut(many=True)
    study = LearntOut(many=True)
    outreach = LearntOut(many=True)


class RecordCall(Call):
    def record(self, user: User, year: int) -> Response:
        wanted = read_year(str(year))
        if wanted is None:
            raise NotFound("not_found", "没有这个年度的记录。")
        return Response(LawRecordOut(law_record(user=user, year=wanted, at=self.at)).data)


class MyLawRecord(RecordCall):
    @call("my_law_record", tag="me", reply=LawRecordOut)
    def get(self, request: Request, year: int) -> Response:
        """What the site knows of my year."""
        return self.record(request.user, year)


class LawRecordOf(RecordCall):
    @call("law_records_get", tag="law-wise", reply=LawRecordOut)
    def get(self, request: Request, person: UUID, year: int) -> Response:
        """That of somebody in the officer's units."""
        return self.record(self.find(people_managed_by(request.user), person), year)
