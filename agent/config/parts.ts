/** The schema as far as a file needs it: what it does not speak of is not loaded. */
import type { ConfigDocument } from '../../protocol/config/assemble.ts';
import type { Tree } from '../../protocol/config/check.ts';
import type { Environment } from '../../protocol/config/environment.ts';
import { overlayRemote } from '../../protocol/config/overlay.ts';
import type { ConfigProblem, Finding } from '../../protocol/config/problem.ts';
import type { SchemaNode } from '../../protocol/config/schema.ts';
import type { Sampler } from '../samplers/sampler.ts';
import type { CareSettings } from './care.ts';
import { mentionsCare } from './care-keys.ts';
import type { AgentSettings, CareResolver } from './resolve.ts';
import { samplersMentioned, samplersNamed } from './samplers.ts';
import { agentSchemaWith, BASIC_KEYS } from './schema.ts';

interface LookedAfter {
  readonly problems: readonly Finding[];
  readonly resolve: CareResolver;
}

export interface ConfigParts {
  readonly schema: ReturnType<typeof agentSchemaWith>;
  readonly samplers: readonly Sampler[];
  /** Absent when the file does not speak of what looks after the device. */
  readonly care?: (settings: AgentSettings) => LookedAfter;
}

export async function partsMentioned(
  own: unknown,
  overlay: Tree,
  env: Environment,
  among: readonly Sampler[] | undefined,
): Promise<ConfigParts> {
  const samplers = among ?? (await samplersOf(own, overlay, env));
  const isWanted = [own, overlay].some((tree) => mentionsCare(tree, env, BASIC_KEYS));
  if (!isWanted) return { schema: agentSchemaWith(samplers), samplers };
  const { careMentioned, careRules, careShape, resolveCare } = await import('./care.ts');
  const parts = await careMentioned(own, overlay, env);
  return {
    schema: agentSchemaWith(samplers, careShape(parts)),
    samplers,
    care: (settings) => ({
      problems: careRules(parts, settings as CareSettings, own, overlay),
      resolve: (folder, socket) => resolveCare(parts, settings as CareSettings, folder, socket),
    }),
  };
}

async function samplersOf(own: unknown, overlay: Tree, env: Environment) {
  const mentioned = await samplersMentioned(own, env);
  const isPlain = !('samplers' in overlay || 'sampling' in overlay);
  return isPlain ? mentioned : samplersNamed(['*']);
}

/** The file with what the collector wants laid over it. */
export function overlaid(
  schema: SchemaNode,
  document: ConfigDocument,
  overlay: Tree,
):
  | { readonly ok: true; readonly value: ConfigDocument }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] } {
  if (Object.keys(overlay).length === 0) return { ok: true, value: document };
  const own = Object(document.tree) as Tree;
  const laid = overlayRemote(schema, own, overlay);
  if (laid.ok) return { ok: true, value: { ...document, tree: laid.tree } };
  return {
    ok: false,
    problems: laid.problems.map((one) => ({ ...one, path: one.keys.join('.') })),
  };
}
