"""Which face answers which address."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from . import views
from .api_document import ApiDocumentView

# The calls of the halls first: what stands before them is compared with every one of their addresses.
urlpatterns = [
    path("api/v1/", include("exams.api.urls")),
    path("", views.home, name="home"),
    path("search", views.search, name="search"),
    path("", include("examsite.people.web.urls")),
    path("sign-in/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("banks/", include("questionbanks.web.urls")),
    path("", include("exams.web.urls")),
    path("api/v1/", include("examsite.people.api.urls")),
    path("api/v1/", include("questionbanks.api.urls")),
    path("api/v1/schema", ApiDocumentView.as_view(), name="schema"),
    path("admin/", admin.site.urls),
]

handler400 = "examsite.views.bad_request"
handler403 = "examsite.views.forbidden"
handler404 = "examsite.views.not_found"
handler500 = "examsite.views.server_error"
