"""The URLs of signin's API: among the pages of the sign-in hosts, at the desk, at its own hosts."""

from django.urls import path

from signin.wire import signin_control as control
from signin.wire import signin_iam
from signin.wire import signin_sessions as sessions

handler500 = "signin.context.server_error"

urlpatterns = [
    path("v1/token", signin_iam.token),
    path("v1/introspect", signin_iam.introspect),
    path("v1/revoke", signin_iam.revoke),
    path("list-sessions", sessions.list_sessions),
    path("get-session", sessions.get_session),
    path("batch-revoke-sessions", sessions.batch_revoke_sessions),
    path("put-resource-permission-statement", control.put_resource_permission_statement),
    path("list-resource-permission-statements", control.list_resource_permission_statements),
    path("delete-resource-permission-statement", control.delete_resource_permission_statement),
    path("get-resource-policy", control.get_resource_policy),
    path(
        "put-console-authorization-configuration", control.put_console_authorization_configuration
    ),
    path(
        "get-console-authorization-configuration", control.get_console_authorization_configuration
    ),
    path(
        "delete-console-authorization-configuration",
        control.delete_console_authorization_configuration,
    ),
]
