from django.urls import path

from policies import views

app_name = "policies"
urlpatterns = [
    path("", views.versions, name="versions"),
    path("upload", views.upload, name="upload"),
    path("<int:version_id>/", views.version, name="version"),
    path("<int:version_id>/policy.json", views.download, name="download"),
    path("<int:version_id>/replay", views.replay, name="replay"),
    path("<int:version_id>/cancel", views.cancel, name="cancel"),
    path("<int:version_id>/live", views.make_live, name="make-live"),
]
