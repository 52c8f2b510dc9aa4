from django.urls import path

from verification import views

app_name = "verification"
urlpatterns = [
    path("", views.home, name="home"),
    path("reports/<uuid:report_id>/", views.report, name="report"),
    path("reports/<uuid:report_id>.json", views.report_json, name="report-json"),
    path("reports/<uuid:report_id>/delete", views.delete, name="delete"),
]
