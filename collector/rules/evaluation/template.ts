/** Labels and annotations of alerts: Go templates with what Prometheus puts into them. */

import type { VectorSample } from '../../core/query/engine.ts';
import { CallError, TemplateError } from '../../core/template/errors.ts';
import {
  parsePrometheusTemplate,
  prometheusData,
  prometheusFunctions,
} from '../../core/template/functions/prometheus.ts';
import {
  execute,
  executeAsync,
  type Functions,
  type Template,
} from '../../core/template/template.ts';
import type { AlertingRule } from '../model.ts';
import { messageOf } from './errors.ts';
import type { RuleWorld } from './world.ts';

/** A template's text for one sample of the rule's expression. */
export type Expand = (text: string, sample: VectorSample) => string | Promise<string>;

/** Functions whose answer may be another one each time. */
const ASKS_BACK = /\b(query|now)\b/;

/** What is wrong with a template, or nothing. */
export function templateProblem(text: string): string | undefined {
  try {
    parsePrometheusTemplate('rule', text);
    return undefined;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return error.message;
  }
}

/** Templates of one rule, parsed once. */
export class RuleTemplates {
  private readonly rule: AlertingRule;
  private readonly parsed = new Map<string, Template>();
  /** Whether what comes out depends on more than the sample: on other series, or on the time. */
  readonly askBack: boolean;

  constructor(rule: AlertingRule) {
    this.rule = rule;
    const texts = [...Object.values(rule.labels), ...Object.values(rule.annotations)];
    this.askBack = texts.some((text) => ASKS_BACK.test(text));
  }

  /** `time`: at which queries inside templates are answered, UTC milliseconds. */
  expander(world: RuleWorld, time: number): Expand {
    const functions = functionsOf(world, time);
    return (text, sample) =>
      text.includes('{{') ? this.expand(text, sample, world, functions) : text;
  }

  private async expand(
    text: string,
    sample: VectorSample,
    world: RuleWorld,
    functions: Functions,
  ): Promise<string> {
    const data = prometheusData({
      labels: sample.labels.entries(),
      externalLabels: Object.entries(world.externalLabels),
      externalUrl: world.externalUrl,
      value: sample.value,
    });
    try {
      const template = this.template(text);
      const bound = { ...template, options: { ...template.options, functions } };
      return this.askBack ? await executeAsync(bound, data) : execute(bound, data);
    } catch (error) {
      // A mistake in an annotation must not keep an alert from being told.
      const reason = messageOf(error);
      world.warn(`a template could not be expanded: ${reason}`, this.rule);
      return `<error expanding template: error executing template ${this.name}: ${reason}>`;
    }
  }

  private get name(): string {
    return `__alert_${this.rule.name}`;
  }

  private template(text: string): Template {
    const known = this.parsed.get(text);
    if (known !== undefined) return known;
    const template = parsePrometheusTemplate(this.name, text);
    this.parsed.set(text, template);
    return template;
  }
}

function functionsOf(world: RuleWorld, now: number): Functions {
  const query = async (expression: string) => {
    try {
      const samples = await world.query(expression, now);
      return samples.map(({ labels, value }) => ({ labels: labels.toObject(), value }));
    } catch (error) {
      throw new CallError(messageOf(error));
    }
  };
  return prometheusFunctions({ query, externalUrl: world.externalUrl, now });
}
