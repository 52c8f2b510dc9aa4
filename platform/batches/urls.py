from django.urls import path

from batches import views

app_name = "batches"
urlpatterns = [
    path("", views.home, name="home"),
    path("example.csv", views.example, name="example"),
    path("<uuid:batch_id>/", views.batch, name="batch"),
    path("<uuid:batch_id>/now", views.now, name="now"),
    path("<uuid:batch_id>/send", views.send, name="send"),
    path("<uuid:batch_id>/cancel", views.cancel, name="cancel"),
    path("<uuid:batch_id>/delete", views.delete, name="delete"),
    path("<uuid:batch_id>/results.csv", views.download, name="results"),
]
