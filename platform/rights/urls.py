from django.urls import path

from rights import views

app_name = "rights"
urlpatterns = [
    path("", views.consents, name="consents"),
    path("new", views.new, name="new"),
    path("<uuid:consent_id>/", views.consent, name="consent"),
    path("<uuid:consent_id>/revoke", views.revoke, name="revoke"),
    path("<uuid:consent_id>/document", views.document, name="document"),
    path("protected/", views.protected, name="protected"),
    path("protected/<int:person_id>/remove", views.unprotect, name="unprotect"),
]
