from django.urls import path

from registry import views

app_name = "registry"
urlpatterns = [
    path("<uuid:clip_id>/", views.clip, name="clip"),
    path("<uuid:clip_id>/video.mp4", views.video, name="video"),
    path("<uuid:clip_id>/poster.jpg", views.poster, name="poster"),
]
