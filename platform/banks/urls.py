from django.urls import path

from banks import views

app_name = "banks"
urlpatterns = [
    path("", views.lists, name="lists"),
    path("import", views.import_list, name="import"),
    path("picture", views.add_picture, name="picture"),
    path("<str:kind>/<str:name>/", views.entries, name="list"),
    path("<str:kind>/<str:name>/export.<str:form>", views.export, name="export"),
    path("<str:kind>/<str:name>/remove", views.remove, name="remove"),
    path("<str:kind>/<str:name>/delete", views.delete, name="delete"),
]
