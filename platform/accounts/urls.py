from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.keys, name="keys"),
    path("<uuid:key_id>/revoke", views.revoke, name="revoke-key"),
]
