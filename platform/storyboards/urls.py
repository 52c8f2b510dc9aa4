from django.urls import path

from storyboards import views

app_name = "storyboards"
urlpatterns = [
    path("", views.home, name="home"),
    path("new", views.new, name="new"),
    path("<uuid:storyboard_id>/", views.board, name="board"),
    path("<uuid:storyboard_id>/check", views.check, name="check"),
    path("<uuid:storyboard_id>/copy", views.copy, name="copy"),
    path("<uuid:storyboard_id>/delete", views.delete, name="delete"),
]
