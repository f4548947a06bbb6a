/**
 * Templates in the language of Go's text/template, as Prometheus and Alertmanager use it.
 *
 * `execute` runs at once. A function that answers later (`query`) is served by `executeAsync`: it
 * runs the template, waits for the answer that was missing and runs it again with what is known, so
 * that everything else stays plain and synchronous.
 */
import type { Node } from './ast.ts';
import { BUILTINS } from './builtins.ts';
import { CallError, TemplateError } from './errors.ts';
import type { Calls } from './evaluate.ts';
import { type Definition, LIMITS, type Limits, Walker } from './execute.ts';
import { Output } from './output.ts';
import { isBlank, parseText } from './parse.ts';
import type { AnyFunctionSpec, Value } from './values.ts';
import { Variables } from './variables.ts';

export type Functions = ReadonlyMap<string, AnyFunctionSpec>;

export interface TemplateOptions {
  readonly functions?: Functions;
  /** Values are escaped for their place in HTML, as html/template does it. */
  readonly html?: boolean;
  readonly limits?: Partial<Limits>;
}

export interface Template {
  readonly name: string;
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly options: TemplateOptions;
}

/** So many answers may be waited for in one template. */
const MAX_WAITS = 100;

/** Throws TemplateError. `known` are templates of other texts, which this one may call and replace. */
export function parseTemplate(
  name: string,
  text: string,
  options: TemplateOptions = {},
  known: ReadonlyMap<string, Definition> = new Map(),
): Template {
  const { functions } = options;
  const isFunction = (word: string) => BUILTINS.has(word) || functions?.has(word) === true;
  const { body, defined } = parseText(name, text, isFunction);
  const definitions = new Map(known);
  const add = (as: string, nodes: readonly Node[]): void => {
    if (definitions.has(as) && isBlank(nodes)) return;
    definitions.set(as, { name: as, source: name, text, body: nodes });
  };
  for (const [as, nodes] of defined) add(as, nodes);
  add(name, body);
  return { name, definitions, options };
}

/**
 * Throws TemplateError, also when a function would answer later. `functions` replace those that the
 * template was parsed with: same names, bound to this run.
 */
export function execute(template: Template, data: Value, functions?: Functions): string {
  return run(bound(template, functions), data, (_spec, _args) => {
    throw new CallError('this function needs a data source, and there is none here');
  });
}

function bound(template: Template, functions: Functions | undefined): Template {
  return functions === undefined
    ? template
    : { ...template, options: { ...template.options, functions } };
}

class Waiting extends Error {
  readonly answer: Promise<Value>;

  constructor(answer: Promise<Value>) {
    super('waiting for an answer');
    this.answer = answer;
  }
}

type Answer = { readonly value: Value } | { readonly error: CallError };

export async function executeAsync(
  template: Template,
  data: Value,
  functions?: Functions,
): Promise<string> {
  const answers: Answer[] = [];
  const ready = bound(template, functions);
  while (true) {
    let asked = 0;
    try {
      return run(ready, data, (spec, args) => {
        const answer = answers[asked++];
        if (answer === undefined) throw new Waiting(spec.callAsync(args));
        if ('error' in answer) throw answer.error;
        return answer.value;
      });
    } catch (error) {
      if (!(error instanceof Waiting)) throw error;
      if (answers.length === MAX_WAITS) {
        throw new TemplateError('limit', `template: ${template.name}: too many queries`);
      }
      answers.push(await settled(error.answer));
    }
  }
}

async function settled(answer: Promise<Value>): Promise<Answer> {
  try {
    return { value: await answer };
  } catch (error) {
    if (error instanceof CallError) return { error };
    throw error;
  }
}

type Later = (
  spec: Extract<AnyFunctionSpec, { callAsync: unknown }>,
  args: readonly Value[],
) => Value;

function run({ name, definitions, options }: Template, data: Value, later: Later): string {
  const { functions = new Map<string, AnyFunctionSpec>(), html = false } = options;
  const limits = { ...LIMITS, ...options.limits };
  const calls: Calls = {
    find: (wanted) => functions.get(wanted) ?? BUILTINS.get(wanted),
    call: (spec, args) => ('callAsync' in spec ? later(spec, args) : spec.call(args)),
  };
  const output = new Output(html, limits.output);
  const definition = definitions.get(name);
  if (definition === undefined) return '';
  const walker = new Walker(
    { definitions, calls, output, limits },
    definition,
    new Variables(data),
  );
  walker.list(data, definition.body);
  return output.toString();
}
