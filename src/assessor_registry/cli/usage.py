"""What is said when a command can not be understood: one sentence, and how it is used."""

import re
import sys
from typing import Any, NoReturn

import typer
from typer._click.core import Command, Context
from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)

from assessor_registry import words
from assessor_registry.errors import Reason

PROGRAM = "assessor-registry"
_INDONESIAN = {"[OPTIONS]": "[OPSI]", "COMMAND [ARGS]...": "PERINTAH [ARGUMEN]..."}
_REQUIRED = re.compile(r"\{(\w+)\}")
_NO_COMMAND = re.compile(r"No such command '(.*)'", re.DOTALL)
_EXTRA = re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", re.DOTALL)


def told(error: UsageError, program: Command, arguments: list[str]) -> NoReturn:
    """Print the sentence and the usage of the command that `arguments` name on standard error; exit 2."""
    if isinstance(error, NoArgsIsHelpError):
        error.show()
        sys.exit(2)
    typer.echo(words.sentence(reason(error)), err=True)
    context = error.ctx or _context(program, arguments)
    usage = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
    for english, indonesian in _INDONESIAN.items():
        usage = usage.replace(english, indonesian)
    typer.echo(f"Pemakaian: {_REQUIRED.sub(lambda found: found[1].upper(), usage)}", err=True)
    sys.exit(2)


def _context(program: Command, arguments: list[str]) -> Context:
    """The command that the arguments name, as far as it can be told."""
    found = program.make_context(PROGRAM, [], resilient_parsing=True)
    for argument in arguments:
        inner = getattr(found.command, "commands", {}).get(argument)
        if inner is not None:
            found = inner.make_context(argument, [], parent=found, resilient_parsing=True)
    return found


def reason(error: UsageError) -> Reason:
    """What was wrong, by its name on the command line."""
    if isinstance(error, NoSuchOption):
        return Reason("cli.usage_no_option", {"name": error.option_name})
    if isinstance(error, BadOptionUsage):
        given = "does not take" in error.message
        code = "cli.usage_option_without_value" if given else "cli.usage_option_needs_value"
        return Reason(code, {"name": error.option_name})
    if isinstance(error, BadParameter):
        return _parameter(error)
    for pattern, code in ((_NO_COMMAND, "cli.usage_no_command"), (_EXTRA, "cli.usage_too_many")):
        if match := pattern.search(error.message):
            return Reason(code, {"name": match[1]})
    return Reason("cli.usage")


def _parameter(error: BadParameter) -> Reason:
    param = error.param
    argument = param is not None and param.param_type_name == "argument"
    name = "–" if param is None else _name(param)
    if isinstance(error, MissingParameter):
        return Reason(f"cli.usage_missing_{'argument' if argument else 'option'}", {"name": name})
    low, high = getattr(param, "min", None), getattr(param, "max", None)
    if low is not None and high is not None:
        return Reason("cli.usage_range", {"name": name, "low": low, "high": high})
    return Reason("cli.usage_value", {"name": name})


def _name(param: Any) -> str:
    """`--on`, or an argument as the usage shows it."""
    if param.param_type_name == "argument":
        return str(param.metavar or param.name.upper())
    return str(max(param.opts, key=len))


__all__ = ["PROGRAM", "UsageError", "reason", "told"]
