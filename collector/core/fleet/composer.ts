/**
 * What each device should run, from all layers and flags. Devices that lie within the same layers
 * and get the same values share one composition, so that a large fleet costs as many merges as it
 * has different compositions.
 */
import { createHash } from 'node:crypto';
import type { FlagValue, Tree } from '../../../protocol/messages/tree.ts';
import { compose } from './compose.ts';
import { canonical } from './diff.ts';
import { evaluate, type Flag, type ReadyFlag, readyFlag } from './flags.ts';
import {
  compareLayers,
  covers,
  type Layer,
  parseLayerId,
  type ReadyLayer,
  variantFor,
} from './layers.ts';
import { parseSelector, type Selectable } from './selector.ts';

/** A layer that counts for a device, and which of its contents. */
export interface Contribution {
  readonly id: string;
  readonly version: number;
  readonly variant: 'new' | 'before';
}

export interface Content {
  readonly config: Tree;
  readonly flags: ReadonlyMap<string, FlagValue>;
  readonly layers: readonly Contribution[];
  /** Of configuration and flags: equal content has equal digests. */
  readonly digest: string;
  /** Something is wanted at all. */
  readonly wanted: boolean;
}

/** Compositions kept; beyond it the fleet hardly shares any. */
const MAX_SHARED = 10_000;

export class Composer {
  /** Trees that were laid over each other. */
  merges = 0;
  private readonly flags: readonly ReadyFlag[];
  private readonly fleet: readonly ReadyLayer[];
  private readonly selected: readonly ReadyLayer[];
  /** There may be one for each site and for each device, so they are looked up. */
  private readonly named = new Map<string, ReadyLayer>();
  private readonly shared = new Map<string, Content>();

  constructor(layers: Iterable<Layer>, flags: Iterable<Flag>) {
    const ready = [...layers].filter(({ enabled }) => enabled).map(readyLayer);
    for (const one of ready) this.named.set(one.layer.id, one);
    this.fleet = ready.filter(({ name }) => name.kind === 'fleet');
    this.selected = ready.filter(({ name }) => name.kind === 'selector').sort(compareLayers);
    this.flags = [...flags].sort((a, b) => (a.name < b.name ? -1 : 1)).map(readyFlag);
  }

  contentFor(device: Selectable): Content {
    const own = this.named.get(`device:${device.id}`);
    const layers = this.layersOf(device, own);
    const values = this.flags.map((one) => evaluate(one, device).value);
    const variants = layers.map(({ layer }) => variantFor(layer, device.id));
    // Its own layer makes a device like no other.
    if (own !== undefined) return this.make(layers, variants, values);
    const ids = layers.map(({ layer }) => layer.id);
    const key = `${ids.join()} ${variants.join()} ${JSON.stringify(values)}`;
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    const made = this.make(layers, variants, values);
    if (this.shared.size < MAX_SHARED) this.shared.set(key, made);
    return made;
  }

  private layersOf(device: Selectable, own: ReadyLayer | undefined): readonly ReadyLayer[] {
    const site = this.named.get(`site:${device.site}`);
    return [
      ...this.fleet,
      ...(site === undefined ? [] : [site]),
      ...this.selected.filter((one) => covers(one, device)),
      ...(own === undefined ? [] : [own]),
    ];
  }

  private make(
    layers: readonly ReadyLayer[],
    variants: readonly Contribution['variant'][],
    values: readonly FlagValue[],
  ): Content {
    this.merges += layers.length;
    const trees = layers.map(({ layer }, i) =>
      variants[i] === 'new' ? layer.config : layer.before,
    );
    const config = compose(trees);
    const flags = new Map(this.flags.map(({ flag }, i) => [flag.name, values[i] as FlagValue]));
    return {
      config,
      flags,
      layers: layers.map(({ layer: { id, version } }, i) => ({
        id,
        version,
        variant: variants[i] ?? 'new',
      })),
      digest: digestOf(config, flags),
      wanted: flags.size > 0 || Object.keys(config).length > 0,
    };
  }
}

function readyLayer(layer: Layer): ReadyLayer {
  const name = parseLayerId(layer.id) ?? { kind: 'fleet', name: '' };
  if (layer.selector === undefined) return { layer, name };
  return { layer, name, selector: parseSelector(layer.selector) };
}

function digestOf(config: Tree, flags: ReadonlyMap<string, FlagValue>): string {
  const text = `${canonical(config)}\n${canonical(Object.fromEntries(flags))}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
