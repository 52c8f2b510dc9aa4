from django.urls import path

from moderation import clip_views, views

app_name = "moderation"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("next", views.take_next, name="next"),
    path("cases/<uuid:case_id>/", views.case, name="case"),
    path("cases/<uuid:case_id>/claim", views.claim, name="claim"),
    path("cases/<uuid:case_id>/release", views.release, name="release"),
    path("cases/<uuid:case_id>/decide", views.decide, name="decide"),
    path("cases/<uuid:case_id>/picture.jpg", views.picture, name="picture"),
    path("cases/<uuid:case_id>/frames/<int:place>.jpg", views.frame, name="frame"),
    path("clips/", clip_views.clips, name="clips"),
    path("clips/<uuid:clip_id>/", clip_views.clip, name="clip"),
    path("clips/<uuid:clip_id>/poster.jpg", clip_views.poster, name="clip-poster"),
    path("clips/<uuid:clip_id>/take-down", clip_views.take_down, name="take-down"),
    path("grounds/<int:ground_id>/lift", clip_views.lift, name="lift"),
]
