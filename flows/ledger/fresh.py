"""Rows that were just recorded, handed on as they are instead of being read from the database again.

That is right only where reading them again would give the same to the last bit. JSON keeps texts, whole numbers, dates
and finite figures; of anything else it makes something of its own, or nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import is_dataclass
from itertools import chain
from math import isfinite
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints


def comes_back_the_same(kind: type, rows: Collection[object]) -> bool:
    """Whether rows are of that kind and, recorded and read again, would be what they are. What is not known not to
    change is taken to change."""
    return _keeps(kind, rows)


def _keeps(hint: Any, values: Collection[Any]) -> bool:
    """Whether JSON keeps all of the values, and all are exactly what the hint says."""
    if isinstance(hint, UnionType) and (wanted := [one for one in get_args(hint) if one is not NoneType]):
        return len(wanted) == 1 and _keeps(wanted[0], [value for value in values if value is not None])
    if get_origin(hint) is tuple:
        return set(map(type, values)) <= {tuple} and _keeps_tuples(get_args(hint), values)
    if not set(map(type, values)) <= {hint}:
        return False
    if is_dataclass(hint):
        columns = ((field, [getattr(one, name) for one in values]) for name, field in get_type_hints(hint).items())
        return all(_keeps(field, column) for field, column in columns)
    return hint in (str, int, bool, dt.date) or (hint is float and all(map(isfinite, values)))


def _keeps_tuples(hints: tuple[Any, ...], values: Collection[tuple[Any, ...]]) -> bool:
    each = {id(value): value for value in values}.values()  # rows share the columns that they stand in
    if hints[1:] == (...,):
        return _keeps(hints[0], list(chain.from_iterable(each)))
    return all(len(value) == len(hints) for value in each) and all(
        _keeps(hint, [value[n] for value in each]) for n, hint in enumerate(hints)
    )
