"""Which scope a call needs."""

from typing import Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from api.authentication import Caller
from api.enums import Scope


class ScopeMissing(PermissionDenied):
    """The token does not carry the scope."""

    default_code = "insufficient_scope"
    default_detail = (
        "访问令牌缺少权限范围“{scope}”（{label}），请用该范围重新获取令牌；客户端未获此授权的，由本单位管理人员提出，系统运行单位确认。"
    )


def scope_of_call(view: Any, request: Request) -> str:
    """Return the scope the view's handler asks for; reading needs ``read``."""
    action = getattr(view, "action", None)
    handler = getattr(view, action, None) if action else getattr(view, (request.method or "").lower(), None)
    return getattr(handler, "scope", Scope.READ.value)


class HasScope(BasePermission):
    """Lets pass a caller whose token carries what the call needs."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """
        Return whether there is a caller at all.

        Raises:
            ScopeMissing: there is, without the scope.
        """
        caller = request.auth
        if not isinstance(caller, Caller):
            return False
        scope = scope_of_call(view, request)
        if scope not in caller.scopes:
            label = Scope(scope).label
            raise ScopeMissing(detail=str(ScopeMissing.default_detail).format(scope=scope, label=label), code=ScopeMissing.default_code)
        return True
