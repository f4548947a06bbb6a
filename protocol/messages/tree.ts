/** A tree of plain values, as configuration is one: what YAML and JSON have in common. */
export type TreeValue =
  | string
  | number
  | boolean
  | null
  | readonly TreeValue[]
  | { readonly [key: string]: TreeValue };

export type Tree = { readonly [key: string]: TreeValue };

export type FlagValue = boolean | number | string;
