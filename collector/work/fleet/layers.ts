/** The layers that people set: durable, each version kept. */
import { treeProblem } from '../../core/fleet/compose.ts';
import { type Difference, diff } from '../../core/fleet/diff.ts';
import {
  keptBefore,
  type Layer,
  type LayerVersion,
  parseLayerId,
} from '../../core/fleet/layers.ts';
import { selectorProblem } from '../../core/fleet/selector.ts';
import { compareText } from '../../core/text.ts';
import { FleetError, type LayerDraft, type Signed } from '../../ports/fleet-desk.ts';
import type { Clock } from '../../ports.ts';
import { type FleetMemory, KEEPING } from './memory.ts';
import { Revisions } from './revisions.ts';

const MOST = 10_000;
const MAX_PRIORITY = 1_000_000;

export interface LayersDeps {
  readonly clock: Clock;
  readonly memory: FleetMemory;
  /** A layer has changed: devices of the old version and of the new one have to be looked at. */
  readonly changed: (before: Layer | undefined, after: Layer | undefined) => void;
}

export class Layers {
  private readonly deps: LayersDeps;
  private readonly kept: Revisions<LayerVersion>;

  constructor(deps: LayersDeps) {
    this.deps = deps;
    this.kept = new Revisions(deps.memory, KEEPING.layers);
  }

  restore(): Promise<void> {
    return this.kept.restore();
  }

  all(): readonly Layer[] {
    const all = this.kept.all().map(([id, one]) => ({ ...one, id }));
    return all.sort((a, b) => compareText(a.id, b.id));
  }

  get(id: string): Layer {
    const found = this.kept.get(id);
    if (found === undefined) throw new FleetError('unknown', `there is no layer ${id}`);
    return { ...found, id };
  }

  async put(id: string, draft: LayerDraft): Promise<Layer> {
    const problem = draftProblem(id, draft);
    if (problem !== undefined) throw new FleetError('invalid', problem);
    if (this.kept.get(id) === undefined && this.kept.all().length >= MOST) {
      throw new FleetError('invalid', `there are ${MOST} layers already: delete some first`);
    }
    const { selector, priority = 0, share = 100, enabled = true, by, comment, config } = draft;
    return this.change(id, (before, version) => ({
      ...{ version, at: this.now(), by, comment, config, priority, share, enabled },
      before: keptBefore(before),
      ...(selector === undefined ? {} : { selector }),
    }));
  }

  async delete(id: string, { by, comment }: Signed): Promise<void> {
    this.get(id);
    await this.change(id, (before, version) =>
      before === undefined
        ? undefined
        : { ...before, version, at: this.now(), by, comment, deleted: true },
    );
  }

  async history(id: string): Promise<readonly Layer[]> {
    const found = await this.kept.history(id);
    if (found.length === 0) throw new FleetError('unknown', `there never was a layer ${id}`);
    return found.map((one) => ({ ...one, id }));
  }

  async diff(id: string, from: number, to: number): Promise<readonly Difference[]> {
    const [before, after] = await Promise.all([this.version(id, from), this.version(id, to)]);
    return diff(shownTree(before), shownTree(after));
  }

  /** A new version with the content of an earlier one, for all of its devices at once. */
  async revert(id: string, version: number, { by, comment }: Signed): Promise<Layer> {
    const old = await this.version(id, version);
    const { deleted, ...content } = old;
    if (deleted === true) {
      throw new FleetError('invalid', `version ${version} of ${id} is its deletion: delete it`);
    }
    const why = comment === '' ? `as in version ${version}` : comment;
    return this.change(id, (before, next) => ({
      ...content,
      ...{ version: next, at: this.now(), by, comment: why, share: 100 },
      before: keptBefore(before),
    }));
  }

  private async version(id: string, version: number): Promise<LayerVersion> {
    const found = await this.kept.version(id, version);
    if (found !== undefined) return found;
    throw new FleetError('unknown', `no version ${version} of the layer ${id} is kept`);
  }

  private async change(
    id: string,
    make: (before: LayerVersion | undefined, version: number) => LayerVersion | undefined,
  ): Promise<Layer> {
    const seen: { before?: Layer | undefined } = {};
    const made = await this.kept.change(id, (before, version) => {
      seen.before = before?.deleted === true ? undefined : before && { ...before, id };
      return make(before, version);
    });
    if (made === undefined) throw new FleetError('unknown', `there is no layer ${id}`);
    const after = { ...made, id };
    this.deps.changed(seen.before, made.deleted === true ? undefined : after);
    return after;
  }

  private now(): number {
    return Math.round(this.deps.clock.wall());
  }
}

/** What a version of a layer says, as a tree. */
function shownTree({ config, selector, priority, share, enabled, deleted }: LayerVersion) {
  if (deleted === true) return {};
  return { config, priority, share, enabled, ...(selector === undefined ? {} : { selector }) };
}

function draftProblem(id: string, draft: LayerDraft): string | undefined {
  const name = parseLayerId(id);
  if (name === undefined) {
    return `${JSON.stringify(id)} is no layer: fleet, site:<site>, selector:<name> or device:<id>`;
  }
  const { selector, priority = 0, share = 100 } = draft;
  if (name.kind === 'selector' && selector === undefined) {
    return 'selector: say which devices the layer is for';
  }
  if (name.kind !== 'selector' && (selector !== undefined || priority !== 0)) {
    return `selector, priority: only layers named selector:<name> have them, ${id} does not`;
  }
  if (!Number.isInteger(priority) || Math.abs(priority) > MAX_PRIORITY) {
    return `priority: ${priority} is no whole number within ${MAX_PRIORITY}`;
  }
  if (!(share >= 0 && share <= 100)) return `share: ${share} is not between 0 and 100`;
  const wrong = selector === undefined ? undefined : selectorProblem(selector);
  return wrong === undefined ? treeProblem(draft.config) : `selector: ${wrong}`;
}
