/** Pipelines to values: fields, methods, functions and their arguments. */

import { fits, mismatch } from './arguments.ts';
import { type Arg, type Command, type Pipe, show } from './ast.ts';
import { CallError, type TemplateError } from './errors.ts';
import {
  type AnyFunctionSpec,
  Dict,
  isTrue,
  List,
  type ParamType,
  SafeText,
  Struct,
  typeName,
  type Value,
} from './values.ts';
import type { Variables } from './variables.ts';

export type Failure = (node: Arg | Command, message: string) => TemplateError;

/** Looks functions up and calls them; how an answer that comes later is had is its affair. */
export interface Calls {
  find(name: string): AnyFunctionSpec | undefined;
  call(spec: AnyFunctionSpec, args: readonly Value[]): Value;
}

/** What the stage before handed on. */
interface Final {
  readonly value: Value;
}

export class Evaluator {
  private readonly calls: Calls;
  private readonly variables: Variables;
  private readonly fail: Failure;
  private readonly step: () => void;

  constructor(calls: Calls, variables: Variables, fail: Failure, step: () => void) {
    this.calls = calls;
    this.variables = variables;
    this.fail = fail;
    this.step = step;
  }

  pipe(dot: Value, { commands }: Pipe): Value {
    let final: Final | undefined;
    for (const command of commands) final = { value: this.command(dot, command, final) };
    return final?.value;
  }

  private command(dot: Value, command: Command, final: Final | undefined): Value {
    this.step();
    const [first, ...args] = command.args;
    switch (first.kind) {
      case 'field':
        return this.chain(dot, dot, first, first.names, args, final);
      case 'chain': {
        if (first.of.kind === 'nil') throw this.fail(first, `nil; no field in nil`);
        const receiver = this.arg(dot, first.of);
        return this.chain(dot, receiver, first, first.names, args, final);
      }
      case 'variable': {
        const value = this.variables.get(first.name);
        if (first.names.length > 0) return this.chain(dot, value, first, first.names, args, final);
        this.notFunction(first, args, final);
        return value;
      }
      case 'function':
        return this.function(dot, first.name, command, args, final);
      case 'pipe':
        this.notFunction(first, args, final);
        return this.pipe(dot, first);
      default:
        this.notFunction(first, args, final);
        if (first.kind === 'nil') throw this.fail(first, 'nil is not a command');
        return this.arg(dot, first);
    }
  }

  private notFunction(first: Arg, args: readonly Arg[], final: Final | undefined): void {
    if (args.length === 0 && final === undefined) return;
    throw this.fail(first, `can't give argument to non-function ${show(first)}`);
  }

  private arg(dot: Value, arg: Arg): Value {
    switch (arg.kind) {
      case 'dot':
        return dot;
      case 'nil':
        return null;
      case 'bool':
      case 'number':
      case 'string':
        return arg.value;
      case 'pipe':
        return this.pipe(dot, arg);
      default:
        return this.command(dot, { kind: 'command', at: arg.at, args: [arg] }, undefined);
    }
  }

  private chain(
    dot: Value,
    receiver: Value,
    node: Arg,
    names: readonly string[],
    args: readonly Arg[],
    final: Final | undefined,
  ): Value {
    let value = receiver;
    for (const name of names.slice(0, -1))
      value = this.field(dot, value, node, name, [], undefined);
    return this.field(dot, value, node, names.at(-1) ?? '', args, final);
  }

  private field(
    dot: Value,
    receiver: Value,
    node: Arg,
    name: string,
    args: readonly Arg[],
    final: Final | undefined,
  ): Value {
    if (receiver === undefined) return undefined;
    if (receiver === null) throw this.fail(node, `nil data; no entry for key "${name}"`);
    const parts =
      receiver instanceof Struct || receiver instanceof Dict || receiver instanceof List;
    const method = parts ? receiver.methods.get(name) : undefined;
    if (method !== undefined) return this.call(dot, method, name, node, args, final);
    const given = args.length > 0 || final !== undefined;
    if (receiver instanceof Struct && receiver.fields.has(name)) {
      if (given) throw this.fail(node, `${name} has arguments but cannot be invoked as function`);
      return receiver.fields.get(name);
    }
    if (receiver instanceof Dict) {
      if (given) throw this.fail(node, `${name} is not a method but has arguments`);
      return receiver.entries.has(name) ? receiver.entries.get(name) : receiver.zero;
    }
    throw this.fail(node, `can't evaluate field ${name} in type ${typeName(receiver)}`);
  }

  private function(
    dot: Value,
    name: string,
    node: Command,
    args: readonly Arg[],
    final: Final | undefined,
  ): Value {
    const spec = this.calls.find(name);
    if (spec === undefined) throw this.fail(node, `"${name}" is not a defined function`);
    if (name === 'and' || name === 'or') return this.shortCircuit(dot, name, node, args, final);
    return this.call(dot, spec, name, node, args, final);
  }

  /** Stops at the first that decides. */
  private shortCircuit(
    dot: Value,
    name: 'and' | 'or',
    node: Command,
    args: readonly Arg[],
    final: Final | undefined,
  ): Value {
    if (args.length === 0 && final === undefined) {
      throw this.fail(node, `wrong number of args for ${name}: want at least 1 got 0`);
    }
    let value: Value;
    for (const arg of args) {
      value = this.arg(dot, arg);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return final === undefined ? value : final.value;
  }

  private call(
    dot: Value,
    spec: AnyFunctionSpec,
    name: string,
    node: Arg | Command,
    args: readonly Arg[],
    final: Final | undefined,
  ): Value {
    const { params, variadic = false } = spec;
    const count = args.length + (final === undefined ? 0 : 1);
    const least = variadic ? params.length - 1 : params.length;
    if (count < least || (!variadic && count > least)) {
      const want = variadic ? `at least ${least}` : String(least);
      throw this.fail(node, `wrong number of args for ${name}: want ${want} got ${count}`);
    }
    const typeAt = (index: number): ParamType =>
      params[Math.min(index, params.length - 1)] ?? 'any';
    const values = args.map((arg, index) => this.typed(dot, arg, typeAt(index)));
    if (final !== undefined) {
      values.push(this.checked(node, final.value, typeAt(args.length)));
    }
    try {
      return this.calls.call(spec, values);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      throw this.fail(node, `error calling ${name}: ${error.message}`);
    }
  }

  private typed(dot: Value, arg: Arg, type: ParamType): Value {
    const literal = arg.kind === 'bool' || arg.kind === 'number' || arg.kind === 'string';
    if (literal && type !== 'any') {
      const value: Value = arg.value;
      // A constant has no type of its own yet: 3 will do for a float64.
      if (type === 'float64' && typeof value === 'bigint') return Number(value);
      if (!fits(value, type))
        throw this.fail(arg, `expected ${expected(type)}; found ${show(arg)}`);
      return value;
    }
    const value = this.arg(dot, arg);
    return this.checked(arg, value, type);
  }

  private checked(node: Arg | Command, value: Value, type: ParamType): Value {
    if (type === 'any' || fits(value, type))
      return value instanceof SafeText && type === 'string' ? value.text : value;
    throw this.fail(node, mismatch(value, type));
  }
}

function expected(type: ParamType): string {
  return type === 'int' ? 'integer' : type === 'float64' ? 'float' : type;
}
