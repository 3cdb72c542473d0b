"""What the exam calls with a sign-in share: the moment, the stamp on every reply, trouble as 503."""

from __future__ import annotations

import logging
from typing import Any

from django.db import Error as DatabaseTrouble
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, problem
from examsite.lib import clock

from ..domain.stamps import moment
from ..engine.wiretime import rfc3339
from .hot import RETRY_AFTER_S

logger = logging.getLogger(__name__)


class ExamView(Call):
    """One operation. `self.at` is the one time stamp of the request, by the clock of running attempts."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.at = moment()

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, DatabaseTrouble):
            logger.exception("an exam call met a database in trouble")
            response = problem(503, "busy", "服务器忙，请稍后再试。")
            response["Retry-After"] = str(RETRY_AFTER_S)
            response.exception = True
            return response
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        at = rfc3339(getattr(self, "at", None) or clock.now())
        data = getattr(response, "data", None)
        if isinstance(data, dict):
            response.data = {**data, "server_time": at}
        response["Cache-Control"] = "no-store"
        return super().finalize_response(request, response, *args, **kwargs)
