from django.urls import path

from verification import review

app_name = "objections"
urlpatterns = [
    path("<uuid:objection_id>/", review.objection, name="objection"),
    path("<uuid:objection_id>/close", review.close, name="close"),
    path("<uuid:objection_id>/still-<int:place>.jpg", review.still, name="still"),
]
