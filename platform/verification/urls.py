from django.urls import path

from verification import badge, views

app_name = "verification"
urlpatterns = [
    path("", views.home, name="home"),
    path("root.pem", views.root, name="root"),
    path("wrong", views.wrong, name="wrong"),
    path("clips/<uuid:clip_id>/badge.svg", badge.svg, name="badge"),
    path("reports/<uuid:report_id>/", views.report, name="report"),
    path("reports/<uuid:report_id>.json", views.report_json, name="report-json"),
    path("reports/<uuid:report_id>/report.jws", views.report_jws, name="jws"),
    path("reports/<uuid:report_id>/report.pdf", views.report_pdf, name="pdf"),
    path("reports/<uuid:report_id>/original-<int:place>.jpg", views.original, name="original"),
    path("reports/<uuid:report_id>/delete", views.delete, name="delete"),
    path("reports/<uuid:report_id>/share", views.share, name="share"),
    path("reports/<uuid:report_id>/unshare", views.unshare, name="unshare"),
    path("shared/<str:token>/", views.report, name="shared"),
    path("shared/<str:token>/report.json", views.report_json, name="shared-report-json"),
    path("shared/<str:token>/report.jws", views.report_jws, name="shared-jws"),
    path("shared/<str:token>/report.pdf", views.report_pdf, name="shared-pdf"),
    path("shared/<str:token>/original-<int:place>.jpg", views.original, name="shared-original"),
]
