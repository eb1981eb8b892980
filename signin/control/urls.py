"""The URLs of the desk, ``localhost``."""

from typing import cast

from django.contrib import admin
from django.contrib.admin import autodiscover
from django.urls import include, path
from django.views.generic import TemplateView

from signin.control import connect_views, incident_views, views
from signin.control import phone_views as phone
from signin.control.api import View, answering_in_shape, api, not_found
from signin.control.forms import OperatorForm

handler500 = "signin.context.server_error"

autodiscover()
admin.site.login_form = OperatorForm
admin.site.site_header = admin.site.site_title = "Vestibule"
admin.site.site_url = "/"

control_urls = api.urls
for pattern in control_urls[0]:
    pattern.callback = answering_in_shape(cast(View, pattern.callback))

urlpatterns = [
    path("", views.root, name="desk"),
    path("connect/", connect_views.connect, name="connect"),
    path("connect/seen", connect_views.seen, name="connect-seen"),
    path("events/", views.events, name="events"),
    path("incidents/", incident_views.incidents, name="incidents"),
    path("incidents/<slug:kind>/disarm", incident_views.disarm, name="disarm"),
    path("phone/", phone.people, name="phones"),
    path("phone/token", phone.token, name="token"),
    path("phone/<int:principal_id>", phone.person, name="phone"),
    path("phone/<int:principal_id>/now", phone.now, name="phone-now"),
    path("mailbox/", include("signin.mailbox.urls")),
    path("control/", views.control, name="control"),
    path("control/v1/", control_urls),
    path("control/<path:path>", not_found),
    path("v1/authorize", views.to_sign_in_host),
    path("v1/sessions/confirmation", views.to_sign_in_host),
    path("", include("signin.wire.signin_urls")),
    path("admin/", admin.site.urls),
    # Programs that are told one endpoint for all services come here; no two paths are the same.
    path("", include("signin.wire.sso_oidc_urls")),
    path("", include("signin.wire.sso_urls")),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
]
