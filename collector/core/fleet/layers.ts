/**
 * Layers of configuration: what the fleet, a site, a selected part of it or one device should run.
 * Laid over each other in this order; among selectors the lower priority first, then by name.
 */
import { isId } from '../../../protocol/ids.ts';
import type { Tree } from '../../../protocol/messages/tree.ts';
import { compareText } from '../text.ts';
import { matches, type Selectable, type Selector } from './selector.ts';
import { inShare } from './share.ts';

/** `fleet`, `site:<site>`, `selector:<name>` or `device:<id>`. */
export type LayerId = string;

export const LAYER_KINDS = ['fleet', 'site', 'selector', 'device'] as const;
export type LayerKind = (typeof LAYER_KINDS)[number];

export interface LayerName {
  readonly kind: LayerKind;
  /** Empty for the fleet. */
  readonly name: string;
}

/** A version of a layer, as it was set. */
export interface LayerVersion {
  /** From 1, rising with each change of this layer. */
  readonly version: number;
  /** UTC milliseconds. */
  readonly at: number;
  readonly by: string;
  readonly comment: string;
  readonly config: Tree;
  /** Of selector layers: which devices. */
  readonly selector?: string;
  /** Of selector layers: higher lies over lower. */
  readonly priority: number;
  /** Percent of its devices that get `config`; the others keep `before`. */
  readonly share: number;
  /** What all of its devices had when the share was last 100. */
  readonly before: Tree;
  /** A layer that is off adds nothing. */
  readonly enabled: boolean;
  /** The layer was taken away by this change. */
  readonly deleted?: boolean;
}

export interface Layer extends LayerVersion {
  readonly id: LayerId;
}

export function parseLayerId(id: LayerId): LayerName | undefined {
  if (id === 'fleet') return { kind: 'fleet', name: '' };
  const cut = id.indexOf(':');
  const kind = LAYER_KINDS.find((one) => one === id.slice(0, cut));
  const name = id.slice(cut + 1);
  return kind === undefined || kind === 'fleet' || !isId(name) ? undefined : { kind, name };
}

/** A layer made ready for many devices. */
export interface ReadyLayer {
  readonly layer: Layer;
  readonly name: LayerName;
  /** Of selector layers. */
  readonly selector?: Selector;
}

export function compareLayers(a: ReadyLayer, b: ReadyLayer): number {
  const rank = LAYER_KINDS.indexOf(a.name.kind) - LAYER_KINDS.indexOf(b.name.kind);
  if (rank !== 0) return rank;
  return a.layer.priority - b.layer.priority || compareText(a.name.name, b.name.name);
}

/** Whether a device lies within a layer, whatever the share. */
export function covers({ name, selector }: ReadyLayer, device: Selectable): boolean {
  switch (name.kind) {
    case 'fleet':
      return true;
    case 'site':
      return device.site === name.name;
    case 'selector':
      return selector !== undefined && matches(selector, device);
    case 'device':
      return device.id === name.name;
  }
}

/** What a layer gives to a device that lies within it: the new content, or that before it. */
export function variantFor(layer: Layer, device: string): 'new' | 'before' {
  return inShare(layer.id, device, layer.share) ? 'new' : 'before';
}

/** What devices outside of the share of a new version keep. */
export function keptBefore(previous: LayerVersion | undefined): Tree {
  if (previous === undefined || previous.deleted === true) return {};
  return previous.share >= 100 ? previous.config : previous.before;
}
