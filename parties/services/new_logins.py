"""What a login that is to be opened must not have in common with another: the login name and the mobile number."""

from django.db import connection

from common.errors import DomainError, FieldProblem, InvalidInput
from common.mobiles import mobile
from common.typed import Mistyped
from parties.models import User


class UsernameTaken(DomainError):
    """The login name is in use."""

    code = "username_taken"
    sentence = "登录名“{username}”已被使用，请换一个。"


class PhoneTaken(DomainError):
    """One person, one login."""

    code = "phone_taken"
    sentence = "手机号码已属于另一登录账号。一人只用一个账号；调任的，请在原账号上登记任职。"


def require_new_login(username: str, phone: str) -> str:
    """
    Return the mobile number in its one form, if nobody has it nor the login name; two who open a login for one number wait for each other.

    Raises:
        InvalidInput: no mobile number. UsernameTaken, PhoneTaken.
    """
    try:
        number = mobile(phone)
    except Mistyped as fault:
        raise InvalidInput(errors=[FieldProblem("phone", fault.code, fault.detail)]) from None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"mobile:{number}"])
    if User.objects.named(username).exists():
        raise UsernameTaken(field="username", username=username)
    if User.objects.filter(phone=number, is_active=True).exists():
        raise PhoneTaken(field="phone")
    return number
