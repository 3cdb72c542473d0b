"""Me: who I am, what is held about me, what I am told, going out, proving myself again."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call, list_call

from .. import sessions
from ..domain.accounts import sign_out_everywhere
from ..domain.personal import personal_data, record_export
from ..domain.signing_in import prove_password
from ..domain.voice import ask_correction, open_first, put_away, unseen_messages
from . import schema
from .voice_schema import MyDataCorrectionOut, SiteMessageOut

TAG = "me"


class Me(Call):
    @call("me", tag=TAG, reply=schema.MeOut)
    def get(self, request: Request) -> Response:
        """Who is signed in, and with which roles."""
        grants = request.user.grants.filter(ended_at__isnull=True).select_related("unit")
        data = {"id": request.user.pk, "name": request.user.name, "roles": grants}
        return Response(schema.MeOut(data).data)


class MyData(Call):
    @call("my_data", tag=TAG, reply=schema.MyDataOut(many=True))
    def get(self, request: Request) -> Response:
        """Everything the site holds about me, with purpose and retention."""
        return Response(self.held())

    @call("my_data_export", tag=TAG, reply=schema.MyDataOut(many=True))
    def post(self, request: Request) -> Response:
        """The same to keep; the log has a line of it."""
        record_export(user=request.user, at=self.at, actor=request.user)
        return Response(self.held())

    def held(self) -> list[dict[str, Any]]:
        return [
            {"title": source.title, "why": source.why, "kept": source.kept, "rows": rows}
            for source, rows in personal_data(self.request.user)
        ]


class MyCorrections(Call):
    @list_call("my_corrections", MyDataCorrectionOut, tag=TAG)
    def get(self, request: Request) -> Response:
        """What I asked to have corrected, and the answers; the open ones first."""
        return self.paged(open_first(request.user.corrections.all()), MyDataCorrectionOut)

    @call("my_correction", tag=TAG, request=schema.MyCorrectionIn, status=204)
    def post(self, request: Request) -> Response:
        """Something in my data is wrong."""
        ask_correction(user=request.user, text=self.read(schema.MyCorrectionIn)["text"], at=self.at)
        return Response(status=204)


class MyMessages(Call):
    @call("my_messages", tag=TAG, reply=SiteMessageOut(many=True))
    def get(self, request: Request) -> Response:
        """What I was told and have not put away, newest first."""
        return Response(SiteMessageOut(unseen_messages(user=request.user), many=True).data)


class MyMessagesSeen(Call):
    @call("my_messages_seen", tag=TAG, status=204)
    def post(self, request: Request) -> Response:
        """Put my messages away."""
        put_away(user=request.user, at=self.at)
        return Response(status=204)


class Confirm(Call):
    @call("confirm", tag=TAG, request=schema.ConfirmIn, status=204)
    def post(self, request: Request) -> Response:
        """Prove oneself again; grave calls are open for ten minutes afterwards."""
        prove_password(
            user=request.user,
            password=self.read(schema.ConfirmIn)["password"],
            address=sessions.address_of(request),
            at=self.at,
        )
        sessions.make_sure(request, self.at)
        return Response(status=204)


class SignOut(Call):
    @call("sign_out", tag=TAG, status=204)
    def post(self, request: Request) -> Response:
        """The sign-in ends, here and in the store."""
        sessions.leave(request._request, at=self.at)
        return Response(status=204)


class SignOutEverywhere(Call):
    @call("my_sign_out", tag=TAG, status=204)
    def post(self, request: Request) -> Response:
        """My sign-ins end everywhere, this one included."""
        sign_out_everywhere(user=request.user, at=self.at, actor=request.user, reason="本人操作")
        return Response(status=204)
