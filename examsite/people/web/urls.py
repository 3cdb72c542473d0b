"""Addresses of the pages."""

from __future__ import annotations

from django.urls import path

from . import signing_in

app_name = "people"
urlpatterns = [
    # Going in and out
    path("sign-in", signing_in.sign_in, name="sign_in"),
    path("sign-in/code", signing_in.sign_in_code, name="sign_in_code"),
    path("sign-in/enrol", signing_in.sign_in_enrol, name="sign_in_enrol"),
    path("sign-in/password", signing_in.sign_in_password, name="sign_in_password"),
    path("sign-in/link", signing_in.sign_in_link, name="sign_in_link"),
    path("sign-out", signing_in.sign_out, name="sign_out"),
    path("confirm", signing_in.confirm, name="confirm"),
    path("me/password", signing_in.change_password, name="change_password"),
    path("me/second-factor", signing_in.my_second_factor, name="second_factor"),
    path("me/second-factor/codes", signing_in.renew_codes, name="renew_codes"),
    path("me/second-factor/remove", signing_in.remove_second_factor, name="remove_second_factor"),
]
