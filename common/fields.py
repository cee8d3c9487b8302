"""Model fields that fix the units once: yuan with two places, annual fractions with six; and when two texts are the same."""

import uuid
from typing import Any

from django.db import models
from django.db.models.lookups import Exact

from common.mobiles import kept


class MoneyField(models.DecimalField):
    """An amount in yuan, two places, ``numeric(18,2)``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)


class RateField(models.DecimalField):
    """A rate as an annual fraction (2 % is 0.020000), ``numeric(9,6)``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 9)
        kwargs.setdefault("decimal_places", 6)
        super().__init__(*args, **kwargs)


class MobileField(models.CharField):
    """A mobile number: stored and looked up in its one form, however it was typed."""

    def get_prep_value(self, value: Any) -> Any:
        """Return the number as it is kept and compared."""
        prepared = super().get_prep_value(value)
        return kept(prepared) if isinstance(prepared, str) else prepared


class PublicIdField(models.UUIDField):
    """The identifier that programs and addresses use; never reused, never guessable."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update({"default": uuid.uuid4, "unique": True, "editable": False})
        super().__init__("标识", *args, **{k: v for k, v in kwargs.items() if k != "verbose_name"})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for key in ("default", "unique", "editable", "verbose_name"):
            kwargs.pop(key, None)
        return name, path, args, kwargs


class TextKey(models.Func):
    """A name or number as ``texts.alike`` compares it: half width, small letters. What nobody sees was taken out or refused before."""

    template = "LOWER(NORMALIZE(%(expressions)s, NFKC))"
    arity = 1
    output_field = models.CharField()


def written_alike(field: str, text: str) -> Exact:
    """Return the condition that a field holds a text, in either width and case; unique indexes on ``TextKey`` answer it."""
    return Exact(TextKey(field), TextKey(models.Value(text, output_field=models.CharField())))
