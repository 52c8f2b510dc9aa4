"""Every address of the studio."""

from django.urls import include, path

from config import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("accounts/", include("allauth.account.urls")),
    path("studio/", include("studio.urls")),
    path("review/", include("moderation.urls")),
    path("verify/", include("verification.urls")),
    path("c/", include("registry.urls")),
]

handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
