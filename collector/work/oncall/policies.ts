/** The file of policies: read, checked with the alerting file, taken over as a whole or not at all. */
import { YAMLException } from 'js-yaml';
import type { ConfigProblem, Finding } from '../../../protocol/config/problem.ts';
import { finding } from '../../../protocol/config/problem.ts';
import { parseYaml } from '../../core/alerting/config/load.ts';
import {
  type Named,
  NO_POLICIES,
  type Policies,
  readPolicies,
} from '../../core/oncall/policies.ts';
import type { PoliciesFile } from '../../ports/oncall.ts';
import { parseYaml as parsePlaces, type YamlNode } from '../../rules/yaml/tree.ts';
import { asProblem } from '../alerting/receivers.ts';

export class PolicyBook {
  private readonly file: PoliciesFile | undefined;
  private read: Policies = NO_POLICIES;

  /** Without a file there are no policies. */
  constructor(file: PoliciesFile | undefined) {
    this.file = file;
  }

  get policies(): Policies {
    return this.read;
  }

  /** What was read without knowing the names it uses turned out wrong. */
  dropAll(): void {
    this.read = NO_POLICIES;
  }

  /** With problems nothing has changed. `named` is absent while the alerting file is not read. */
  async load(named: Named | undefined): Promise<readonly ConfigProblem[]> {
    if (this.file === undefined) return [];
    let text: string;
    try {
      ({ text } = await this.file.read());
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return [asProblem(finding('unreadable', [], message))];
    }
    const { policies, problems } = readText(text, named);
    if (policies !== undefined) this.read = policies;
    return problems;
  }
}

export function readText(
  text: string,
  named: Named | undefined,
): { readonly policies?: Policies; readonly problems: readonly ConfigProblem[] } {
  let tree: unknown;
  try {
    tree = text.trim() === '' ? {} : parseYaml(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const problem = finding('syntax', [], error.reason);
    const { mark } = error;
    return { problems: [asProblem(mark ? { ...problem, line: mark.line + 1 } : problem)] };
  }
  const { policies, findings } = readPolicies(tree, named);
  if (policies !== undefined) return { policies, problems: [] };
  return { problems: withLines(text, findings) };
}

function withLines(text: string, findings: readonly Finding[]): ConfigProblem[] {
  let places: YamlNode | undefined;
  try {
    places = parsePlaces(text);
  } catch {
    // Something that the one parser takes and the other does not: the paths must do.
  }
  return findings.map((one) => {
    const line = lineOf(places, one.keys);
    return asProblem(line === undefined ? one : { ...one, line });
  });
}

/** Of the deepest key that is written. */
function lineOf(root: YamlNode | undefined, keys: readonly string[]): number | undefined {
  let node = root;
  let line: number | undefined;
  for (const key of keys) {
    if (node?.kind === 'mapping') {
      const entry = node.entries.find((one) => one.key.text === key);
      if (entry === undefined) break;
      line = entry.key.line;
      node = entry.value;
    } else if (node?.kind === 'sequence') {
      const item: YamlNode | undefined = node.items[Number(key)];
      if (item === undefined) break;
      line = item.line;
      node = item;
    } else break;
  }
  return line;
}
