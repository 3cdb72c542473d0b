"""Me: who I am, what is held about me, going out, proving myself again."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call

from .. import sessions
from ..domain.personal import personal_data
from ..domain.signing_in import prove_password
from ..domain.voice import ask_correction
from . import schema

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
        return Response(
            [
                {"title": source.title, "why": source.why, "kept": source.kept, "rows": rows}
                for source, rows in personal_data(request.user)
            ]
        )


class MyCorrection(Call):
    @call("my_correction", tag=TAG, request=schema.MyCorrectionIn, status=204)
    def post(self, request: Request) -> Response:
        """Something in my data is wrong."""
        ask_correction(user=request.user, text=self.read(schema.MyCorrectionIn)["text"], at=self.at)
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
