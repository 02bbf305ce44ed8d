"""JMESPath expressions of a source's settings: bounded in length, depth and work, with the built-in functions only.

An expression is written by whoever sets up a source and is applied to what strangers send, so neither may make the
other expensive. Source: the JMESPath specification; numbers stay exact, which its library does not promise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

import jmespath.functions
import jmespath.parser
import jmespath.visitor
from jmespath import exceptions

from app.errors import InvalidInput, TooLarge
from app.lms.reading import wrong

LONGEST_EXPRESSION = 500
DEEPEST_EXPRESSION = 25
MOST_STEPS = 1_000_000  # for one delivery, all its items together: about a second
LONGEST_TEXT = 100_000
_LIBRARY: Any = jmespath  # which says nothing of its types
_F = TypeVar("_F", bound=Callable[..., Any])
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?")
_PLAIN = {"field", "index", "subexpression", "index_expression", "identity", "current"}


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that can be applied. `setting` is the JSON Pointer of the setting that holds it."""

    text: str
    setting: str
    tree: Mapping[str, Any] = field(repr=False)

    @property
    def path(self) -> tuple[str | int, ...] | None:
        """The names and places that it follows, where it does nothing else; None for any other expression."""
        return _path(self.tree)

    @property
    def projection(self) -> tuple[Expression, Expression] | None:
        """The list that it goes through and what it takes of each, as in `records[].value`; None for any other."""
        if self.tree["type"] != "projection":
            return None
        listed, taken = self.tree["children"]
        if listed["type"] == "flatten":
            listed = listed["children"][0]
        if _path(listed) is None or _path(taken) is None:
            return None
        return Expression(self.text, self.setting, listed), Expression(self.text, self.setting, taken)


@dataclass(slots=True)
class Budget:
    """The steps that are left for one delivery."""

    steps_left: int = MOST_STEPS

    def spend(self, steps: int) -> None:
        """Take steps off. Raises TooLarge when none is left."""
        self.steps_left -= steps
        if self.steps_left < 0:
            raise TooLarge(
                "The source's mapping takes more work on this delivery than is allowed; nothing of it was read",
                limit_steps=MOST_STEPS,
            )


def compile_expression(text: Any, setting: str) -> Expression:
    """The expression at `setting`. Raises InvalidInput that says what is wrong with it, and where."""
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput("must be a JMESPath expression, as text", pointer=setting)
    if len(text) > LONGEST_EXPRESSION:
        raise InvalidInput(f"has more than {LONGEST_EXPRESSION} characters", pointer=setting)
    try:
        tree = _exact(_LIBRARY.parser.Parser().parse(text).parsed)
    except exceptions.ParseError as error:
        place = f" near character {error.lex_position + 1}" if isinstance(error.lex_position, int) else ""
        raise InvalidInput(f"is not a JMESPath expression{place}", pointer=setting) from error
    except RecursionError as error:
        raise InvalidInput("is nested too deeply", pointer=setting) from error
    except (exceptions.JMESPathError, ValueError) as error:
        raise InvalidInput("is not a JMESPath expression", pointer=setting) from error
    _check(tree, setting, depth=1)
    return Expression(text, setting, tree)


class Evaluation:
    """Applies expressions to one delivery, within one budget."""

    def __init__(self, budget: Budget | None = None) -> None:
        self._interpreter = _Interpreter(budget or Budget())

    def value(self, expression: Expression, document: Any, *, pointer: str) -> Any:
        """What the expression finds; None for nothing. Raises InvalidInput (at `pointer`) or TooLarge."""
        try:
            found = self._interpreter.visit(expression.tree, document)
        except (TooLarge, InvalidInput):
            raise
        except (exceptions.JMESPathError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
            # Its own words may repeat what was sent.
            detail = f"`{expression.setting}` cannot be applied here: {_kind_of(error)}"
            raise wrong(detail, code="mapping-failed", pointer=pointer) from error
        return Decimal(repr(found)) if isinstance(found, float) else found


def _signature(*arguments: dict[str, Any]) -> Callable[[_F], _F]:
    decorator: Callable[[_F], _F] = _LIBRARY.functions.signature(*arguments)
    return decorator


class _Functions(_LIBRARY.functions.Functions):  # type: ignore[misc]  # the library has no types
    """The built-in functions, with exact numbers and bounded results."""

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self._budget = budget

    def call_function(self, function_name: str, resolved_args: list[Any]) -> Any:
        self._budget.spend(sum(len(each) for each in resolved_args if isinstance(each, list | dict)))
        result = super().call_function(function_name, resolved_args)
        if isinstance(result, str) and len(result) > LONGEST_TEXT:
            raise ValueError("a text that is too long")
        return result

    def _get_allowed_pytypes(self, types: list[str]) -> tuple[list[str], list[tuple[str, ...]]]:
        allowed, of_elements = super()._get_allowed_pytypes(types)
        wider = [*allowed, "Decimal"] if "float" in allowed else allowed
        return wider, [(*each, "Decimal") if "float" in each else each for each in of_elements]

    def _convert_to_jmespath_type(self, pyobject: str) -> str:
        return "number" if pyobject == "Decimal" else str(super()._convert_to_jmespath_type(pyobject))

    @_signature({"types": []})
    def _func_to_string(self, arg: Any) -> str:
        if isinstance(arg, str):
            return arg
        if isinstance(arg, Decimal | int) and not isinstance(arg, bool):
            return str(arg)
        # Piece by piece: a value that refers to itself over and over is small in memory and endless as text.
        pieces, length = [], 0
        for piece in json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=float).iterencode(arg):
            length += len(piece)
            if length > LONGEST_TEXT:
                raise ValueError("a text that is too long")
            pieces.append(piece)
        self._budget.spend(len(pieces))
        return "".join(pieces)

    @_signature({"types": []})
    def _func_to_number(self, arg: Any) -> Any:
        if isinstance(arg, bool) or not isinstance(arg, str | int | float | Decimal):
            return None
        if isinstance(arg, str):
            return Decimal(arg) if _NUMBER.fullmatch(arg) else None
        return arg

    @_signature({"types": ["array", "string"]}, {"types": []})
    def _func_contains(self, subject: Any, search: Any) -> bool:
        if isinstance(subject, str):
            return isinstance(search, str) and search in subject
        return any(_same(each, search, self._budget) for each in subject)

    @_signature({"types": ["string"]}, {"types": ["array-string"]})
    def _func_join(self, separator: str, array: list[str]) -> str:
        if sum(map(len, array)) + len(separator) * len(array) > LONGEST_TEXT:
            raise ValueError("a text that is too long")
        return separator.join(array)

    @_signature({"types": []})
    def _func_type(self, arg: Any) -> Any:
        return "number" if isinstance(arg, Decimal) else super()._func_type(arg)


class _Interpreter(_LIBRARY.visitor.TreeInterpreter):  # type: ignore[misc]  # as above
    def __init__(self, budget: Budget) -> None:
        super().__init__(_LIBRARY.visitor.Options(custom_functions=_Functions(budget)))
        self._budget = budget

    def visit(self, node: Mapping[str, Any], *args: Any, **kwargs: Any) -> Any:
        self._budget.spend(1)
        return super().visit(node, *args, **kwargs)

    def visit_comparator(self, node: Mapping[str, Any], value: Any) -> Any:
        if node["value"] not in {"eq", "ne"}:
            return super().visit_comparator(node, value)
        left, right = (self.visit(child, value) for child in node["children"])
        return _same(left, right, self._budget) == (node["value"] == "eq")

    def visit_flatten(self, node: Mapping[str, Any], value: Any) -> Any:
        return self._counted(super().visit_flatten(node, value))

    def visit_slice(self, node: Mapping[str, Any], value: Any) -> Any:
        return self._counted(super().visit_slice(node, value))

    def _counted(self, found: Any) -> Any:
        self._budget.spend(len(found) if isinstance(found, list) else 0)
        return found


def _same(left: Any, right: Any, budget: Budget) -> bool:
    """Equality as JSON has it, counted: true is not 1, and 1 is 1.0."""
    budget.spend(1)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(_same(a, b, budget) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[name], right[name], budget) for name in left)
    return bool(left == right)


def _exact(tree: Any) -> Any:
    """The tree with exact numbers in its literals."""
    if isinstance(tree, float):
        return Decimal(repr(tree))
    if isinstance(tree, dict):
        return {name: _exact(member) for name, member in tree.items()}
    return [_exact(member) for member in tree] if isinstance(tree, list) else tree


def _check(tree: Mapping[str, Any], setting: str, *, depth: int) -> None:
    if depth > DEEPEST_EXPRESSION:
        raise InvalidInput("is nested too deeply", pointer=setting)
    if tree["type"] == "function_expression" and tree["value"] not in _Functions.FUNCTION_TABLE:
        raise InvalidInput(f"uses {tree['value']}(), which is no function of JMESPath", pointer=setting)
    for child in tree["children"]:
        if isinstance(child, dict):
            _check(child, setting, depth=depth + 1)


def _path(tree: Mapping[str, Any]) -> tuple[str | int, ...] | None:
    if tree["type"] not in _PLAIN:
        return None
    if tree["type"] in {"field", "index"}:
        return None if isinstance(tree["value"], int) and tree["value"] < 0 else (tree["value"],)
    found: list[str | int] = []
    for child in tree["children"]:
        step = _path(child)
        if step is None:
            return None
        found.extend(step)
    return tuple(found)


def _kind_of(error: Exception) -> str:
    if isinstance(error, exceptions.JMESPathTypeError):
        words = {"NoneType": "nothing", "str": "a text", "dict": "an object", "list": "a list", "bool": "true or false"}
        return f"{error.function_name}() is given {words.get(error.actual_type, error.actual_type)}"
    if isinstance(error, exceptions.ArityError):
        return "a function is given too many or too few arguments"
    return "the values are too long, or of kinds that do not go together"
