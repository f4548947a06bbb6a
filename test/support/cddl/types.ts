/** What the part of CDDL (RFC 8610) that `protocol/muster.cddl` uses is parsed into. */

export type Type =
  | { readonly kind: 'value'; readonly value: number | string }
  | { readonly kind: 'range'; readonly min: number; readonly max: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'choice'; readonly of: readonly Type[] }
  | { readonly kind: 'map' | 'array'; readonly group: Group }
  | { readonly kind: 'control'; readonly op: string; readonly on: Type; readonly by: Type };

export type Group = readonly Entry[];

export interface Entry {
  readonly min: number;
  readonly max: number;
  readonly key?: Type;
  /** `key:` rather than `key =>`: once the key matches, the value must match too. */
  readonly cut: boolean;
  readonly of: Type | { readonly kind: 'group'; readonly group: Group };
}

/** A rule's body is an entry: a type, or a group that can be named in other groups. */
export type Rules = ReadonlyMap<string, Entry>;
