/** A rule file in Prometheus' format: text in, groups or problems out. */
import { LabelSet } from '../../core/label-set.ts';
import type { Rule, RuleGroup, Texts } from '../model.ts';
import type { RuleProblem } from '../problem.ts';
import { Fields, type Report } from '../yaml/fields.ts';
import { parseYaml, YamlError, type YamlNode } from '../yaml/tree.ts';
import { checkNames, mapOf } from './names.ts';
import { type RuleDraft, readRule } from './rule.ts';

export interface ParseOptions {
  /** Unknown keys are passed over, as promtool's --ignore-unknown-fields. */
  readonly ignoreUnknown?: boolean;
}

export interface ParsedFile {
  readonly groups: readonly RuleGroup[];
  /** Empty: the file is good. Otherwise none of its groups may be used. */
  readonly problems: readonly RuleProblem[];
}

const FILE_KEYS = ['groups'] as const;
const GROUP_KEYS = ['name', 'interval', 'query_offset', 'limit', 'rules', 'labels'] as const;

export function parseRuleFile(file: string, text: string, options: ParseOptions = {}): ParsedFile {
  const problems: RuleProblem[] = [];
  const report: Report = (message, { line, column }) =>
    void problems.push({ file, message, line, column });
  let tree: YamlNode | undefined;
  try {
    tree = parseYaml(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const { message, place } = error;
    return { groups: [], problems: [{ file, message: `not valid YAML: ${message}`, ...place }] };
  }
  if (tree === undefined) return { groups: [], problems };
  const lenient = options.ignoreUnknown ?? false;
  const root = Fields.open(tree, 'a rule file', FILE_KEYS, report, lenient);
  const groups = (root?.list('groups') ?? []).flatMap((node) => {
    const reader = new GroupReader(file, problems, lenient);
    return reader.read(node) ?? [];
  });
  refuseRepeated(groups, file, problems);
  return { groups: groups.map(({ group }) => group), problems };
}

interface ReadGroup {
  readonly group: RuleGroup;
  readonly node: YamlNode;
}

function refuseRepeated(groups: readonly ReadGroup[], file: string, problems: RuleProblem[]): void {
  const seen = new Set<string>();
  for (const { group, node } of groups) {
    if (seen.has(group.name)) {
      const message = `groupname: ${JSON.stringify(group.name)} is repeated in the same file`;
      problems.push({ file, message, line: node.line, column: node.column });
    }
    seen.add(group.name);
  }
}

class GroupReader {
  private readonly file: string;
  private readonly problems: RuleProblem[];
  private readonly lenient: boolean;
  private name = '';

  constructor(file: string, problems: RuleProblem[], lenient: boolean) {
    this.file = file;
    this.problems = problems;
    this.lenient = lenient;
  }

  read(node: YamlNode): ReadGroup | undefined {
    const { file, lenient } = this;
    const report: Report = (message, { line, column }) => {
      const named = this.name === '' ? {} : { group: this.name };
      this.problems.push({ file, message, line, column, ...named });
    };
    if (node.kind === 'mapping') {
      const name = node.entries.find(({ key }) => key.text === 'name')?.value;
      if (name?.kind === 'scalar') this.name = name.text;
    }
    const fields = Fields.open(node, 'a group', GROUP_KEYS, report, lenient);
    if (fields === undefined) return undefined;
    if (fields.text('name') === '') report('Groupname must not be empty', node);
    const labels = fields.map('labels');
    checkNames(labels, 'label', report);
    const intervalMs = fields.duration('interval');
    const queryOffsetMs = fields.duration('query_offset');
    const group = {
      file,
      name: this.name,
      key: `${file};${this.name}`,
      limit: fields.integer('limit') ?? 0,
      ...(intervalMs ? { intervalMs } : {}),
      ...(queryOffsetMs === undefined ? {} : { queryOffsetMs }),
      rules: this.rules(fields.list('rules'), mapOf(labels)),
    };
    return { group, node };
  }

  private rules(nodes: readonly YamlNode[], common: Texts): readonly Rule[] {
    return nodes.flatMap((node, index) => {
      const draft = readRule(node, this.lenient, (message, place, name) => {
        const { line, column } = place;
        const { file, name: group } = this;
        const named = group === '' ? {} : { group };
        this.problems.push({ file, ...named, rule: index + 1, name, line, column, message });
      });
      return draft === undefined ? [] : [finish(draft, common, this.name)];
    });
  }
}

/** Adds the group's labels and a key that a later version of the file will yield again. */
function finish(draft: RuleDraft, common: Texts, group: string): Rule {
  const labels = { ...common, ...draft.labels };
  const key = [group, draft.kind, draft.name, LabelSet.fromObject(labels).key].join('\u0000');
  return { ...draft, labels, key };
}
