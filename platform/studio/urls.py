from django.urls import path

from studio import views

app_name = "studio"
urlpatterns = [
    path("", views.home, name="home"),
    path("check", views.check, name="check"),
    path("pictures", views.pictures, name="pictures"),
    path("pictures/<uuid:picture_id>", views.picture, name="picture"),
    path("pictures/<uuid:picture_id>/erase", views.erase_picture, name="erase-picture"),
    path("jobs/<uuid:job_id>/", views.job, name="job"),
    path("jobs/<uuid:job_id>/now", views.job_now, name="job-now"),
    path("jobs/<uuid:job_id>/status", views.status, name="status"),
    path("jobs/<uuid:job_id>/events", views.events, name="events"),
    path("jobs/<uuid:job_id>/preview", views.preview, name="preview"),
    path("jobs/<uuid:job_id>/cancel", views.cancel, name="cancel"),
    path("jobs/<uuid:job_id>/retry", views.retry, name="retry"),
    path("clips/<uuid:clip_id>/", views.clip, name="clip"),
    path("clips/<uuid:clip_id>/compare", views.compare, name="compare"),
    path("clips/<uuid:clip_id>/download", views.download, name="download"),
    path("clips/<uuid:clip_id>/withdraw", views.withdraw, name="withdraw"),
]
