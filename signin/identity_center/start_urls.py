"""The URLs of the hosts that portals share outside of the partition aws, as AWS's guides have them.

A directory is in the path, ``/directory/<ID or subdomain>``, and the portal is at its own host.
"""

from django.urls import path
from django.views.generic import TemplateView

from signin.identity_center import instance_views as views

handler500 = "signin.context.server_error"

urlpatterns = [
    path("directory/<slug:name>", views.shared, name="shared-portal"),
    path("directory/<slug:name>/", views.shared),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
]
