"""Every address of the studio."""

from django.urls import include, path

from config import views
from registry import api_page as registry_api
from registry.api import api
from verification.api import api as verification_api

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("accounts/keys/", include("accounts.urls")),
    path("accounts/second-factor/", include("allauth.mfa.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("studio/", include("studio.urls")),
    path("storyboards/", include("storyboards.urls")),
    path("batches/", include("batches.urls")),
    path("review/", include("moderation.urls")),
    path("review/consents/", include("rights.urls")),
    path("review/policies/", include("policies.urls")),
    path("review/banks/", include("banks.urls")),
    path("review/objections/", include("verification.review_urls")),
    path("verify/", include("verification.urls")),
    path("api/v1/", verification_api.urls),
    path("c/", include("registry.urls")),
    path("c2pa/", registry_api.page, name="registry-api-page"),
    path("c2pa/v1/", api.urls),
    path(".well-known/c2pa-soft-binding-resolution", registry_api.discovery, name="c2pa-discovery"),
]

handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
